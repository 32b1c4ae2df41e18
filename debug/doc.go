// Package debug shows what a Reactor does, live, on a page of HTTP: its counters and
// their rates, how long callbacks wait for their goroutine, and the sources with who waits
// for them. It is used like net/http/pprof:
//
//	import _ "github.com/goetia-go/goetia/debug"
//
// registers /debug/goetia/ on [http.DefaultServeMux], for [goetia.Default]. Programs that
// do not serve that mux, or have made a Reactor of their own, mount [Handler] where
// they like.
//
// # Who may see it
//
// Importing the package is all that it takes to have the page on http.DefaultServeMux, as
// with pprof and expvar. A program whose DefaultServeMux the world can reach must not
// import it. The page changes nothing; it tells descriptor numbers, times and, on
// request, paths of source files, and no addresses and no data.
//
// # Parameters
//
// What the page's form sends can be written by hand:
//
//   - n=500: how many sources are listed at most, up to 2000. The default is 200.
//   - q=words: list only sources that match each of them, whatever their number. A word
//     is shard:0 or handle:17; idle>30s for those whose last wake is longer ago or that
//     had none; or a part of what the row says, such as hidden, tls, writable, never or,
//     with sites=1, a file name.
//   - sort=column: sort what is listed by shard, handle, layers, wake, asked, armed or
//     deadline; sort=-column turns it round.
//   - sites=1: say where the watches were made.
//   - refresh=5: without a script, load the page anew every 5 seconds.
//   - format=json: the same for programs. Its form may change between versions.
//
// A search through a million sources takes half a second or more of one processor, so
// there is never more than one at a time for each handler.
package debug
