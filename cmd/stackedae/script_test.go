package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"stackedae/internal/files"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stackedae": main})
}

// TestScripts runs testdata/script. Besides testscript's own commands there
// are
//
//	mkdata DIR [FAULT]           write a tiny dataset, broken as told, or even
//	mkarray FILE SHAPE KIND      write an .npy file, see mkarray
//	mkweights FILE UNITS...      write the weights of layers as Keras' get_weights in .npz
//	mkpng FILE WIDTH HEIGHT      write a PNG
//	fails STATUS ARGS...         run stackedae, want this status and one line of error
//	mask FILE                    write standard output to a file, with every number
//	                             that has a point or is a percentage as 0
//	interrupts SIGNAL STATUS ARGS...
//	                             run stackedae, signal it after its first line of progress
//	interruptsAt REGEXP SIGNAL STATUS ARGS...
//	                             run stackedae, signal it after the first line that matches
//	interruptsBlocking FILE SIGNAL STATUS ARGS...
//	                             interrupts, with a folder in FILE's place by then
//	interruptsWriting SIGNAL STATUS FILES ARGS...
//	                             run stackedae, signal it once one of the files is there
//	insists DIR ARGS...          run stackedae so that it waits for a reader, signal it
//	                             when it has locked DIR, and again until it ends
//	hangsup ARGS...              run stackedae and close its output after the first line
//	meanwhile DIR ARGS...        run stackedae with DIR locked
//	capture NAME REGEXP FILE     set a variable to what the first group matches
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts' texts have / in paths and Unix's words for errors")
	}
	params := testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"mkdata":             mkdata,
			"mkarray":            mkarray,
			"mkweights":          mkweights,
			"mkpng":              mkpng,
			"fails":              fails,
			"interrupts":         interrupts,
			"interruptsAt":       interruptsAt,
			"interruptsBlocking": interruptsBlocking,
			"interruptsWriting":  interruptsWriting,
			"insists":            insists,
			"hangsup":            hangsup,
			"meanwhile":          meanwhile,
			"mask":               mask,
			"capture":            capture,
		},
	}
	if testing.Short() { // as under the race detector: a run, and its end by signals
		params.Dir, params.Files = "", []string{"testdata/script/chapter.txtar", "testdata/script/signals.txtar"}
	}
	testscript.Run(t, params)
}

// fails runs the program and checks that it ends with the status given, one
// line on standard error and nothing on standard output.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("stackedae", args[1:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		ts.Fatalf("ended with %v, want status %d", err, want)
	}
	if got := exit.ExitCode(); got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
	if text := ts.ReadFile("stderr"); strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "stackedae: ") {
		ts.Fatalf("standard error is not one line of stackedae's:\n%s", text)
	}
	if text := ts.ReadFile("stdout"); text != "" {
		ts.Fatalf("standard output beside an error:\n%s", text)
	}
}

// capture sets a variable to what a group of the regular expression matches in a file.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile(args[2]))
	if m == nil {
		ts.Fatalf("no match for %s in %s:\n%s", args[1], args[2], ts.ReadFile(args[2]))
	}
	ts.Setenv(args[0], m[1])
}

