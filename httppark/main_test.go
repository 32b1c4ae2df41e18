package httppark

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(unhurried{m}) }

// unhurried runs the tests, and then waits for goroutines that are about to end: goleak itself gives up
// after less than half a second.
type unhurried struct{ *testing.M }

func (u unhurried) Run() int {
	code := u.M.Run()
	for until := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(until); {
	}
	return code
}
