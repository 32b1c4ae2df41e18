//go:build !unix

package watch

// descriptors says that fd targets make sense here.
const descriptors = false

func hasData(uintptr) bool { return false }
