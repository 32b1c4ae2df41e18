package report

import (
	"fmt"
	"strconv"
	"time"
)

// Number is n with a comma before each group of three digits.
func Number[T ~int | ~int64 | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Bytes is a number of bytes in the unit that suits it, by powers of ten.
func Bytes[T ~int | ~int64 | ~uint64 | ~float64](n T) string {
	v := float64(n)
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if v < 1000 {
			if unit == "B" {
				return fmt.Sprintf("%.0f B", v)
			}
			return fmt.Sprintf("%.1f %s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.1f TB", v)
}

// Micros is a duration in microseconds with one digit after the point.
func Micros(d time.Duration) string {
	return strconv.FormatFloat(Microseconds(d), 'f', 1, 64)
}

// Microseconds is a duration as a number for JSON, rounded to nanoseconds.
func Microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// Seconds is a duration as a number for JSON, rounded to microseconds.
func Seconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)/time.Microsecond) / 1e6
}

// Plural is "1 thing" or "2 things".
func Plural[T ~int | ~int64 | ~uint64](n T, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Number(n) + " " + thing + "s"
}
