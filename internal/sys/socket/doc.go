// Package socket has sockets that are nothing but a descriptor: no net.Conn above it, and no
// registration with the Go runtime's poller, which together take some 900 bytes for each.
// A [Socket] keeps its descriptor from being closed while somebody uses it; the rest is accept,
// addresses, the settings that package net makes, and the way from package net and back.
//
// Source: accept4(2), getsockname(2), tcp(7), and Go's package net for what it sets on a
// connection of its own.
package socket
