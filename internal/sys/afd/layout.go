package afd

import "unsafe"

// A wrong layout does not compile: each expression indexes an array of one with
// the difference, which must be the constant zero. vet checks this for
// architectures whose tests cannot run here.
const word = unsafe.Sizeof(uintptr(0))

var (
	_ = [1]struct{}{}[unsafe.Sizeof(IOStatusBlock{})-2*word]
	_ = [1]struct{}{}[unsafe.Offsetof(PollInfo{}.Handles)-8]
	_ = [1]struct{}{}[unsafe.Offsetof(PollInfo{}.Handle)-16]
	_ = [1]struct{}{}[unsafe.Offsetof(PollInfo{}.Events)-16-word]
	_ = [1]struct{}{}[unsafe.Offsetof(PollInfo{}.Status)-20-word]
)
