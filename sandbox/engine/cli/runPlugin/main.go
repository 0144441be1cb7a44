// A Node.js language host that can run policy packs.
//
// The genuine host in the last version whose Go module can be required lacks the call RunPlugin, by which the engine
// starts a policy pack. This program starts that host, answers RunPlugin, and passes every other call on to it.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// The genuine host's file beside this program; sandbox/engine/programs.ts puts it there.
const genuineHost = "nodejs-host"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	// The engine interrupts the whole process group. This program ends when the genuine host has, so that the last
	// output is passed on.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)

	self, err := os.Executable()
	if err != nil {
		return err
	}
	host := exec.Command(filepath.Join(filepath.Dir(self), genuineHost), append(runtimeFlags(), os.Args[1:]...)...)
	host.Stderr = os.Stderr
	stdout, err := host.StdoutPipe()
	if err != nil {
		return err
	}
	if err := host.Start(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, host.Process.Kill())
	}
	output := bufio.NewReader(stdout)
	port, err := output.ReadString('\n')
	if err != nil {
		return errors.Join(err, host.Wait())
	}
	genuine, err := grpc.NewClient(
		"127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return errors.Join(err, host.Process.Kill())
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, call grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(call)
		if method == pulumirpc.LanguageRuntime_RunPlugin_FullMethodName {
			return answerRunPlugin(call)
		}
		return forward(genuine, method, call)
	}))
	go func() { _ = server.Serve(listener) }()

	// The engine waits for this line.
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	_, err = io.Copy(os.Stdout, output)
	return errors.Join(err, ignoreExit(host.Wait()))
}

// The options of the runtime that the project file in the working directory has. The engine sends them with its calls,
// where that host does not look for them: in its day they were flags.
func runtimeFlags() (flags []string) {
	path, err := workspace.DetectProjectPath()
	if err != nil {
		return nil
	}
	project, err := workspace.LoadProject(path)
	if err != nil {
		return nil
	}
	for _, name := range []string{"nodeargs", "typescript"} {
		if value, isSet := project.Runtime.Options()[name]; isSet {
			flags = append(flags, fmt.Sprintf("-%s=%v", name, value))
		}
	}
	return flags
}

// How a program ended after an interrupt is of no interest to anybody.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

func answerRunPlugin(call grpc.ServerStream) error {
	var request pulumirpc.RunPluginRequest
	if err := call.RecvMsg(&request); err != nil {
		return err
	}
	if request.Kind != string(apitype.AnalyzerPlugin) {
		return fmt.Errorf("this language host runs policy packs, and no %s plugins", request.Kind)
	}
	responses := &grpc.GenericServerStream[pulumirpc.RunPluginRequest, pulumirpc.RunPluginResponse]{ServerStream: call}
	return runPolicyPack(&request, &output{LanguageRuntime_RunPluginServer: responses})
}
