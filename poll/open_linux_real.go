//go:build linux && !kqueuemodel

package poll

// tested are mechanisms that only tests have; see open_linux_model.go.
var tested []candidate
