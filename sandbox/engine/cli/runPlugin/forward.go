package main

import (
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
)

// forward passes a call with one request on to another server, and its responses back. The messages need not be known:
// protobuf keeps the fields of a message that its type does not have, and Empty has none.
func forward(to *grpc.ClientConn, method string, call grpc.ServerStream) error {
	request := &emptypb.Empty{}
	if err := call.RecvMsg(request); err != nil {
		return err
	}
	ctx := call.Context()
	if headers, ok := metadata.FromIncomingContext(ctx); ok {
		ctx = metadata.NewOutgoingContext(ctx, headers)
	}
	responses, err := to.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method)
	if err != nil {
		return err
	}
	if err := responses.SendMsg(request); err != nil {
		return err
	}
	if err := responses.CloseSend(); err != nil {
		return err
	}
	for {
		response := &emptypb.Empty{}
		if err := responses.RecvMsg(response); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := call.SendMsg(response); err != nil {
			return err
		}
	}
}
