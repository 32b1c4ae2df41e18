// Package report writes results for people and for programs: aligned rows,
// numbers with separators, and JSON.
package report
