package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/goetia-go/goetia/cmd/goetia/internal/load"
	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
)

// tick is how often the bar moves.
const tick = 100 * time.Millisecond

// showProgress draws a bar for as long as the run lasts, if stderr is a terminal.
// The returned function wipes it away.
func (c *loadCommand) showProgress(e *env, p *load.Progress) (stop func()) {
	if !isTerminal(e.stderr) {
		return func() {}
	}
	bar := progressbar.NewOptions64(int64(c.Duration),
		progressbar.OptionSetWriter(e.stderr),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	)
	done, wiped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(wiped)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		var start time.Time
		for {
			// What the terminal does not take is lost, and nothing else.
			if p.Loading() {
				if start.IsZero() {
					start = time.Now()
				}
				spent := time.Since(start)
				bar.Describe(fmt.Sprintf("%s messages/s", report.Number(int64(float64(p.Messages())/max(spent, tick).Seconds()))))
				_ = bar.Set64(int64(min(spent, c.Duration-1)))
			} else {
				bar.Describe(fmt.Sprintf("connecting %s of %s", report.Number(p.Connected()), report.Number(c.Conns)))
				_ = bar.RenderBlank()
			}
			select {
			case <-ticker.C:
			case <-done:
				_ = bar.Clear()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-wiped
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
