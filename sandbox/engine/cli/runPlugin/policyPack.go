package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// runPolicyPack runs a policy pack with Node.js until it ends or the engine hangs up, and sends what it writes. As with
// the genuine host, the pack runs in its own folder, with the stack's name and config in its environment.
func runPolicyPack(request *pulumirpc.RunPluginRequest, server *output) error {
	ctx, folder := server.Context(), request.Info.ProgramDirectory
	_, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	find := exec.CommandContext(ctx, "node", "-p", "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")
	find.Dir, find.Stderr = folder, stderr
	runner, err := find.Output()
	if err != nil {
		return fmt.Errorf("finding @pulumi/pulumi from the policy pack in %s: %w", folder, err)
	}

	// The pack learns the config at its start, and the engine tells it later: until then, a proxy stands in for it.
	proxy, stdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return err
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	variables, err := stackVariables(stack)
	if err != nil {
		return err
	}
	arguments := append([]string{strings.TrimSpace(string(runner))}, request.Args...)
	pack := exec.CommandContext(ctx, "node", append(arguments, folder)...)
	pack.Dir, pack.Env = folder, append(request.Env, variables...)
	pack.Stdout, pack.Stderr = stdout, stderr
	if err := pack.Start(); err != nil {
		return err
	}
	err = proxy.Attach(ctx, pack)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code := &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())}
		return server.Send(&pulumirpc.RunPluginResponse{Output: code})
	}
	return err
}

// stackVariables tells a program about its stack as @pulumi/pulumi expects it. There is no stack while a pack is
// published.
func stackVariables(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	config, err := json.Marshal(stack.Config)
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_NODEJS_ORGANIZATION=" + stack.Organization,
		"PULUMI_NODEJS_PROJECT=" + stack.Project,
		"PULUMI_NODEJS_STACK=" + stack.Stack,
		"PULUMI_NODEJS_DRY_RUN=" + strconv.FormatBool(stack.DryRun),
		"PULUMI_CONFIG=" + string(config),
	}, nil
}

// output sends what a pack writes to stdout and to stderr, one message at a time as a gRPC stream needs it.
type output struct {
	pulumirpc.LanguageRuntime_RunPluginServer
	sending sync.Mutex
}

func (o *output) Send(response *pulumirpc.RunPluginResponse) error {
	o.sending.Lock()
	defer o.sending.Unlock()
	return o.LanguageRuntime_RunPluginServer.Send(response)
}
