package goetia

import "strings"

// layerKinds is which kinds of layers were found above a descriptor.
type layerKinds uint8

const (
	observedLayer layerKinds = 1 << iota
	buffererLayer
	tlsLayer
	notifierLayer
)

var layerNames = [...]string{"observed", "bufferer", "tls", "notifier"}

// String names them, joined by "+"; "plain" if there are none.
func (k layerKinds) String() string {
	if k == 0 {
		return "plain"
	}
	var parts []string
	for i, name := range layerNames {
		if k&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, "+")
}
