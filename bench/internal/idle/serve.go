package idle

// Server is a contestant in a process of its own.
type Server struct {
	// Addr is where it listens, PID its process.
	Addr string
	PID  int
	part *part
}

// Serve starts a contestant.
func Serve(name string) (*Server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	p, err := start("serve", name, addr)
	if err != nil {
		return nil, err
	}
	if _, err := p.number(); err != nil {
		p.end()
		return nil, err
	}
	return &Server{addr, p.cmd.Process.Pid, p}, nil
}

// Stop ends its process.
func (s *Server) Stop() { s.part.end() }
