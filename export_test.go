package goetia

// TCP is tcp, for the tests of the examples.
var TCP = tcp
