package backendtest

import (
	"fmt"
	"strings"

	"github.com/goetia-go/goetia/internal/backend"
)

func modeName(m backend.Mode) string {
	return [...]string{"oneshot", "level", "edge", "edge-oneshot"}[m]
}

func readinessNames(r backend.Readiness) string {
	if r == 0 {
		return "nothing"
	}
	var names []string
	for i, name := range [...]string{
		"readable", "writable", "priority", "read-closed",
		"hang-up", "error", "connect-failed", "closed",
	} {
		if r&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

func eventNames(events []backend.Event) string {
	if len(events) == 0 {
		return "no event"
	}
	var names []string
	for _, ev := range events {
		names = append(names, fmt.Sprintf("%s of key %d", readinessNames(ev.Ready), ev.Token))
	}
	return strings.Join(names, ", ")
}
