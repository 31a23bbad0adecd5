package bench

import (
	"slices"
	"strings"
	"testing"

	"stackedae/graph"
)

func names(ways []Way) (names []string) {
	for _, w := range ways {
		names = append(names, w.Name)
	}
	return names
}

func TestWays(t *testing.T) {
	for _, c := range []struct {
		host Host
		want string
	}{
		{Host{[]string{"generic"}, "generic", 1}, "stock fused-generic engine static"},
		{Host{[]string{"generic", "avx2"}, "avx2", 2}, "stock stock/2 fused-generic fused-avx2 engine engine/2 static static/2"},
		{Host{[]string{"generic", "avx2", "avx512"}, "avx2", 8}, "stock stock/8 fused-generic fused-avx2 fused-avx512 engine engine/8 static static/8"},
	} {
		if got := strings.Join(names(c.host.Ways()), " "); got != c.want {
			t.Errorf("%v: ways %s, want %s", c.host, got, c.want)
		}
	}
}

func TestNamed(t *testing.T) {
	host := Host{[]string{"generic", "avx2"}, "avx2", 2}
	got, err := host.Named([]string{"static/2", "fused-generic", "stock/1", "fused-avx2/2"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Way{
		{"static/2", graph.Config{Machine: graph.StaticMachine}, "avx2", 2},
		{"fused-generic", graph.Config{Engine: graph.StandardEngine}, "generic", 1},
		{"stock", graph.Config{Operations: graph.Stock, Engine: graph.StandardEngine}, "avx2", 1},
		{"fused-avx2/2", graph.Config{Engine: graph.StandardEngine}, "avx2", 2},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for name, want := range map[string]string{
		"fused-avx512": `no way "fused-avx512", want stock, fused-generic, fused-avx2, engine, static, with /N`,
		"":             `no way ""`,
		"engine/3":     `"3" threads, want 1 to 2`,
		"engine/":      `"" threads`,
		"engine/0":     `"0" threads`,
	} {
		if _, err := host.Named([]string{"stock", name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %s", name, err, want)
		}
	}
}
