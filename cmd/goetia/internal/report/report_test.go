package report

import (
	"strings"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		Number(0):                       "0",
		Number(999):                     "999",
		Number(1000):                    "1,000",
		Number(-1234567):                "-1,234,567",
		Bytes(0):                        "0 B",
		Bytes(999):                      "999 B",
		Bytes(1500):                     "1.5 kB",
		Bytes(2e12):                     "2.0 TB",
		Micros(1500 * time.Nanosecond):  "1.5",
		Plural(1, "call"):               "1 call",
		Plural(2000, "call"):            "2,000 calls",
		Batches(1) + " " + Batches(2):   "1 batch 2 batches",
		Micros(2 * time.Millisecond):    "2000.0",
		Number(uint64(123)) + Number(7): "1237",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestRowsAlign(t *testing.T) {
	t.Parallel()
	var r Rows
	r.Add("a", "µs", "x")
	r.Add("long", "b", "")
	r.Addf("n", "%d", 1)
	var b strings.Builder
	if err := r.Write(&b, " "); err != nil {
		t.Fatal(err)
	}
	const want = " a     µs  x\n long  b\n n     1\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
