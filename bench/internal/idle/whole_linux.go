package idle

import (
	"net/http"

	"github.com/goetia-go/goetia/httppark"
)

// whole is the listener without what only Linux has.
var whole = []contestant{{name: OursWhole, serve: serveWhole, talk: talkHTTP}}

func serveWhole(addr string) error {
	srv := &http.Server{Handler: http.HandlerFunc(helloHandler)}
	return park("tcp", addr, srv, httppark.WithThinParking(false))
}
