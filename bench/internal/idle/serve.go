package idle

// Serve starts a contestant in a process of its own, and says where it listens.
func Serve(name string) (addr string, stop func(), err error) {
	if addr, err = free(); err != nil {
		return "", nil, err
	}
	p, err := start("serve", name, addr)
	if err != nil {
		return "", nil, err
	}
	if _, err := p.number(); err != nil {
		p.end()
		return "", nil, err
	}
	return addr, p.end, nil
}
