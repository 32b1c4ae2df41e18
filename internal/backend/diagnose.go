package backend

// Step is one thing that a mechanism needs from the system, tried out.
type Step struct {
	// Name says what was tried.
	Name string
	// Detail is what was found, in words.
	Detail string
	// Err is nil if it worked.
	Err error
	// Optional: without it the mechanism works, less well; Detail says how.
	Optional bool
}
