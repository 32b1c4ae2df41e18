//go:build !linux

package idle

const thins = false

// thin: only Linux has it.
var thin []contestant
