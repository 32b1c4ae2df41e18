//go:build !linux && !windows

package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/goetia-go/goetia/bench/internal/report"
)

func sections(*report.Report) error {
	return fmt.Errorf("nothing is measured on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
