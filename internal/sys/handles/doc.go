// Package handles counts the handles of this process on Windows, for tests that look for leaks.
//
// Source: https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesshandlecount
// and, for the list of the system's handles, the headers of System Informer (phnt).
package handles
