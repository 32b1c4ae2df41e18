package goetiaprom_test

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/goetia-go/goetia"
	goetiaprom "github.com/goetia-go/goetia/prometheus"
)

// Two Reactors in one registry.
func ExampleNewCollector() {
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		panic(err)
	}
	defer r.Close()
	reg := prometheus.NewRegistry()
	reg.MustRegister(
		goetiaprom.NewCollector(nil, goetiaprom.Options{}), // the default one
		goetiaprom.NewCollector(r, goetiaprom.Options{Name: "upstream"}),
	)
}
