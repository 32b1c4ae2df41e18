package socknotify

import "unsafe"

// A wrong layout does not compile: each expression indexes an array of one with
// the difference, which must be the constant zero.
const word = unsafe.Sizeof(uintptr(0))

var (
	_ = [1]struct{}{}[unsafe.Offsetof(Registration{}.Key)-word]
	_ = [1]struct{}{}[unsafe.Offsetof(Registration{}.Filter)-2*word]
	_ = [1]struct{}{}[unsafe.Offsetof(Registration{}.Op)-2*word-2]
	_ = [1]struct{}{}[unsafe.Offsetof(Registration{}.Trigger)-2*word-3]
	_ = [1]struct{}{}[unsafe.Offsetof(Registration{}.Result)-2*word-4]
	_ = [1]struct{}{}[unsafe.Sizeof(Registration{})-2*word-8]
)
