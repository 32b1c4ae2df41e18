package winsock

import "testing"

func TestName(t *testing.T) {
	tests := []struct {
		name   string
		raw    []byte
		family uint16
		port   uint16
	}{
		{"none", nil, 0, 0},
		{"inet", []byte{2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 2, 8080},
		{"inet, not bound", []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 2, 0},
		{"inet6", []byte{23, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 23, 80},
		{"local", []byte("\x01\x00C:\\socket"), 1, 0},
	}
	for _, tt := range tests {
		n := Name{Len: int32(len(tt.raw))}
		copy(n.Raw[:], tt.raw)
		if n.Family() != tt.family || n.Port() != tt.port {
			t.Errorf("%s: family %d port %d, want %d and %d", tt.name, n.Family(), n.Port(), tt.family, tt.port)
		}
	}
}
