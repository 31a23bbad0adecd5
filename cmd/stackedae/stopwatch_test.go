package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestStopwatch spends time that a bubble makes up.
func TestStopwatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newStopwatch()
		time.Sleep(500 * time.Millisecond) // at nothing in particular
		for range 2 {
			stop := w.start(trainingStage)
			time.Sleep(4 * time.Second)
			if got := stop(); got != 4*time.Second {
				t.Errorf("a stage of 4 seconds took %v", got)
			}
		}
		w.start(filesStage) // never stopped: an error came between
		time.Sleep(1500 * time.Millisecond)
		w.add(validationStage, time.Second)
		stages, total := w.report()
		if total != 10*time.Second {
			t.Errorf("%v in all, want 10s", total)
		}
		sum := 0.
		for _, s := range stages {
			sum += s.Seconds
		}
		if sum != total.Seconds() {
			t.Errorf("the stages make %v seconds, want %v", sum, total)
		}
		const wide = "" +
			"           images  training  validation  inference  t-SNE  figures  files  report  rest\n" +
			"  seconds    0.00      8.00        1.00       0.00   0.00     0.00   0.00    0.00  1.00\n" +
			"    share      0%       80%         10%         0%     0%       0%     0%      0%   10%\n"
		const narrow = "" +
			"            seconds  share\n" +
			"images         0.00     0%\n" +
			"training       8.00    80%\n" +
			"validation     1.00    10%\n" +
			"inference      0.00     0%\n" +
			"t-SNE          0.00     0%\n" +
			"figures        0.00     0%\n" +
			"files          0.00     0%\n" +
			"report         0.00     0%\n" +
			"rest           1.00    10%\n"
		for columns, want := range map[int]string{0: wide, 87: wide, 86: narrow, 40: narrow} {
			if got := stageTable(stages, total, columns); got != want {
				t.Errorf("table for %d columns\n%swant\n%s", columns, got, want)
			}
		}
	})
}
