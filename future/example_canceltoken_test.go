package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/future"
)

func ExampleCancelToken() {
	var server future.CancelToken
	connection := server.Child()
	request := connection.Child()

	connection.CancelCause(errors.New("connection lost"))
	fmt.Println("request:", request.Err())
	fmt.Println("server:", server.Err())
	future.BlockOn(request.Canceled())
	// Output:
	// request: connection lost
	// server: <nil>
}

func ExampleUntilCanceled() {
	var token future.CancelToken
	fmt.Println(future.BlockOn(future.UntilCanceled(&token, future.Ready("done"))).Get())
	go token.CancelCause(errors.New("enough"))
	fmt.Println(future.BlockOn(future.UntilCanceled(&token, future.Pending[string]())).Get())
	// Output:
	// done <nil>
	//  enough
}

func ExampleTokenOf() {
	ctx, cancel := context.WithCancel(context.Background())
	token := future.TokenOf(ctx)
	defer token.Cancel()
	go cancel()
	future.BlockOn(token.Canceled())
	fmt.Println(token.Err())
	// Output: context canceled
}

func ExampleCancelToken_Context() {
	var token future.CancelToken
	ctx, stop := token.Context(context.Background())
	defer stop()
	token.CancelCause(errors.New("shutting down"))
	<-ctx.Done()
	fmt.Println(context.Cause(ctx))
	// Output: shutting down
}
