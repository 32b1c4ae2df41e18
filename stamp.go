package goetia

import "time"

// stamp is a time in a few bytes: when something happened that nobody needs to know exactly. It
// holds for six years. Zero is never.
type stamp uint32

// tenth is a stamp's unit. The lowest bit is always set, which keeps a stamp from being zero and
// makes it count in fifths of a second.
const tenth = int64(time.Second / 10)

// stampOf makes a stamp of a time of clock.
func stampOf(t int64) stamp { return stamp(t/tenth) | 1 }

// age is how long before a time of clock a stamp was made, at least zero.
func (s stamp) age(now int64) time.Duration {
	return time.Duration(max(int64(int32(stampOf(now)-s)), 0) * tenth)
}
