package load

import (
	"container/heap"
	"time"
)

// pace holds the connections that wait for their next message to be due, the
// earliest first.
type pace []*conn

func (p pace) Len() int           { return len(p) }
func (p pace) Less(i, j int) bool { return p[i].due < p[j].due }
func (p pace) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pace) Push(x any)        { *p = append(*p, x.(*conn)) }
func (p *pace) Pop() any {
	old := *p
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*p = old[:len(old)-1]
	return c
}

func (p *pace) wait(c *conn) { heap.Push(p, c) }

// due takes the earliest connection if its time has come, and otherwise says
// how long that will be, or -1 if none waits.
func (p *pace) dueAt(now time.Duration) (*conn, time.Duration) {
	if len(*p) == 0 {
		return nil, -1
	}
	if left := (*p)[0].due - now; left > 0 {
		return nil, left
	}
	return heap.Pop(p).(*conn), 0
}
