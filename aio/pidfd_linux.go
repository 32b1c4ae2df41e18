package aio

// pidfds: a process has a descriptor that is readable when it has ended (pidfd_open(2)).
const pidfds = true
