package graph

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkTrain times a step of the book's chapter, from bytes to weights, by
// each way of running it, with names that benchstat compares by -col /machine.
func BenchmarkTrain(b *testing.B) {
	const rows = 32
	for _, ops := range []struct {
		name string
		Operations
		Engine
	}{{"stock", Stock, StandardEngine}, {"fused", Fused, KernelEngine}} {
		for _, machine := range []struct {
			name string
			Machine
		}{{"tape", TapeMachine}, {"static", StaticMachine}} {
			for procs := 1; procs <= runtime.NumCPU(); procs++ {
				b.Run(fmt.Sprintf("ops=%s/machine=%s/procs=%d", ops.name, machine.name, procs), func(b *testing.B) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					n, err := New(newModel(b, chapter), Config{
						LearningRate: 0.01, Operations: ops.Operations, Engine: ops.Engine, Machine: machine.Machine,
					})
					if err != nil {
						b.Fatal(err)
					}
					defer n.Close()
					batch := images(rows, chapter.Inputs)
					b.ReportAllocs()
					for b.Loop() {
						if _, err := n.Train(batch); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "images/s")
				})
			}
		}
	}
}
