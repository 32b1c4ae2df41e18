//go:build unix && !linux

package poll

import "errors"

var systemKinds []kind

func mkfifo(string) error { return errors.ErrUnsupported }
