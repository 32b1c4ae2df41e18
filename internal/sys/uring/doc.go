// Package uring binds the part of Linux's io_uring that polls descriptors: the
// structures, the two system calls that make a ring and enter it, and the rings in
// memory shared with the kernel. It has no policy.
//
// Sources: io_uring_setup(2), io_uring_enter(2), linux/io_uring.h.
package uring
