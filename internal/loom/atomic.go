package loom

import "sync/atomic"

// Uint32 is an atomic.Uint32. Each operation is a step of the thread, before which another one may have its turn.
type Uint32 struct {
	v     atomic.Uint32
	clock clock
}

// Load reads it, and sees what came before the write that it finds.
func (x *Uint32) Load() uint32 {
	x.clock.acquire(step("Uint32.Load"))
	return x.v.Load()
}

// Store writes it, for whoever reads that to see what came before.
func (x *Uint32) Store(v uint32) {
	x.clock.release(step("Uint32.Store"))
	x.v.Store(v)
}

// Swap writes it, and returns what it was.
func (x *Uint32) Swap(v uint32) uint32 {
	x.clock.both(step("Uint32.Swap"))
	return x.v.Swap(v)
}

// CompareAndSwap writes it if it is old, and says whether it was.
func (x *Uint32) CompareAndSwap(old, v uint32) bool {
	x.clock.both(step("Uint32.CompareAndSwap"))
	return x.v.CompareAndSwap(old, v)
}

// Add adds to it, and returns the sum.
func (x *Uint32) Add(delta uint32) uint32 {
	x.clock.both(step("Uint32.Add"))
	return x.v.Add(delta)
}

// And clears all bits but those of mask, and returns what it was.
func (x *Uint32) And(mask uint32) uint32 {
	x.clock.both(step("Uint32.And"))
	return x.v.And(mask)
}

// Or sets the bits of mask, and returns what it was.
func (x *Uint32) Or(mask uint32) uint32 {
	x.clock.both(step("Uint32.Or"))
	return x.v.Or(mask)
}

// Int64 is an atomic.Int64, as [Uint32] is one.
type Int64 struct {
	v     atomic.Int64
	clock clock
}

// Load reads it, and sees what came before the write that it finds.
func (x *Int64) Load() int64 {
	x.clock.acquire(step("Int64.Load"))
	return x.v.Load()
}

// Store writes it, for whoever reads that to see what came before.
func (x *Int64) Store(v int64) {
	x.clock.release(step("Int64.Store"))
	x.v.Store(v)
}

// Swap writes it, and returns what it was.
func (x *Int64) Swap(v int64) int64 {
	x.clock.both(step("Int64.Swap"))
	return x.v.Swap(v)
}

// CompareAndSwap writes it if it is old, and says whether it was.
func (x *Int64) CompareAndSwap(old, v int64) bool {
	x.clock.both(step("Int64.CompareAndSwap"))
	return x.v.CompareAndSwap(old, v)
}

// Add adds to it, and returns the sum.
func (x *Int64) Add(delta int64) int64 {
	x.clock.both(step("Int64.Add"))
	return x.v.Add(delta)
}

// Pointer is an atomic.Pointer, as [Uint32] is one.
type Pointer[T any] struct {
	v     atomic.Pointer[T]
	clock clock
}

// Load reads it, and sees what came before the write that it finds.
func (x *Pointer[T]) Load() *T {
	x.clock.acquire(step("Pointer.Load"))
	return x.v.Load()
}

// Store writes it, for whoever reads that to see what came before.
func (x *Pointer[T]) Store(p *T) {
	x.clock.release(step("Pointer.Store"))
	x.v.Store(p)
}

// Swap writes it, and returns what it was.
func (x *Pointer[T]) Swap(p *T) *T {
	x.clock.both(step("Pointer.Swap"))
	return x.v.Swap(p)
}

// CompareAndSwap writes it if it is old, and says whether it was.
func (x *Pointer[T]) CompareAndSwap(old, p *T) bool {
	x.clock.both(step("Pointer.CompareAndSwap"))
	return x.v.CompareAndSwap(old, p)
}
