//go:build !linux

package idle

// rivals: elsewhere they fall back to a goroutine for each connection, or do not build.
var rivals []contestant
