package idle

import (
	"net/http"

	"github.com/goetia-go/goetia/httppark"
)

const thins = true

var thin = []contestant{{name: OursThin, serve: serveThin, talk: talkHTTP}}

func serveThin(addr string) error {
	srv := &http.Server{Handler: http.HandlerFunc(helloHandler)}
	return park("tcp", addr, srv, httppark.WithThinParking())
}
