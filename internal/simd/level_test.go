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
	rows := []struct{ want, name string }{{"", fastest}, {"fast", ""}, {"AVX2", ""}, {"avx1024", ""}}
	for _, l := range levels {
		rows = append(rows, struct{ want, name string }{l.name, l.name})
	}
	for _, name := range []string{AVX2, AVX512} {
		if !slices.Contains(Levels(), name) {
			rows = append(rows, struct{ want, name string }{name, ""})
		}
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
	if !slices.Contains(Levels(), name) {
		t.Errorf("Level is %q, which is none of the levels", name)
	}
}

func TestUse(t *testing.T) {
	before, errBefore := active, errLevel
	t.Cleanup(func() { active, errLevel = before, errBefore })
	names := Levels()
	if want := []string{Generic, AVX2, AVX512}[:len(names)]; !slices.Equal(names, want) {
		t.Errorf("Levels are %q, want %q", names, want)
	}
	for _, name := range names {
		if err := Use(name); err != nil {
			t.Errorf("Use(%q): %v", name, err)
		}
		if got, err := Level(); got != name || err != nil {
			t.Errorf("Level after Use(%q) is %q, %v", name, got, err)
		}
	}
	last := active
	for _, name := range []string{"", "fast", "AVX2"} {
		if err := Use(name); err == nil || !strings.Contains(err.Error(), Generic) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Use(%q): error %v, want one line with the levels there are", name, err)
		}
		if active != last {
			t.Errorf("Use(%q) leaves %s beside the error, want %s as before", name, active.name, last.name)
		}
	}
}
