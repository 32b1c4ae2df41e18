//go:build !linux

package idle

// whole: parked connections are not thin here.
var whole []contestant
