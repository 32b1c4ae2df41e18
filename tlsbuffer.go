package goetia

import (
	"net"
	"reflect"
	"sync"
	"sync/atomic"
)

// Package crypto/tls does not tell what a Conn holds that nobody has read: the rest of
// the record that was decrypted last, and whole records behind it that came in the
// same segment. Parking on those would be parking for ever, so they are looked at where
// they are: two fields of the Conn, read by reflection and never written. The layout
// is checked before the first look; where it is another one, such
// connections are refused rather than parked wrongly (docs/adr/0013).
//
// Reflection also spares programs without TLS the import of crypto/tls.

// tlsLayout is where a tls.Conn keeps what it holds.
type tlsLayout struct {
	// plain is a bytes.Reader, raw a bytes.Buffer.
	plain, plainBytes, plainAt []int
	raw, rawBytes, rawAt       []int
}

const recordHeader = 5

// tlsOf returns the *tls.Conn that a layer is, or that it embeds: a struct that embeds one has its
// NetConn, which passes over it.
func tlsOf(at any) (conn reflect.Value, ok bool) {
	v := reflect.ValueOf(at)
	if !v.IsValid() || isTLS(v.Type()) {
		return v, v.IsValid()
	}
	if _, ok := at.(interface{ NetConn() net.Conn }); !ok {
		return v, false
	}
	path := embeddedTLS(v.Type())
	if path == nil {
		return v, false
	}
	conn, err := reflect.Indirect(v).FieldByIndexErr(path)
	return conn, err == nil && !conn.IsNil()
}

// isTLS says whether a type is *tls.Conn.
func isTLS(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Name() == "Conn" && t.Elem().PkgPath() == "crypto/tls"
}

// embeddings are where types embed a *tls.Conn, or nil, by their types: it takes some microseconds
// to find out, and programs have few types of connections.
var embeddings sync.Map

// embeddedTLS is the path to the *tls.Conn that a struct, or what a pointer points to, embeds;
// nil if there is none.
func embeddedTLS(t reflect.Type) []int {
	if path, ok := embeddings.Load(t); ok {
		return path.([]int)
	}
	var path []int
	of := t
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(of) {
			if f.Anonymous && isTLS(f.Type) {
				path = f.Index
				break
			}
		}
	}
	embeddings.Store(t, path)
	return path
}

// heldByTLS returns a function that counts what a *tls.Conn holds, or nil if its layout
// is not the one that is known.
func heldByTLS(conn reflect.Value) func() int {
	v := conn.Elem()
	l := knownLayout.Load()
	if l == nil {
		found, ok := layoutOf(v.Type())
		if !ok {
			return nil
		}
		l = &found
		knownLayout.Store(l)
	}
	return func() int { return l.held(v) }
}

// knownLayout is that of the program's one tls.Conn type, once it was looked for.
var knownLayout atomic.Pointer[tlsLayout]

func layoutOf(t reflect.Type) (l tlsLayout, ok bool) {
	input, ok1 := t.FieldByName("input")
	raw, ok2 := t.FieldByName("rawInput")
	if !ok1 || !ok2 || input.Type.String() != "bytes.Reader" || raw.Type.String() != "bytes.Buffer" {
		return l, false
	}
	s, ok1 := input.Type.FieldByName("s")
	i, ok2 := input.Type.FieldByName("i")
	buf, ok3 := raw.Type.FieldByName("buf")
	off, ok4 := raw.Type.FieldByName("off")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return l, false
	}
	bytes := reflect.TypeFor[[]byte]()
	if s.Type != bytes || buf.Type != bytes || !i.Type.ConvertibleTo(reflect.TypeFor[int64]()) || !off.Type.ConvertibleTo(reflect.TypeFor[int64]()) {
		return l, false
	}
	return tlsLayout{input.Index, s.Index, i.Index, raw.Index, buf.Index, off.Index}, true
}

// held counts what was decrypted and, if that is nothing, the record behind it if it
// is whole.
func (l *tlsLayout) held(conn reflect.Value) int {
	plain := conn.FieldByIndex(l.plain)
	n := plain.FieldByIndex(l.plainBytes).Len() - int(plain.FieldByIndex(l.plainAt).Int())
	if n > 0 {
		return n
	}
	raw := conn.FieldByIndex(l.raw)
	buf, off := raw.FieldByIndex(l.rawBytes), int(raw.FieldByIndex(l.rawAt).Int())
	if buf.Len()-off < recordHeader {
		return 0
	}
	size := int(buf.Index(off+3).Uint())<<8 | int(buf.Index(off+4).Uint())
	if buf.Len()-off < recordHeader+size {
		return 0
	}
	return max(size, 1)
}
