//go:build !race

package goetia

const raceDetector = false
