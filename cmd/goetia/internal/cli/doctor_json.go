package cli

import (
	"runtime"
	"strings"

	"github.com/goetia-go/goetia/cmd/goetia/internal/doctor"
	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/poll"
)

// examined is the result with --json.
type examined struct {
	OS         string         `json:"os"`
	Arch       string         `json:"arch"`
	Go         string         `json:"go"`
	Default    poll.Mechanism `json:"default"`
	OK         bool           `json:"ok"`
	Mechanisms []examinedOne  `json:"mechanisms"`
}

type examinedOne struct {
	Name      poll.Mechanism    `json:"name"`
	Default   bool              `json:"default"`
	Available bool              `json:"available"`
	OK        bool              `json:"ok"`
	Steps     []examinedStep    `json:"steps"`
	Features  *examinedFeatures `json:"features,omitempty"`
	Checks    []examinedCheck   `json:"checks"`
}

type examinedStep struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Optional bool   `json:"optional"`
	Error    string `json:"error,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

type examinedFeatures struct {
	Modes              []string `json:"modes"`
	Interests          []string `json:"interests"`
	Readiness          []string `json:"readiness"`
	ReportsClose       bool     `json:"reports_close"`
	ForgetsClosed      bool     `json:"forgets_closed"`
	HoldsOpen          bool     `json:"holds_open"`
	ExactConnectFailed bool     `json:"exact_connect_failed"`
	ReportsUnconnected bool     `json:"reports_unconnected"`
	SocketsOnly        bool     `json:"sockets_only"`
	Exclusive          bool     `json:"exclusive"`
	Linear             bool     `json:"linear"`
	Extras             []string `json:"extras"`
	ResolutionMicros   float64  `json:"resolution_us"`
}

type examinedCheck struct {
	Name   string  `json:"name"`
	OK     bool    `json:"ok"`
	Error  string  `json:"error,omitempty"`
	Detail string  `json:"detail,omitempty"`
	Rounds int     `json:"rounds"`
	P50    float64 `json:"p50_us"`
	P99    float64 `json:"p99_us"`
	Max    float64 `json:"max_us"`
}

func examinedJSON(r *doctor.Report) examined {
	out := examined{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(),
		Default: r.Default, OK: r.OK(), Mechanisms: []examinedOne{},
	}
	for i := range r.Mechanisms {
		m := &r.Mechanisms[i]
		one := examinedOne{
			Name: m.Name, Default: m.Name == r.Default, Available: m.Available(), OK: m.OK(),
			Steps: []examinedStep{}, Checks: []examinedCheck{},
		}
		for _, s := range m.Steps {
			one.Steps = append(one.Steps, examinedStep{s.Name, s.Err == nil, s.Optional, errorText(s.Err), s.Detail})
		}
		if m.Available() {
			one.Features = featuresJSON(m.Features)
		}
		for _, c := range m.Checks {
			one.Checks = append(one.Checks, examinedCheck{
				c.Name, c.Err == nil, errorText(c.Err), c.Detail, c.Rounds,
				report.Microseconds(c.P50), report.Microseconds(c.P99), report.Microseconds(c.Max),
			})
		}
		out.Mechanisms = append(out.Mechanisms, one)
	}
	return out
}

func featuresJSON(f poll.Features) *examinedFeatures {
	return &examinedFeatures{
		Modes:              modeNames(f),
		Interests:          strings.Split(f.Interests.String(), "|"),
		Readiness:          strings.Split(f.Readiness.String(), "|"),
		ReportsClose:       f.ReportsClose,
		ForgetsClosed:      f.ForgetsClosed,
		HoldsOpen:          f.HoldsOpen,
		ExactConnectFailed: f.ExactConnectFailed,
		ReportsUnconnected: f.ReportsUnconnected,
		SocketsOnly:        f.SocketsOnly,
		Exclusive:          f.Exclusive,
		Linear:             f.Linear,
		Extras:             f.Extras,
		ResolutionMicros:   report.Microseconds(f.Resolution),
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return oneLine(err)
}
