package debug

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	defaultSources = 200
	maxSources     = 2000
	maxQuery       = 256
	maxRefresh     = 3600
)

// query is what the request asks for. Values that make no sense are taken for absent.
type query struct {
	N       int
	Text    string
	Sort    string
	Sites   bool
	Refresh int
	json    bool
	match   match
}

func parse(v url.Values) query {
	q := query{
		N:     number(v.Get("n"), defaultSources, maxSources),
		Text:  v.Get("q"),
		Sort:  v.Get("sort"),
		Sites: v.Get("sites") == "1",
		json:  v.Get("format") == "json",
		// Zero: not at all.
		Refresh: number(v.Get("refresh"), 0, maxRefresh),
	}
	if len(q.Text) > maxQuery {
		q.Text = strings.ToValidUTF8(q.Text[:maxQuery], "")
	}
	if orders[strings.TrimPrefix(q.Sort, "-")] == nil {
		q.Sort = ""
	}
	q.match = parseMatch(q.Text)
	return q
}

// number is s if that is one from 1 to limit, limit if it is above, and otherwise
// the fallback.
func number(s string, fallback, limit int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fallback
	}
	return min(n, limit)
}

// URL is the page's address, beginning with its question mark, with another sort order.
func (q query) URL(sort string) string {
	v := url.Values{}
	if q.N != defaultSources {
		v.Set("n", strconv.Itoa(q.N))
	}
	if q.Text != "" {
		v.Set("q", q.Text)
	}
	if sort != "" {
		v.Set("sort", sort)
	}
	if q.Sites {
		v.Set("sites", "1")
	}
	if q.Refresh > 0 {
		v.Set("refresh", strconv.Itoa(q.Refresh))
	}
	return "?" + v.Encode()
}

// idleWord takes "idle>30s" apart. A number alone is one of seconds.
func idleWord(word string) (time.Duration, bool) {
	text, ok := strings.CutPrefix(word, "idle>")
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	return d, err == nil
}
