// Package goetiaprom gives a Reactor's numbers to Prometheus. It is a module of its own, so
// that the library itself depends on no client.
//
//	prometheus.MustRegister(goetiaprom.NewCollector(nil, goetiaprom.Options{}))
//
// The numbers are those of [goetia.Stats]; docs/observability.md says what they mean. All
// have the label reactor, so that several Reactors can be in one registry.
package goetiaprom
