package future

// pace bounds what one poll does in a loop, also where the context does not: a poll that goes on
// for ever cannot be cancelled.
type pace int

// first is step for a loop that has done nothing yet, which goes round once for nothing: what it
// polls may need the last step of a small budget itself.
func (p *pace) first(cx *Context) bool {
	if *p == 0 {
		*p = 1
		return true
	}
	return p.step(cx)
}

// step says whether the loop may go round once more. If not, the future will be polled again.
func (p *pace) step(cx *Context) bool {
	if *p == defaultBudget {
		cx.Waker().Wake()
		return false
	}
	*p++
	return cx.Spend()
}
