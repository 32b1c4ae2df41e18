//go:build race

package poll

// raceEnabled: the race detector allocates on its own account.
const raceEnabled = true
