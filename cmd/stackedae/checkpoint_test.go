package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

// TestSettingsTellEveryFlag changes each flag of training in turn: unless it is one
// that may change when a run goes on, the settings must tell, or the run keeps no
// checkpoints.
func TestSettingsTellEveryFlag(t *testing.T) {
	free := map[string]bool{"Epochs": true, "Watch": true, "Resume": true, "Checkpoints": true, "CheckpointSteps": true}
	m, err := model.New(model.Stacked(4, 2), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	set := fashion.Set{Images: make([]byte, 3*fashion.Pixels), Labels: make([]byte, 3)}
	data := &fashion.Data{All: set, Train: set.Slice(0, 2), Valid: set.Slice(2, 3)}
	start := trainFlags{fitFlags: fitFlags{specFlags: specFlags{hiddenFlag: hiddenFlag{[]int{2}}}}}
	before := fmt.Sprint(start.settings(m, data, 1))
	for _, field := range reflect.VisibleFields(reflect.TypeFor[trainFlags]()) {
		if field.Anonymous {
			continue
		}
		changed := start
		switch v := reflect.ValueOf(&changed).Elem().FieldByIndex(field.Index); v.Kind() {
		case reflect.Int:
			v.SetInt(7)
		case reflect.Float64:
			v.SetFloat(7)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.String:
			v.SetString("7")
		case reflect.Slice:
			v.Set(reflect.ValueOf([]int{7}))
		default:
			t.Fatalf("%s is of a kind that this test does not know", field.Name)
		}
		if told := fmt.Sprint(changed.settings(m, data, 1)) != before; told == free[field.Name] {
			t.Errorf("%s: told of by the settings %t, may change %t", field.Name, told, free[field.Name])
		}
	}
	if fmt.Sprint(start.settings(m, data, 2)) == before {
		t.Error("another seed is not told of")
	}
	greedy := trainFlags{fitFlags: fitFlags{Greedy: true, Epochs: 1}}
	if longer := (trainFlags{fitFlags: fitFlags{Greedy: true, Epochs: 2}}); reflect.DeepEqual(greedy.settings(m, data, 1), longer.settings(m, data, 1)) {
		t.Error("more epochs of greedy training are not told of")
	}
	set.Images[2*fashion.Pixels+5]++
	if fmt.Sprint(start.settings(m, data, 1)) == before {
		t.Error("another pixel of the validation images is not told of")
	}
	initial := trainFlags{Init: "file"}
	before = fmt.Sprint(initial.settings(m, data, 1))
	m.Encoder[0].Bias.Float32s()[0]++
	if fmt.Sprint(initial.settings(m, data, 1)) == before {
		t.Error("other weights in the file of --init are not told of")
	}
}

// TestKeepPromisesWhatResumeDoes stops a run that begins anew over one of the same
// settings: --resume goes on from what is kept, or nothing is promised.
func TestKeepPromisesWhatResumeDoes(t *testing.T) {
	dir := t.TempDir()
	trainTo := func(epochs, steps int) *train.Keeper {
		t.Helper()
		m, err := model.New(model.Stacked(4, 2), rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		k := &train.Keeper{Dir: dir, Keep: 1}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stop := train.Hook{Name: "stop", Step: func(s train.Step) error {
			if s.Number == steps {
				cancel()
			}
			return nil
		}}
		images := train.Data{Train: make([]byte, 16), Valid: make([]byte, 4)}
		_, err = train.Resume(ctx, &train.State{Model: m}, images, train.Config{Epochs: epochs, BatchSize: 1}, stop, k.Hook())
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return k
	}
	trainTo(3, 0)
	k := trainTo(3, 2)
	for epochs, want := range map[int]string{3: "step-000000012.safetensors", 2: ""} {
		var a app
		if a.keep(k, epochs); filepath.Base("/"+a.kept) != filepath.Base("/"+want) {
			t.Errorf("%d epochs: kept %q, want %q", epochs, a.kept, want)
		}
	}
}
