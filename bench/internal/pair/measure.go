package pair

import "time"

// Measure returns how long f takes by the [Clock], the least of so many runs: for work that cannot be
// cut into slices.
func Measure(runs int, f func()) (least time.Duration) {
	for i := range runs {
		began := now()
		f()
		if took := now() - began; i == 0 || took < least {
			least = took
		}
	}
	return least
}
