// This file says which ways there are to take a training step, and their names.

package bench

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"stackedae/graph"
	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// Way is a way to take a training step.
type Way struct {
	Name    string
	Config  graph.Config // Operations, Engine and Machine
	Level   string       // of kernels
	Threads int
}

// use makes the rest of the program work in that way.
func (w Way) use() error {
	runtime.GOMAXPROCS(w.Threads)
	return simd.Use(w.Level)
}

// Host is what a machine has that ways can use.
type Host struct {
	Levels  []string // of kernels, the fastest last
	Level   string   // in use
	Threads int      // that run at the same time
}

// ThisHost returns what this machine has and the program may use.
func ThisHost() (Host, error) {
	level, err := simd.Level()
	return Host{simd.Levels(), level, parallel.Workers()}, err
}

// kinds returns the ways on one thread.
func (h Host) kinds() []Way {
	standard := graph.Config{Engine: graph.StandardEngine}
	stock := standard
	stock.Operations = graph.Stock
	kinds := []Way{{"stock", stock, h.Level, 1}}
	for _, level := range h.Levels {
		kinds = append(kinds, Way{"fused-" + level, standard, level, 1})
	}
	return append(kinds,
		Way{"engine", graph.Config{}, h.Level, 1},
		Way{"static", graph.Config{Machine: graph.StaticMachine}, h.Level, 1})
}

// on returns the way on several threads.
func (w Way) on(threads int) Way {
	if w.Threads = threads; threads > 1 {
		w.Name += "/" + strconv.Itoa(threads)
	}
	return w
}

// Ways returns what is worth comparing: each kind on one thread, and those that
// are not there to show a level on all threads too. They become faster from the
// first to the last, or should.
func (h Host) Ways() []Way {
	var ways []Way
	for _, w := range h.kinds() {
		ways = append(ways, w)
		if h.Threads > 1 && !strings.HasPrefix(w.Name, "fused-") {
			ways = append(ways, w.on(h.Threads))
		}
	}
	return ways
}

// Named returns the ways of these names.
func (h Host) Named(names []string) ([]Way, error) {
	var ways []Way
	for _, name := range names {
		w, err := h.named(name)
		if err != nil {
			return nil, err
		}
		ways = append(ways, w)
	}
	return ways, nil
}

func (h Host) named(name string) (Way, error) {
	kind, suffix, several := strings.Cut(name, "/")
	threads := 1
	if several {
		var err error
		if threads, err = strconv.Atoi(suffix); err != nil || threads < 1 || threads > h.Threads {
			return Way{}, fmt.Errorf("bench: way %q: %q threads, want 1 to %d", name, suffix, h.Threads)
		}
	}
	var known []string
	for _, w := range h.kinds() {
		if w.Name == kind {
			return w.on(threads), nil
		}
		known = append(known, w.Name)
	}
	return Way{}, fmt.Errorf("bench: no way %q, want %s, with /N for N threads", name, strings.Join(known, ", "))
}
