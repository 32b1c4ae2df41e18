// Package evport binds the event ports of Solaris and illumos, for file descriptors and
// for events that the program sends. It has no policy.
//
// Sources: port_create(3C), port_associate(3C), port_get(3C), port_send(3C).
package evport
