package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goetia-go/goetia/bench/internal/report"
)

// part is what can be measured alone.
type part struct {
	name    string
	measure func(*report.Report) error
}

// always makes a part of what cannot fail as a whole.
func always(name string, measure func(*report.Report)) part {
	return part{name, func(r *report.Report) error {
		measure(r)
		return nil
	}}
}

// measure measures the parts that GOETIA_BENCH_SECTION names, separated by commas, or all.
func measure(r *report.Report, parts []part) error {
	var wanted []string
	if s := os.Getenv("GOETIA_BENCH_SECTION"); s != "" {
		wanted = strings.Split(s, ",")
	}
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return fmt.Errorf("GOETIA_BENCH_SECTION: no part %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	for _, p := range parts {
		if wanted == nil || slices.Contains(wanted, p.name) {
			if err := p.measure(r); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	return nil
}
