package simd

import (
	"slices"
	"strings"
	"testing"
)

// use makes a level the active one until the test or benchmark ends.
func use(t testing.TB, l *kernels) {
	before := active
	active = l
	t.Cleanup(func() { active = before })
}

// eachLevel runs a test under each level that this build and machine have.
func eachLevel(t *testing.T, test func(t *testing.T)) {
	for _, l := range levels {
		t.Run("impl="+l.name, func(t *testing.T) {
			use(t, l)
			test(t)
		})
	}
}

func TestChoose(t *testing.T) {
	fastest := levels[len(levels)-1].name
	rows := []struct{ want, name string }{{"", fastest}, {"fast", ""}, {"AVX2", ""}, {"avx512", ""}}
	for _, l := range levels {
		rows = append(rows, struct{ want, name string }{l.name, l.name})
	}
	if fastest == Generic {
		rows = append(rows, struct{ want, name string }{AVX2, ""})
	}
	for _, c := range rows {
		l, err := choose(c.want)
		switch {
		case c.name == "":
			if err == nil || !strings.Contains(err.Error(), LevelVariable) || !strings.Contains(err.Error(), Generic) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: error %v, want one line with %s and the levels there are", c.want, err, LevelVariable)
			}
			if l.name != fastest {
				t.Errorf("%q: %s beside the error, want %s", c.want, l.name, fastest)
			}
		case err != nil || l.name != c.name:
			t.Errorf("%q: %s, %v, want %s", c.want, l.name, err, c.name)
		}
	}
}

func TestLevelNamesAKnownOne(t *testing.T) {
	name, err := Level()
	if err != nil {
		t.Skip(err) // the tests run all levels, whatever the variable says
	}
	if !slices.ContainsFunc(levels, func(l *kernels) bool { return l.name == name }) {
		t.Errorf("Level is %q, which is none of the levels", name)
	}
}
