package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(42, 0)) }

func mustNew(t testing.TB, spec Spec) *Model {
	t.Helper()
	m, err := New(spec, newRand())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNewIsGlorotUniform(t *testing.T) {
	m := mustNew(t, Stacked(784, 100, 30))
	for _, l := range m.Layers() {
		limit := math.Sqrt(6 / float64(l.Inputs+l.Units))
		var sum, squares, largest float64
		for _, v := range l.Kernel.Float32s() {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		n := float64(l.Inputs * l.Units)
		deviation := math.Sqrt(squares / n)
		if want := limit / math.Sqrt(3); math.Abs(deviation/want-1) > 0.03 {
			t.Errorf("%s: standard deviation %v, want %v", l.Name, deviation, want)
		}
		if mean := sum / n; math.Abs(mean) > 4*deviation/math.Sqrt(n) {
			t.Errorf("%s: mean %v, want 0", l.Name, mean)
		}
		if largest > limit || largest < 0.99*limit {
			t.Errorf("%s: largest weight %v, want nearly %v", l.Name, largest, limit)
		}
		for _, v := range l.Bias.Float32s() {
			if v != 0 {
				t.Fatalf("%s: bias %v, want 0", l.Name, v)
			}
		}
	}
}

// TestLeCunNormalIsTruncated checks what Keras' lecun_normal is: the variance is
// 1/inputs after cutting off at two standard deviations of before.
func TestLeCunNormalIsTruncated(t *testing.T) {
	m, err := Initialize(Stacked(784, 100, 30), LeCunNormal, newRand())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.Layers() {
		want := 1 / math.Sqrt(float64(l.Inputs))
		var sum, squares, largest float64
		within := 0
		for _, v := range l.Kernel.Float32s() {
			x := float64(v) / want
			sum += x
			squares += x * x
			largest = max(largest, math.Abs(x))
			if math.Abs(x) < 1/truncatedDeviation {
				within++
			}
		}
		n := float64(l.Inputs * l.Units)
		if got := squares / n; math.Abs(got-1) > 0.05 {
			t.Errorf("%s: variance %v of 1/inputs, want 1", l.Name, got)
		}
		if mean := sum / n; math.Abs(mean) > 4/math.Sqrt(n) {
			t.Errorf("%s: mean %v standard deviations, want 0", l.Name, mean)
		}
		if limit := 2 / truncatedDeviation; largest > limit || largest < 0.98*limit {
			t.Errorf("%s: largest %v, want nearly %v", l.Name, largest, limit)
		}
		// Of a normal distribution cut off at 2, 71.5% are within 1.
		if share := float64(within) / n; math.Abs(share-0.6827/0.9545) > 0.03 {
			t.Errorf("%s: %v within a standard deviation, want .715", l.Name, share)
		}
	}
	if _, err := Initialize(Stacked(4, 2), "he_normal", newRand()); err == nil || !strings.Contains(err.Error(), `kernel initializer "he_normal"`) {
		t.Errorf("unknown name: got %v", err)
	}
}

// TestNewIsFrozen holds the stream of weights of a seed: who has noted a seed
// wants the same start from every later version.
func TestNewIsFrozen(t *testing.T) {
	m := mustNew(t, Stacked(4, 2, 1))
	var got []string
	for _, l := range m.Layers() {
		got = append(got, fmt.Sprintf("%.4f", l.Kernel.Float32s()))
	}
	want := []string{
		"[-0.4933 0.0892 -0.7410 -0.4683 0.5066 -0.6418 -0.8009 0.5940]",
		"[-1.2991 -0.4749]",
		"[1.0280 -0.1822]",
		"[0.2188 -0.7816 0.7585 0.8147 -0.2115 -0.5407 0.8856 0.7635]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("kernels\n%q, want\n%q", got, want)
	}
}

func TestSaveAndLoadGiveTheSameModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hidden := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 4).Draw(t, "hidden")
		spec := Stacked(rapid.IntRange(1, 20).Draw(t, "inputs"), hidden...)
		spec.Tied = rapid.Bool().Draw(t, "tied")
		m, err := New(spec, newRand())
		if err != nil {
			t.Fatal(err)
		}
		data, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again, err := m.MarshalBinary()
		if err != nil || !bytes.Equal(data, again) {
			t.Fatalf("the same model gives other bytes (%v)", err)
		}
		got, _, err := Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Spec, m.Spec) {
			t.Fatalf("architecture %v, want %v", got.Spec, m.Spec)
		}
		for i, w := range m.Weights() {
			if g := got.Weights()[i]; g.Name != w.Name || !slices.Equal(g.Values, w.Values) {
				t.Fatalf("%s differs", w.Name)
			}
		}
	})
}

