package poll

import (
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// forceVariable in the environment names the mechanism that all tests are to use.
const forceVariable = "GOETIA_MECHANISM"

// childVariable in the environment makes this the child process of a test.
const childVariable = "GOETIA_TEST_CHILD"

// childCode is what the child exits with once its standard input ends.
const childCode = 7

// TestMain sees that no test leaves a goroutine behind.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(childCode)
	}
	forced = Mechanism(os.Getenv(forceVariable))
	goleak.VerifyTestMain(m)
}
