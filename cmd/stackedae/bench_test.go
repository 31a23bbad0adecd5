package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchTables compares the tables of made-up numbers.
func TestBenchTables(t *testing.T) {
	r := benchReport{
		Processor: "Abacus", OS: "linux", Arch: "amd64", GoVersion: "go1.26", GOMAXPROCS: 2, Level: "avx2", Levels: []string{"generic", "avx2"},
		Architecture: "784-100-30-100-784", BatchSize: 32, Busy: 1, Peaks: []peakReport{{1, 88.12}, {2, 170}},
		Ways: []wayReport{
			{Name: "stock", Seconds: 12.34, Epoch: 8.765, Median: 4999.5, P5: 4800, P95: 5200, Longest: 12345.6, Allocations: 1886.2, GFLOPS: 5.25, PeakShare: 0.0596, MedianRatio: 1, MeanRatio: 1},
			{Name: "static/2", Seconds: 0.25, Epoch: 0.17, Median: 83.27, P5: 80.04, P95: 99.96, Longest: 400, GFLOPS: 315.1, PeakShare: 1.8535, MedianRatio: 60.04, MeanRatio: 49.36,
				Ops: &opReport{Steps: 7, Mean: 90, Parts: []opTiming{
					{"decoder.1 gradient", 1, 45, 0.5}, {restName, 1, 44.4, 0.4933}, {"A × B", 3, 0.4, 0.0045}, {"Σ", 2, 0.2, 0.0022},
				}}},
		},
	}
	const head = `Abacus, linux/amd64, go1.26, GOMAXPROCS 2, kernels avx2 of generic, avx2
784-100-30-100-784, 32 images a step, beside 1 busy program
peak: 88.1 GFLOP/s on 1 thread, 170.0 GFLOP/s on 2 threads

`
	const ops = `
static/2, traced      µs a step   share  calls
decoder.1 gradient         45.0   50.0%      1
machine and the rest       44.4   49.3%      1
2 others                    0.6    0.7%      5
step                       90.0  100.0%
`
	const byTime = `way      µs/step    5%   95%    max s/epoch allocs GFLOP/s peak × stock
stock      5,000 4,800 5,200 12,346    8.77   1886     5.2   6%    1.00
static/2    83.3  80.0 100.0    400    0.17      0   315.1 185%   60.04
`
	const bySteps = `way      µs/step    5%   95%    max seconds allocs GFLOP/s peak × stock
stock      5,000 4,800 5,200 12,346   12.34   1886     5.2   6%    1.00
static/2    83.3  80.0 100.0    400    0.25      0   315.1 185%   49.36
`
	if got, want := r.text(), head+byTime+ops; got != want {
		t.Errorf("by time:\n%s\nwant\n%s", got, want)
	}
	r.bySteps = true
	if got, want := r.text(), head+bySteps+ops; got != want {
		t.Errorf("by steps:\n%s\nwant\n%s", got, want)
	}
}

// TestBenchProfile reads the profile as its users do.
func TestBenchProfile(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks Fashion-MNIST")
	}
	path := filepath.Join(t.TempDir(), "cpu.pprof")
	var stdout, stderr strings.Builder
	if status := run(strings.Fields("bench --ways fused-generic --seconds 0.3 --cpuprofile "+path), &stdout, &stderr); status != success {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	out, err := exec.Command("go", "tool", "pprof", "-raw", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "stackedae/internal/simd.") {
		t.Errorf("go tool pprof: %v\n%.2000s\nwant samples in package simd", err, out)
	}
}