// TestTiedModelsShareKernels checks what is one memory, and that the encoder
// starts as if it were not tied.
func TestTiedModelsShareKernels(t *testing.T) {
	m, free := mustNew(t, tied(Stacked(20, 8, 3))), mustNew(t, Stacked(20, 8, 3))
	var names []string
	for _, w := range m.Weights() {
		names = append(names, w.Name)
	}
	if got, want := fmt.Sprint(names), "[encoder.0.kernel encoder.0.bias encoder.1.kernel encoder.1.bias decoder.0.bias decoder.1.bias]"; got != want {
		t.Errorf("weights %s, want %s", got, want)
	}
	for i, l := range m.Decoder {
		if l.Kernel != m.Encoder[1-i].Kernel || !l.Tied {
			t.Errorf("%s has a kernel of its own", l.Name)
		}
	}
	for i, l := range m.Encoder {
		if l.Tied || !slices.Equal(l.Kernel.Float32s(), free.Encoder[i].Kernel.Float32s()) {
			t.Errorf("%s starts otherwise than untied", l.Name)
		}
	}
}

// file returns a safetensors file with the header given and so many bytes of
// data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestLoadRefuses(t *testing.T) {
	whole, err := mustNew(t, Stacked(6, 3, 2)).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) []byte {
		if len(old) != len(new) || !bytes.Contains(whole, []byte(old)) {
			t.Fatalf("cannot put %q in place of %q", new, old)
		}
		return bytes.Replace(whole, []byte(old), []byte(new), 1)
	}
	nan := slices.Clone(whole)
	copy(nan[len(nan)-4:], binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN()))))
	enormous, err := json.Marshal(map[string]any{"__metadata__": map[string]string{"architecture": `{"inputs":60000,"encoder":[{"units":1000,"activation":"selu"}],"decoder":[{"units":60000,"activation":"sigmoid"}]}`}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a whole safetensors file"},
		{"not safetensors", []byte("PK\x03\x04 this is a zip file"), "not a whole safetensors file"},
		{"cut short", whole[:len(whole)-1], "not a whole safetensors file"},
		{"too long", append(slices.Clone(whole), 0), "not a whole safetensors file"},
		{"header beyond the end", file("{}", 0)[:9], "not a whole safetensors file"},
		{"header of exabytes", binary.LittleEndian.AppendUint64(nil, 1<<60), "not a whole safetensors file"},
		{"tensor of exabytes", file(`{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}`, 0), "not a whole safetensors file"},
		{"offsets backwards", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "not a whole safetensors file"},
		{"no architecture", file(`{}`, 0), `no metadata entry "architecture"`},
		{"architecture is no JSON", replace(`{\"inputs\":6`, `[\"inputs\":6`), `metadata entry "architecture"`},
		{"unknown field", replace(`\"inputs\"`, `\"outlet\"`), `unknown field`},
		{"other architecture", replace(`\"inputs\":6`, `\"inputs\":7`), "the decoder ends in 6 units"},
		{"wider code", replace(`{\"units\":2`, `{\"units\":9`), "bytes, want"},
		{"architecture of gigabytes", file(string(enormous), 0), "tensors of 0 bytes, want"},
		{"other name", replace("encoder.0.kernel", "encoder.7.kernel"), "no tensor encoder.0.kernel"},
		{"other shape", replace("[6,3]", "[3,6]"), "encoder.0.kernel: F32 of shape [3 6], want F32 of shape (6, 3)"},
		{"NaN", nan, "is NaN, want a finite number"},
	} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Load(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with the file and %q", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error of several lines: %v", c.name, err)
		}
		if m != nil {
			t.Errorf("%s: a model beside the error", c.name)
		}
	}
}

func TestSaveIsWholeOrNothing(t *testing.T) {
	m := mustNew(t, Stacked(6, 3))
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(path); err != nil || !reflect.DeepEqual(got.Spec, m.Spec) {
		t.Errorf("Load: %v, %v", got, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, want the model alone (%v)", len(entries), err)
	}
	if err := m.Save(filepath.Join(path, "below-a-file")); err == nil {
		t.Error("saved below a regular file")
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	// Root may write anyway; then the new file is whole.
	saved := mustNew(t, Stacked(6, 2))
	err = saved.Save(path)
	after, readErr := os.ReadFile(path)
	want, marshalErr := saved.MarshalBinary()
	if readErr != nil || marshalErr != nil {
		t.Fatal(readErr, marshalErr)
	}
	if err != nil && !bytes.Equal(after, before) || err == nil && !bytes.Equal(after, want) {
		t.Errorf("after Save (%v) the file is neither the old nor the new model", err)
	}
}

// FuzzLoad looks for a file that panics, or whose model is another one after
// writing and reading it again.
func FuzzLoad(f *testing.F) {
	whole, err := mustNew(f, Stacked(6, 3, 2)).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		m, _, err := Unmarshal(data)
		if err != nil {
			return
		}
		written, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := Unmarshal(written)
		if err != nil {
			t.Fatalf("written and read again: %v", err)
		}
		if diff := cmp.Diff(m.Spec, again.Spec); diff != "" {
			t.Fatalf("architecture written and read again (-was +is):\n%s", diff)
		}
		if diff := cmp.Diff(m.Weights(), again.Weights()); diff != "" {
			t.Fatalf("weights written and read again (-was +is):\n%s", diff)
		}
	})
}
