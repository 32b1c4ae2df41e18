package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/poll"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print one JSON object: version, revision, go, os, arch, mechanisms."`
}

// version is what the build knows of itself.
type version struct {
	Version    string           `json:"version"`
	Revision   string           `json:"revision,omitempty"`
	Go         string           `json:"go"`
	OS         string           `json:"os"`
	Arch       string           `json:"arch"`
	Mechanisms []poll.Mechanism `json:"mechanisms"`
}

func (c *versionCommand) Run(e *env) error {
	v := version{
		Version: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Mechanisms: poll.Mechanisms(),
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			v.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Revision = s.Value
			}
		}
	}
	if c.JSON {
		return report.JSON(e.stdout, v)
	}
	_, err := fmt.Fprintf(e.stdout, "goetia %s %s %s/%s, mechanisms: %s\n",
		v.Version, v.Go, v.OS, v.Arch, joined(v.Mechanisms))
	return err
}
