package httppark

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := together("8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(unhurried{m})
}

// together has n tests run at a time, unless somebody has said how many, or would get so many processes
// that fuzz: most of these wait for limits, and not for a processor. Not on Windows: there is only Wine so
// far, in which eight at a time hung twice in 23 runs, once since its server had died, and two at a time in
// none of six.
func together(n string) error {
	chosen := runtime.GOOS == "windows" || flag.Lookup("test.fuzz").Value.String() != ""
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if chosen {
		return nil
	}
	return flag.Set("test.parallel", n)
}

// unhurried runs the tests, and then waits for goroutines that are about to end: goleak itself gives up
// after less than half a second.
type unhurried struct{ *testing.M }

func (u unhurried) Run() int {
	code := u.M.Run()
	for until := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(until); {
	}
	return code
}
