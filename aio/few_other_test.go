//go:build !unix

package aio_test

// few is for systems whose processes have a limit of open files.
func few() {}
