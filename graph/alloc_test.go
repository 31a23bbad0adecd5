//go:build !race

package graph

import (
	"runtime"
	"testing"
)

// TestStepAllocatesNothing counts what a step on the static machine allocates;
// the tape machine has allocations of its own. The race detector makes pools
// forget, so that it has none of this file.
func TestStepAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes twenty seconds in an emulator")
	}
	n, err := New(newModel(t, chapter), Config{LearningRate: 0.01, Machine: StaticMachine})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	var batch Inputs = images(32, chapter.Inputs)
	for range 3 { // builds the machine and fills the pools
		if _, err := n.Train(batch); err != nil {
			t.Fatal(err)
		}
	}
	// Not by testing.AllocsPerRun, which sets GOMAXPROCS to 1.
	const steps = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range steps {
		if _, err := n.Train(batch); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := (after.Mallocs - before.Mallocs) / steps; got > 0 {
		t.Errorf("%d allocations a step, want none", got)
	}
}
