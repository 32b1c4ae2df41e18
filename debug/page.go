package debug

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

//go:embed page.css
var style string

//go:embed page.js
var script string

// policy lets the page run its own script, use its own style and talk to where it comes
// from, and nothing else.
var policy = fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self'; "+
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'", digest(script), digest(style))

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	// The two are this package's own, and must not be changed: the policy has their
	// digests.
	"script": func() template.JS { return template.JS(script) },
	"style":  func() template.CSS { return template.CSS(style) },
	"short":  short,
	"kept":   kept,
	"digits": digits,
	"rate":   rate,
	"ago":    func(now, t time.Time) string { return short(now.Sub(t)) },
	"until":  func(now, t time.Time) string { return short(t.Sub(now)) },
	"minus":  func(a, b int) int { return a - b },
	"column": func(q query, key, name string) column { return column{q, key, name} },
}).Parse(pageText))

// column is the head of one: a link that sorts by it.
type column struct {
	query     query
	key, Name string
}

// URL sorts by the column, or turns it round if it is sorted so.
func (c column) URL() string {
	if c.query.Sort == c.key {
		return c.query.URL("-" + c.key)
	}
	return c.query.URL(c.key)
}

// Mark shows in what direction the list is sorted by the column.
func (c column) Mark() string {
	switch c.query.Sort {
	case c.key:
		return " ↑"
	case "-" + c.key:
		return " ↓"
	}
	return ""
}

// digits groups a number's digits.
func digits(v any) string {
	s := fmt.Sprint(v)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func rate(r *float64) string {
	switch {
	case r == nil:
		return "–"
	case *r < 10:
		return strings.TrimSuffix(strconv.FormatFloat(*r, 'f', 1, 64), ".0")
	}
	return digits(int64(*r + 0.5))
}
