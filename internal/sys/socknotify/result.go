package socknotify

// Result is a Windows error number; zero is success.
type Result uint32

// The numbers that are told apart.
const (
	Success Result = 0
	// Timeout is WAIT_TIMEOUT: there was no packet; the changes were made.
	Timeout Result = 258

	invalidHandle     Result = 6     // ERROR_INVALID_HANDLE
	notEnoughMemory   Result = 8     // ERROR_NOT_ENOUGH_MEMORY, WSA_NOT_ENOUGH_MEMORY
	noSystemResources Result = 1450  // ERROR_NO_SYSTEM_RESOURCES
	notEnoughQuota    Result = 1816  // ERROR_NOT_ENOUGH_QUOTA
	wsaBadf           Result = 10009 // WSAEBADF
	wsaNotSock        Result = 10038 // WSAENOTSOCK
	wsaNoBufs         Result = 10055 // WSAENOBUFS
)

// NotSocket says that the number is no open socket.
func (r Result) NotSocket() bool { return r == wsaNotSock || r == wsaBadf || r == invalidHandle }

// Scarce says that the system lacked memory or the like, and may have it later.
func (r Result) Scarce() bool {
	switch r {
	case notEnoughMemory, noSystemResources, notEnoughQuota, wsaNoBufs:
		return true
	}
	return false
}

// Err is the result as an error that names the call, or nil.
func (r Result) Err() error {
	if r == Success {
		return nil
	}
	return &callError{r}
}

// callError is os.SyscallError for a number that other systems do not know.
type callError struct{ result Result }

func (e *callError) Error() string { return Name + ": " + e.Unwrap().Error() }
func (e *callError) Unwrap() error { return system(e.result) }
