package loom_test

import (
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// FuzzParseSchedule: what can be read is written as it can be read again.
func FuzzParseSchedule(f *testing.F) {
	f.Add("0*3 1*1")
	f.Add("7*9 7*1")
	f.Add("0*0")
	f.Add("0*1048575 0*1")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := loom.ParseSchedule(text)
		if err != nil {
			return
		}
		again, err := loom.ParseSchedule(s.String())
		if err != nil || again.String() != s.String() || len(again) != len(s) {
			t.Errorf("%q is %v and then %v, %v", text, s, again, err)
		}
	})
}
