//go:build !linux && !windows

package pair

import "time"

// Clock names what Run measures with.
const Clock = "time"

var start = time.Now()

func now() time.Duration { return time.Since(start) }
