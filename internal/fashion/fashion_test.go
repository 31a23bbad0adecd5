// This file checks facts about the embedded dataset.

package fashion

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// loadOnce is Load for the tests that only look.
var loadOnce = sync.OnceValues(Load)

func mustLoad(t testing.TB) *Data {
	t.Helper()
	d, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEmbeddedChecksums compares what is compiled in with data/SHA256SUMS,
// which `cd data && sha256sum *.gz` wrote.
func TestEmbeddedChecksums(t *testing.T) {
	sums, err := os.Open("data/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	defer sums.Close()
	listed := make(map[string]string)
	lines := bufio.NewScanner(sums)
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			t.Fatalf("SHA256SUMS: line %q, want a sum, two spaces and a name", lines.Text())
		}
		listed[name] = sum
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	entries, err := embedded.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != len(entries) || len(entries) != len(sources) {
		t.Errorf("%d sums and %d embedded files, want %d of each", len(listed), len(entries), len(sources))
	}
	for _, e := range entries {
		b, err := embedded.ReadFile("data/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if got := hex.EncodeToString(sum[:]); got != listed[e.Name()] {
			t.Errorf("%s: sum %s, want %s", e.Name(), got, listed[e.Name()])
		}
	}
}

// TestEmbeddedFacts compares the parts with what numpy 2.4.6 says of the same
// files: for images X = np.frombuffer(gzip.open(name).read(), np.uint8,
// offset=16).reshape(-1, 784) and labels y (offset=8), the sum of all pixels
// X.sum(dtype=np.int64), their mean X.mean(), y[:10], np.bincount(y), and the
// pixel sums X[0].sum() and X[-1].sum().
func TestEmbeddedFacts(t *testing.T) {
	d := mustLoad(t)
	for _, c := range []struct {
		split       string
		length, sum int
		mean        float64
		labels      []byte
		classes     [Classes]int
		first, last int
	}{
		{"train", 55000, 3142732765, 72.8834129174397, []byte{9, 0, 0, 3, 0, 2, 7, 2, 5, 5},
			[Classes]int{5479, 5503, 5510, 5492, 5473, 5497, 5533, 5550, 5485, 5478}, 76247, 103694},
		{"valid", 5000, 288381404, 73.56668469387755, []byte{0, 8, 0, 6, 5, 8, 0, 4, 7, 8},
			[Classes]int{521, 497, 490, 508, 527, 503, 467, 450, 515, 522}, 89180, 16684},
		{"test", 10000, 573469082, 73.14656658163265, []byte{9, 2, 1, 1, 6, 1, 4, 6, 5, 7},
			[Classes]int{1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000}, 33456, 24390},
		{"all", 70000, 4004583251, 72.96981142492712, []byte{9, 0, 0, 3, 0, 2, 7, 2, 5, 5},
			[Classes]int{7000, 7000, 7000, 7000, 7000, 7000, 7000, 7000, 7000, 7000}, 76247, 24390},
	} {
		t.Run(c.split, func(t *testing.T) {
			s, err := d.Split(c.split)
			if err != nil {
				t.Fatal(err)
			}
			if s.Len() != c.length || len(s.Images) != c.length*Pixels {
				t.Fatalf("%d labels and %d pixels, want %d and %d", s.Len(), len(s.Images), c.length, c.length*Pixels)
			}
			got := sum(s.Images)
			if got != c.sum {
				t.Errorf("sum of all pixels %d, want %d", got, c.sum)
			}
			if mean := float64(got) / float64(len(s.Images)); mean != c.mean {
				t.Errorf("mean pixel %v, want %v", mean, c.mean)
			}
			if got := s.Labels[:10]; !bytes.Equal(got, c.labels) {
				t.Errorf("first labels %v, want %v", got, c.labels)
			}
			var classes [Classes]int
			for _, l := range s.Labels {
				classes[l]++
			}
			if classes != c.classes {
				t.Errorf("images of each class %v, want %v", classes, c.classes)
			}
			if got := sum(s.Image(0)); got != c.first {
				t.Errorf("sum of the first image %d, want %d", got, c.first)
			}
			if got := sum(s.Image(s.Len() - 1)); got != c.last {
				t.Errorf("sum of the last image %d, want %d", got, c.last)
			}
		})
	}
}

func sum(pixels []byte) int {
	n := 0
	for _, p := range pixels {
		n += int(p)
	}
	return n
}

// TestPartsShareMemory checks that the parts are windows of All, one after the
// other, and that appending to one does not write into the next.
func TestPartsShareMemory(t *testing.T) {
	d := mustLoad(t)
	at := 0
	for _, s := range []Set{d.Train, d.Valid, d.Test} {
		if &s.Images[0] != &d.All.Images[at*Pixels] || &s.Labels[0] != &d.All.Labels[at] {
			t.Errorf("the part of %d images is a copy, want a slice of All at %d", s.Len(), at)
		}
		if cap(s.Images) != len(s.Images) || cap(s.Labels) != len(s.Labels) || cap(s.Image(0)) != Pixels {
			t.Errorf("the part of %d images has room to append, which would write into the next", s.Len())
		}
		at += s.Len()
	}
	if at != d.All.Len() {
		t.Errorf("the parts have %d images, want %d", at, d.All.Len())
	}
}

func TestSplitRefusesUnknownName(t *testing.T) {
	d := &Data{All: Set{Labels: []byte{1}}}
	s, err := d.Split("validation")
	want := `fashion: split "validation", want train, valid, test or all`
	if err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
	if s.Len() != 0 {
		t.Errorf("got %d images beside the error, want none", s.Len())
	}
}

func TestLicense(t *testing.T) {
	for _, want := range []string{"Copyright (c) 2017 Zalando SE", "WITHOUT WARRANTY OF ANY KIND"} {
		if !strings.Contains(License, want) {
			t.Errorf("License does not contain %q", want)
		}
	}
}

// TestLoadTakesNoMore checks that loading takes little more memory than the
// 55 MB that it returns, so that nothing is unpacked twice or copied, and that
// with one processor it gives what the other tests load with all.
func TestLoadTakesNoMore(t *testing.T) {
	want := mustLoad(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var got *Data
	memory := allocated(func() {
		var err error
		if got, err = Load(); err != nil {
			t.Fatal(err)
		}
	})
	size := uint64(len(got.All.Images) + len(got.All.Labels))
	if memory < size || memory > size+4<<20 {
		t.Errorf("Load allocated %d bytes, want %d and at most 4 MiB more", memory, size)
	}
	if !bytes.Equal(got.All.Labels, want.All.Labels) || !bytes.Equal(got.All.Images, want.All.Images) {
		t.Error("GOMAXPROCS 1 gives other images or labels")
	}
}

// allocated returns how many bytes of memory f asks for, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	images := 0
	for b.Loop() {
		d, err := Load()
		if err != nil {
			b.Fatal(err)
		}
		images += d.All.Len()
	}
	b.ReportMetric(float64(images)/b.Elapsed().Seconds(), "images/s")
}

// The parts, and the first training image: every second row, in five shades.
func ExampleLoad() {
	data, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(data.Train.Len(), data.Valid.Len(), data.Test.Len())
	fmt.Println(ClassNames[data.Train.Labels[0]])
	boot := data.Train.Image(0)
	for row := 0; row < Side; row += 2 {
		var line strings.Builder
		for _, p := range boot[row*Side : (row+1)*Side] {
			line.WriteByte(" .:*#"[int(p)*5/256])
		}
		fmt.Println("|" + line.String() + "|")
	}
	// Output:
	// 55000 5000 10000
	// Ankle boot
	// |                            |
	// |                            |
	// |               ::..         |
	// |              *##*:**:. .:. |
	// |             *########*::*# |
	// |             *###**#######* |
	// |            .####**######:*.|
	// |            ##############. |
	// |      .:*#####*#####**##### |
	// | *###########.:###***#*#### |
	// |.*#**####**#*##*###########.|
	// | :#******#####************#.|
	// |    .*#########*********..  |
	// |                            |
}

func TestDigest(t *testing.T) {
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if sum := d.sum(); d.Digest() != sum {
		t.Errorf("digest of the embedded images %s, want %s", d.Digest(), sum)
	}
	other := newData(d.All, d.Train.Len()-1) // the same pixels, cut elsewhere
	before := other.Digest()
	d.Train.Images[5]++
	other = newData(d.All, d.Train.Len()-1)
	if other.Digest() == before || before == embeddedDigest {
		t.Error("other images have the same digest")
	}
}
