package goetia

import (
	"testing"
	"time"
)

// TestStamp: a stamp is never zero and tells its age to a fifth of a second, also of times before
// the clock's beginning, as they are in a testing/synctest bubble, and where its number wraps.
func TestStamp(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, at := range []int64{0, 1, int64(time.Hour), int64(-26 * year), (1<<32 - 1) * tenth, 1 << 32 * tenth} {
		for _, age := range []time.Duration{0, time.Second, time.Hour, 6 * year} {
			s := stampOf(at)
			if s == 0 {
				t.Errorf("at %d the stamp is zero", at)
			}
			if got := s.age(at + int64(age)); got < 0 || (got-age).Abs() > 2*time.Duration(tenth) {
				t.Errorf("from %d, %v old: %v", at, age, got)
			}
		}
	}
	if got := stampOf(int64(time.Minute)).age(0); got != 0 {
		t.Errorf("one of the future is %v old", got)
	}
}