// mask makes what is measured the same on every machine. Widths stay, but for those
// of numbers that follow a single blank.
func mask(ts *testscript.TestScript, neg bool, args []string) {
	number := regexp.MustCompile(`( *)\b(\d+)(\.\d+|%)`)
	text := number.ReplaceAllStringFunc(ts.ReadFile("stdout"), func(s string) string {
		parts := number.FindStringSubmatch(s)
		blanks := parts[1]
		if len(blanks) > 1 {
			blanks += strings.Repeat(" ", len(parts[2])-1)
		}
		return blanks + "0" + regexp.MustCompile(`\d`).ReplaceAllString(parts[3], "0")
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// patience is how long a command may take to get where it is interrupted, and to end:
// plain loops under the race detector take a hundred times as long as kernels.
const patience = 10 * time.Minute

// firstProgress is in the first line about an epoch or iterations.
const firstProgress = "^    1  |iteration"

// interrupts is interruptsAt for that line.
func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	interruptsAt(ts, neg, append([]string{firstProgress}, args...))
}

// interruptsAt runs the program, sends it a signal once it has printed a line that
// matches, and leaves standard error in the file stderr.txt.
func interruptsAt(ts *testscript.TestScript, neg bool, args []string) {
	interruptsAfter(ts, func() {}, args)
}

// interruptsBlocking is interrupts, but first makes a folder where the program is to
// write a file.
func interruptsBlocking(ts *testscript.TestScript, neg bool, args []string) {
	block := func() { ts.Check(os.Mkdir(ts.MkAbs(args[0]), 0o755)) }
	interruptsAfter(ts, block, append([]string{firstProgress}, args[1:]...))
}

// interruptsAfter is interruptsAt that does something before the signal.
func interruptsAfter(ts *testscript.TestScript, prepare func(), args []string) {
	at, err := regexp.Compile(args[0])
	ts.Check(err)
	args = args[1:]
	cmd := command(ts, args[2:])
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	// Under nohup the program would inherit that a hang-up is ignored; what is caught
	// here is not ignored there.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, signals[args[0]])
	ts.Check(cmd.Start())
	signal.Stop(caught)
	late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(stdout)
	signalled := false
	for lines.Scan() {
		if !signalled && at.MatchString(lines.Text()) {
			signalled = true
			prepare()
			ts.Check(cmd.Process.Signal(signals[args[0]]))
		}
	}
	awaitStatus(ts, cmd, args[1], &stderr)
}

// interruptsWriting is interrupts for a command that says nothing meanwhile.
func interruptsWriting(ts *testscript.TestScript, neg bool, args []string) {
	cmd := command(ts, args[3:])
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer late.Stop()
	for range patience / (10 * time.Millisecond) {
		there, err := filepath.Glob(ts.MkAbs(args[2]))
		ts.Check(err)
		if there != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	awaitStatus(ts, cmd, args[1], &stderr)
}

var signals = map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}

// awaitStatus wants a command to end with a status, and leaves standard error in the
// file stderr.txt.
func awaitStatus(ts *testscript.TestScript, cmd *exec.Cmd, status string, stderr *bytes.Buffer) {
	want, err := strconv.Atoi(status)
	ts.Check(err)
	err = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("status %d (%v), want %d; standard error:\n%s", got, err, want, stderr.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), stderr.Bytes(), 0o644))
}

// command returns a command that runs the program in the script's folder.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	var program string
	var err error
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) { // testscript's PATH, not the test's
		if program, err = exec.LookPath(filepath.Join(dir, "stackedae")); err == nil {
			break
		}
	}
	ts.Check(err)
	cmd := exec.Command(program, args...)
	cmd.Dir = ts.MkAbs(".")
	return cmd
}

// insists sees that a second signal ends the program where it cannot end by itself:
// it waits for somebody to read its output.
func insists(ts *testscript.TestScript, neg bool, args []string) {
	cmd := command(ts, args[1:])
	read, write, err := os.Pipe()
	ts.Check(err)
	defer read.Close()
	ts.Check(write.SetWriteDeadline(time.Now().Add(time.Second)))
	for err == nil { // until the pipe is full
		_, err = write.Write([]byte{0})
	}
	cmd.Stdout = write
	ts.Check(cmd.Start())
	write.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	late := time.After(patience)
	for locked := false; !locked; {
		select {
		case <-late:
			cmd.Process.Kill()
			ts.Fatalf("%s is not locked", args[0])
		case <-time.After(10 * time.Millisecond):
			_, err := os.Stat(filepath.Join(ts.MkAbs(args[0]), ".stackedae.lock"))
			locked = err == nil
		}
	}
	signals := 0
	for {
		select {
		case <-late:
			cmd.Process.Kill()
			ts.Fatalf("runs on after %d signals", signals)
		case <-time.After(200 * time.Millisecond):
			signals++
			ts.Check(cmd.Process.Signal(syscall.SIGTERM))
		case <-ended:
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if signals < 2 || !status.Signaled() || status.Signal() != syscall.SIGTERM {
				ts.Fatalf("ended with %v after %d signals, want it killed by a second", cmd.ProcessState, signals)
			}
			return
		}
	}
}

// hangsup sees that the program ends without a word when nobody reads on.
func hangsup(ts *testscript.TestScript, neg bool, args []string) {
	cmd := command(ts, args)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	late := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer late.Stop()
	bufio.NewReader(stdout).ReadString('\n')
	stdout.Close()
	cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGPIPE || stderr.Len() > 0 {
		ts.Fatalf("ended with %v, want SIGPIPE; standard error: %s", cmd.ProcessState, stderr.String())
	}
}

// meanwhile runs the program as if another wrote to the folder.
func meanwhile(ts *testscript.TestScript, neg bool, args []string) {
	lock, err := files.LockDir(ts.MkAbs(args[0]))
	ts.Check(err)
	defer lock.Unlock()
	fails(ts, neg, append([]string{"1"}, args[1:]...))
	if text, want := ts.ReadFile("stderr"), args[0]+": another stackedae is writing there: wait for it, or name another folder\n"; !strings.HasSuffix(text, want) {
		ts.Fatalf("standard error %q, want %q in the end", text, want)
	}
}
