package model_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"stackedae/model"
)

func Example() {
	spec := model.Stacked(784, 100, 30)
	m, err := model.New(spec, rand.New(rand.NewPCG(42, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")
	if err := m.Save(path); err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := model.Load(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loaded.Spec, loaded.Spec.Parameters(), "parameters")
	for _, w := range loaded.Weights()[:2] {
		fmt.Println(w.Name, w.Shape)
	}
	// Output:
	// 784-100-30-100-784 163814 parameters
	// encoder.0.kernel [784 100]
	// encoder.0.bias [100]
}
