package stackedae
import (
 _ "gorgonia.org/gorgonia"
 _ "gorgonia.org/tensor"
 _ "gonum.org/v1/gonum/mat"
 _ "gonum.org/v1/plot"
 _ "github.com/alecthomas/kong"
 _ "github.com/cheggaaa/pb/v3"
 _ "github.com/google/renameio/v2/maybe"
 _ "github.com/nlpodyssey/safetensors"
 _ "github.com/google/go-cmp/cmp"
 _ "pgregory.net/rapid"
 _ "github.com/rogpeppe/go-internal/testscript"
 _ "go4.org/unsafe/assume-no-moving-gc"
 _ "golang.org/x/sync/errgroup"
)
