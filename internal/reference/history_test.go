package reference

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadHistory(t *testing.T) {
	want := History{{.3, .2}, {.8, .9}, {.31, .21}, {.81, .91}}
	for name, content := range map[string]string{
		"ours":      "epoch,loss,rounded_accuracy,val_loss,val_rounded_accuracy\n1,.3,.8,.31,.81\n2,.2,.9,.21,.91\n",
		"CSVLogger": "epoch,loss,rounded_accuracy,val_loss,val_rounded_accuracy\r\n0,.3,.8,.31,.81\r\n1,.2,.9,.21,.91\r\n",
		"pandas":    ",loss,rounded_accuracy,val_loss,val_rounded_accuracy,lr\n0,.3,.8,.31,.81,1.5\n1,.2,.9,.21,.91,1.5\n",
		"any order": "val_rounded_accuracy,val_loss,loss,rounded_accuracy\n.81,.31,.3,.8\n.91,.21,.2,.9",
	} {
		got, err := readHistory(strings.NewReader(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadHistoryErrors(t *testing.T) {
	const names = "epoch,loss,rounded_accuracy,val_loss,val_rounded_accuracy\n"
	for _, test := range []struct{ content, want string }{
		{"", "empty, want a line of names"},
		{names, "no epochs of loss"},
		{"epoch,loss,val_loss\n1,2,3\n", "no column rounded_accuracy"},
		{names + "1,.3,.8,.31\n", "wrong number of fields"},
		{names + "1,.3,x,.31,.81\n", `line 2: rounded_accuracy is "x", want a number`},
		{names + "1,.3,.8,NaN,.81\n", "val_loss of epoch 1 is NaN, want a finite number"},
		{names + "1,.3,.8,.31,.81\n3,.3,.8,.31,.81\n", `line 3: epoch "3", want 2`},
		{names + "5,.3,.8,.31,.81\n", `line 2: epoch "5", want 0`},
		{names + "\"1,.3", "extraneous or missing"},
	} {
		path := filepath.Join(t.TempDir(), "history.csv")
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadHistory(path)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "reference: "+path+": ") {
			t.Errorf("%q: got %v, want the path and %q", test.content, err, test.want)
		}
	}
}
