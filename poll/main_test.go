package poll

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// forceVariable in the environment names the mechanism that all tests are to use.
const forceVariable = "GOETIA_MECHANISM"

// TestMain sees that no test leaves a goroutine behind.
func TestMain(m *testing.M) {
	forced = Mechanism(os.Getenv(forceVariable))
	goleak.VerifyTestMain(m)
}
