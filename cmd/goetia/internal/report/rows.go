package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Rows are lines of columns; Write aligns all but the last.
type Rows [][]string

// Add appends a line.
func (r *Rows) Add(columns ...string) { *r = append(*r, columns) }

// Addf appends a line of a name and a formatted value.
func (r *Rows) Addf(name, format string, a ...any) { r.Add(name, fmt.Sprintf(format, a...)) }

// Write writes the lines, each after indent and without trailing blanks.
func (r Rows) Write(w io.Writer, indent string) error {
	var widths []int
	for _, row := range r {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if i < len(row)-1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	var b strings.Builder
	for _, row := range r {
		line := indent
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
