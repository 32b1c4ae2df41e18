//go:build !windows

package poll

import "testing"

var handleKind = extraKind{name: "handle", add: func(_ testing.TB, p *Poller, key Key) (*extraRig, error) {
	_, err := p.AddHandle(key, 1)
	return nil, err
}}
