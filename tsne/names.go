// This file gives the choices their names, as command lines and files spell
// them: each type prints them, and reads them as an encoding.TextUnmarshaler,
// such as flag.TextVar takes.

package tsne

import (
	"fmt"
	"slices"
	"strings"
)

// names are the names of a type's values, which count from 0.
type names struct {
	what   string // the type, in messages
	values []string
}

var (
	presetNames    = names{"preset", []string{Default: "default", SKLearn: "sklearn", SKLearn02x: "sklearn-0.2x"}}
	metricNames    = names{"metric", []string{Euclidean: "euclidean", Cosine: "cosine"}}
	initialNames   = names{"initial", []string{InitialByPreset: "preset", InitialPCA: "pca", InitialRandom: "random"}}
	neighborsNames = names{"neighbors", []string{NeighborsByNumber: "auto", ExactNeighbors: "exact", ApproximateNeighbors: "approximate"}}
	repulsionNames = names{"repulsion", []string{ByNumber: "auto", ExactSum: "exact", Mesh: "mesh"}}
)

func (n names) known(v int) bool { return v >= 0 && v < len(n.values) }

// list returns all names as a sentence has them.
func (n names) list() string {
	last := len(n.values) - 1
	return strings.Join(n.values[:last], ", ") + " or " + n.values[last]
}

func (n names) check(v int) error {
	if n.known(v) {
		return nil
	}
	return fmt.Errorf("tsne: %s: got the number %d, want 0 to %d: %s", n.what, v, len(n.values)-1, n.list())
}

func (n names) name(v int) string {
	if n.known(v) {
		return n.values[v]
	}
	return fmt.Sprintf("%s %d", n.what, v)
}

func (n names) text(v int) ([]byte, error) { return []byte(n.name(v)), n.check(v) }

// parse sets dst to the value of that name.
func parse[T ~int](dst *T, n names, text []byte) error {
	v := slices.Index(n.values, string(text))
	if v < 0 {
		return fmt.Errorf("tsne: %s: got %q, want %s", n.what, text, n.list())
	}
	*dst = T(v)
	return nil
}

// String returns "default", "sklearn" or "sklearn-0.2x".
func (p Preset) String() string { return presetNames.name(int(p)) }

// MarshalText returns the String of a known preset.
func (p Preset) MarshalText() ([]byte, error) { return presetNames.text(int(p)) }

// UnmarshalText reads what String returns.
func (p *Preset) UnmarshalText(text []byte) error { return parse(p, presetNames, text) }

// String returns "euclidean" or "cosine".
func (m Metric) String() string { return metricNames.name(int(m)) }

// MarshalText returns the String of a known metric.
func (m Metric) MarshalText() ([]byte, error) { return metricNames.text(int(m)) }

// UnmarshalText reads what String returns.
func (m *Metric) UnmarshalText(text []byte) error { return parse(m, metricNames, text) }

// String returns "preset", "pca" or "random".
func (i Initial) String() string { return initialNames.name(int(i)) }

// MarshalText returns the String of a known choice.
func (i Initial) MarshalText() ([]byte, error) { return initialNames.text(int(i)) }

// UnmarshalText reads what String returns.
func (i *Initial) UnmarshalText(text []byte) error { return parse(i, initialNames, text) }

// String returns "auto", "exact" or "approximate".
func (n Neighbors) String() string { return neighborsNames.name(int(n)) }

// MarshalText returns the String of a known choice.
func (n Neighbors) MarshalText() ([]byte, error) { return neighborsNames.text(int(n)) }

// UnmarshalText reads what String returns.
func (n *Neighbors) UnmarshalText(text []byte) error { return parse(n, neighborsNames, text) }

// String returns "auto", "exact" or "mesh".
func (r Repulsion) String() string { return repulsionNames.name(int(r)) }

// MarshalText returns the String of a known choice.
func (r Repulsion) MarshalText() ([]byte, error) { return repulsionNames.text(int(r)) }

// UnmarshalText reads what String returns.
func (r *Repulsion) UnmarshalText(text []byte) error { return parse(r, repulsionNames, text) }
