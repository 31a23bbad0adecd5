package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
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
	"stackedae/internal/npy"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stackedae": main})
}

// TestScripts runs testdata/script. Besides testscript's own commands there
// are
//
//	mkdata DIR [FAULT]           write a tiny dataset, broken as told
//	mkarray FILE SHAPE KIND      write an .npy file, see mkarray
//	mkpng FILE WIDTH HEIGHT      write a PNG
//	fails STATUS ARGS...         run stackedae, want this status and one line of error
//	mask FILE                    write standard output to a file, with every number
//	                             that has a point or is a percentage as 0
//	interrupts SIGNAL STATUS ARGS...
//	                             run stackedae, signal it after its first line of progress
//	insists DIR ARGS...          run stackedae so that it waits for a reader, signal it
//	                             when it has locked DIR, and again until it ends
//	hangsup ARGS...              run stackedae and close its output after the first line
//	meanwhile DIR ARGS...        run stackedae with DIR locked
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts' texts have / in paths and Unix's words for errors")
	}
	params := testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"mkdata":     mkdata,
			"mkarray":    mkarray,
			"mkpng":      mkpng,
			"fails":      fails,
			"interrupts": interrupts,
			"insists":    insists,
			"hangsup":    hangsup,
			"meanwhile":  meanwhile,
			"mask":       mask,
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

// interrupts runs the program, sends it a signal once it has told of an epoch
// or of iterations, and leaves standard error in the file stderr.txt.
func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := command(ts, args[2:])
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(stdout)
	signalled := false
	for lines.Scan() {
		if line := lines.Text(); !signalled && (strings.HasPrefix(line, "    1  ") || strings.Contains(line, "iteration")) {
			signalled = true
			ts.Check(cmd.Process.Signal(signals[args[0]]))
		}
	}
	err = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != status {
		ts.Fatalf("status %d (%v), want %d; standard error:\n%s", got, err, status, stderr.String())
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
	late := time.After(time.Minute)
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
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
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

// The tiny dataset: enough for the 5,000 validation images and a few more.
const (
	tinyTrain = 5040
	tinyTest  = 40
)

func mkdata(ts *testscript.TestScript, neg bool, args []string) {
	fault := ""
	if len(args) > 1 {
		fault = args[1]
	}
	writeTinyData(ts.Check, ts.MkAbs(args[0]), fault)
}

// writeTinyData writes four IDX files of patterns that an autoencoder can learn. A
// fault breaks the training images, or the training labels if it says so.
func writeTinyData(check func(error), dir, fault string) {
	check(os.MkdirAll(dir, 0o755))
	rng := rand.New(rand.NewPCG(1, 0))
	for _, set := range []struct {
		name string
		n    int
	}{{"train", tinyTrain}, {"t10k", tinyTest}} {
		images := binary.BigEndian.AppendUint32(nil, 0x803)
		for _, v := range []int{set.n, 28, 28} {
			images = binary.BigEndian.AppendUint32(images, uint32(v))
		}
		labels := binary.BigEndian.AppendUint32(nil, 0x801)
		labels = binary.BigEndian.AppendUint32(labels, uint32(set.n))
		for range set.n {
			class := rng.IntN(10)
			labels = append(labels, byte(class))
			for p := range 784 {
				v := byte(0)
				if (p/28+p%28)/(2+class)%2 == 0 {
					v = byte(100 + rng.IntN(100))
				}
				images = append(images, v)
			}
		}
		wrap := func(b []byte) []byte {
			var z bytes.Buffer
			w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
			check(err)
			_, err = w.Write(b)
			check(errors.Join(err, w.Close()))
			return z.Bytes()
		}
		imageFile, labelFile := wrap(images), wrap(labels)
		if set.name == "train" {
			switch fault {
			case "":
			case "notgzip":
				imageFile = images
			case "magic":
				images[3] = 1
				imageFile = wrap(images)
			case "truncated":
				imageFile = wrap(images[:len(images)-100])
			case "cut":
				imageFile = imageFile[:len(imageFile)/2]
			case "counts":
				binary.BigEndian.PutUint32(labels[4:], uint32(set.n-1))
				labelFile = wrap(labels[:len(labels)-1])
			case "label":
				labels[8+3] = 10
				labelFile = wrap(labels)
			case "size":
				binary.BigEndian.PutUint32(images[8:], 14)
				imageFile = wrap(images)
			case "gigabytes":
				binary.BigEndian.PutUint32(images[4:], 0xffffffff)
				imageFile = wrap(images)
			default:
				check(fmt.Errorf("unknown fault %q", fault))
			}
		}
		check(os.WriteFile(dir+"/"+set.name+"-images-idx3-ubyte.gz", imageFile, 0o644))
		check(os.WriteFile(dir+"/"+set.name+"-labels-idx1-ubyte.gz", labelFile, 0o644))
	}
}

// mkarray writes an .npy file of a shape such as 20x4. Kinds: normal (float32,
// in five clusters), nan or inf (one of them), equal, bytes, unit (floats from 0 to
// 1), duplicates (three different rows), constant (the second column), scales (the
// first column times 1e30, the second times 1e-30), far (the last row, by 1e6),
// bool, gigabytes (a header that claims them).
func mkarray(ts *testscript.TestScript, neg bool, args []string) {
	var shape []int
	n := 1
	for s := range strings.SplitSeq(args[1], "x") {
		v, err := strconv.Atoi(s)
		ts.Check(err)
		shape = append(shape, v)
		n *= v
	}
	rng := rand.New(rand.NewPCG(1, 0))
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64() + 10*float64(i/shape[len(shape)-1]%5))
	}
	var data any = values
	header := func(descr, shape string) []byte {
		h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
		h += strings.Repeat(" ", 117-len(h)) + "\n"
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(h)), 0), h...)
	}
	var raw []byte
	switch kind := args[2]; kind {
	case "normal":
	case "nan":
		values[n/2] = float32(math.NaN())
	case "inf":
		values[n/2] = float32(math.Inf(1))
	case "duplicates", "constant", "scales", "far":
		columns := shape[1]
		for i := range values {
			switch row, column := i/columns, i%columns; {
			case kind == "duplicates":
				values[i] = float32(row % 3 * (1 + column))
			case kind == "constant" && column == 1:
				values[i] = 7
			case kind == "scales" && column == 0:
				values[i] *= 1e30
			case kind == "scales" && column == 1:
				values[i] *= 1e-30
			case kind == "far" && row == shape[0]-1:
				values[i] += 1e6
			}
		}
	case "equal":
		for i := range values {
			values[i] = 3
		}
	case "unit":
		for i := range values {
			values[i] = float32(rng.Float64())
		}
	case "bytes":
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i % 10)
		}
		data = b
	case "bool":
		raw = append(header("|b1", "(2, 2)"), make([]byte, 4)...)
	case "gigabytes":
		raw = append(header("<f4", "(1000000000, 30)"), make([]byte, 16)...)
	default:
		ts.Fatalf("unknown kind %q", kind)
	}
	if raw == nil {
		var b bytes.Buffer
		ts.Check(npy.Write(&b, shape, data))
		raw = b.Bytes()
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), raw, 0o644))
}

func mkpng(ts *testscript.TestScript, neg bool, args []string) {
	width, err := strconv.Atoi(args[1])
	ts.Check(err)
	height, err := strconv.Atoi(args[2])
	ts.Check(err)
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i)
	}
	var b bytes.Buffer
	ts.Check(png.Encode(io.Writer(&b), picture))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}
