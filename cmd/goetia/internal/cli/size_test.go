package cli

import "testing"

func TestSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]size{
		"0": 0, "64": 64, "64B": 64, "64 b": 64, "1kB": 1000, "1KiB": 1024, "2k": 2048,
		"16 KiB": 16 << 10, "1MB": 1e6, "1MiB": 1 << 20, "1m": 1 << 20, "1GiB": 1 << 30,
	} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "B", "-1", "1.5k", "1TB", "2GiB", "99999999999", "4 000", "0x10", "1kk"} {
		var got size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted as %d", text, got)
		}
	}
}
