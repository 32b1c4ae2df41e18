module github.com/goetia-go/goetia/bench

go 1.26.0

require (
	github.com/goetia-go/goetia v0.0.0
	golang.org/x/sys v0.49.0
)

replace github.com/goetia-go/goetia => ../
