package loom

import "sync/atomic"

// Uint32 is an atomic.Uint32.
type Uint32 struct {
	v     atomic.Uint32
	clock clock
}

// Load is as that of package atomic, and so are all that follow.
func (x *Uint32) Load() uint32 {
	x.clock.acquire(step("Uint32.Load"))
	return x.v.Load()
}

func (x *Uint32) Store(v uint32) {
	x.clock.release(step("Uint32.Store"))
	x.v.Store(v)
}

func (x *Uint32) Swap(v uint32) uint32 {
	x.clock.both(step("Uint32.Swap"))
	return x.v.Swap(v)
}

func (x *Uint32) CompareAndSwap(old, v uint32) bool {
	x.clock.both(step("Uint32.CompareAndSwap"))
	return x.v.CompareAndSwap(old, v)
}

func (x *Uint32) Add(delta uint32) uint32 {
	x.clock.both(step("Uint32.Add"))
	return x.v.Add(delta)
}

func (x *Uint32) And(mask uint32) uint32 {
	x.clock.both(step("Uint32.And"))
	return x.v.And(mask)
}

func (x *Uint32) Or(mask uint32) uint32 {
	x.clock.both(step("Uint32.Or"))
	return x.v.Or(mask)
}

// Int64 is an atomic.Int64.
type Int64 struct {
	v     atomic.Int64
	clock clock
}

func (x *Int64) Load() int64 {
	x.clock.acquire(step("Int64.Load"))
	return x.v.Load()
}

func (x *Int64) Store(v int64) {
	x.clock.release(step("Int64.Store"))
	x.v.Store(v)
}

func (x *Int64) Swap(v int64) int64 {
	x.clock.both(step("Int64.Swap"))
	return x.v.Swap(v)
}

func (x *Int64) CompareAndSwap(old, v int64) bool {
	x.clock.both(step("Int64.CompareAndSwap"))
	return x.v.CompareAndSwap(old, v)
}

func (x *Int64) Add(delta int64) int64 {
	x.clock.both(step("Int64.Add"))
	return x.v.Add(delta)
}

// Pointer is an atomic.Pointer.
type Pointer[T any] struct {
	v     atomic.Pointer[T]
	clock clock
}

func (x *Pointer[T]) Load() *T {
	x.clock.acquire(step("Pointer.Load"))
	return x.v.Load()
}

func (x *Pointer[T]) Store(p *T) {
	x.clock.release(step("Pointer.Store"))
	x.v.Store(p)
}

func (x *Pointer[T]) Swap(p *T) *T {
	x.clock.both(step("Pointer.Swap"))
	return x.v.Swap(p)
}

func (x *Pointer[T]) CompareAndSwap(old, p *T) bool {
	x.clock.both(step("Pointer.CompareAndSwap"))
	return x.v.CompareAndSwap(old, p)
}
