package future

import (
	"fmt"
	"strings"
)

// PanicError is a panic of a future that was caught.
type PanicError struct {
	// Value is what it panicked with.
	Value any
	// Stack is the stack of the goroutine at that moment, as runtime/debug.Stack has it.
	Stack []byte
	// Task and Site are the task's name and where it was spawned, if known.
	Task, Site string
}

// passedOn is what a task comes to that has panicked with v. If that is a panic already that was
// passed on, from a task without a name or a coroutine, it is told as it was there.
func passedOn(v any) *PanicError {
	if p, ok := v.(*PanicError); ok && p.Task == "" && p.Site == "" {
		return &PanicError{Value: p.Value, Stack: p.Stack}
	}
	return newPanicError(v)
}

// Error says what the panic was and where, with its stack.
func (e *PanicError) Error() string {
	var b strings.Builder
	b.WriteString("future: panic")
	if e.Task != "" {
		fmt.Fprintf(&b, " in task %q", e.Task)
	}
	if e.Site != "" {
		fmt.Fprintf(&b, " spawned at %s", e.Site)
	}
	fmt.Fprintf(&b, ": %v", e.Value)
	if len(e.Stack) > 0 {
		fmt.Fprintf(&b, "\n\n%s", e.Stack)
	}
	return b.String()
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
