package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// size is a flag's value: a number of bytes such as 64, 1500B, 16KiB or 1MB.
type size int

var units = []struct {
	suffix string
	factor uint64
}{
	// Longer ones first: each of them ends in B.
	{"kib", 1 << 10},
	{"mib", 1 << 20},
	{"gib", 1 << 30},
	{"kb", 1e3},
	{"mb", 1e6},
	{"gb", 1e9},
	{"k", 1 << 10},
	{"m", 1 << 20},
	{"g", 1 << 30},
	{"b", 1},
}

var errSize = errors.New("want a number of bytes such as 64, 16KiB or 1MB")

// UnmarshalText accepts any case and blanks before the unit.
func (s *size) UnmarshalText(text []byte) error {
	digits, factor := strings.ToLower(strings.TrimSpace(string(text))), uint64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(digits, u.suffix); ok {
			digits, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n > math.MaxInt32/factor {
		return errSize
	}
	*s = size(n * factor)
	return nil
}
