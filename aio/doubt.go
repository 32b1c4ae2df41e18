package aio

// doubt is how many times in a row the watch has fired and there was nothing to read. It is for
// Windows, where a read that was said not to block may do so.
//
// The first time, it may have been armed before the last read, and speak of what that has
// taken. The second time it was armed since, so there is something that is no bytes: the end
// or an error. Only then is a read worth the risk that it blocks, until its deadline.
type doubt uint8

func (d *doubt) blocks(told bool) (worth bool) {
	if told && *d < 2 {
		*d++
	}
	return told && *d == 2
}
