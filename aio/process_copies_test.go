//go:build linux

package aio_test

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia/future"
)

// TestWaitDoesNotBlockForGrandchildren: a grandchild that has inherited a stream which package exec
// copies kept the poll, and with it the executor, until it ended.
func TestWaitDoesNotBlockForGrandchildren(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skipf("no shell: %v", err)
	}
	l := loop(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	var out bytes.Buffer
	cmd := exec.Command(sh, "-c", "(read x; echo late) <&3 & exit 0")
	cmd.Stdout, cmd.ExtraFiles = &out, []*os.File{r}
	p, err := l.Start(cmd, 0)
	if err != nil {
		t.Fatal(err)
	}
	const pPid, wExited, wNoWait = 1, 4, 1 << 24 // linux/wait.h
	failed := syscall.EINTR                      // qemu does not restart what a signal has interrupted
	for failed == syscall.EINTR {
		_, _, failed = syscall.Syscall6(syscall.SYS_WAITID, pPid, uintptr(p.Pid()), 0, wExited|wNoWait, 0, 0)
	}
	if failed != 0 {
		t.Fatal(failed)
	}
	end := p.Wait()
	pendingNow(t, end)
	if _, err := l.Reactor().Turn(0); err != nil {
		t.Fatal(err)
	}
	polled := make(chan bool)
	go func() {
		_, ready := end.Poll(future.NewContext(future.WakerFunc(func() {})))
		polled <- ready
	}()
	select {
	case ready := <-polled:
		if ready {
			t.Error("ready although what it says is not all there")
		}
		closed(t, w)
	case <-time.After(time.Minute):
		t.Error("the poll blocks")
		closed(t, w)
		<-polled
	}
	if s := must(t, l, p.Wait()); !s.Success() || out.String() != "late\n" {
		t.Errorf("%v, %q", s, out.String())
	}
}
