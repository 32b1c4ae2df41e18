package future

// Tuple2 is two values.
type Tuple2[A, B any] struct {
	A A
	B B
}

// Tuple3 is three values.
type Tuple3[A, B, C any] struct {
	A A
	B B
	C C
}

// Tuple4 is four values.
type Tuple4[A, B, C, D any] struct {
	A A
	B B
	C C
	D D
}

// Tuple5 is five values.
type Tuple5[A, B, C, D, E any] struct {
	A A
	B B
	C C
	D D
	E E
}

// Indexed is a value and its place among others.
type Indexed[T any] struct {
	Index int
	Value T
}
