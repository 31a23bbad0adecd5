package main

import (
	"testing"
	"testing/synctest"
	"time"

	"stackedae/graph"
	"stackedae/train"
)

// Statuses as they are in a training and in a descent.
var (
	trainingStatus = status{
		done: 19_900, total: 34_380, name: [2]string{"epoch 12/20", "12/20"}, loss: [2]string{"loss 0.2845", "loss 0.2845"},
		metric: [2]string{"rounded_accuracy 0.9351", "accuracy 0.9351"}, speed: speed(142_310, "images"), left: 3 * time.Second,
	}
	descentStatus = status{
		done: 750, total: 750, name: [2]string{"t-SNE 750/750", "750/750"}, loss: [2]string{"KL divergence 1.1549", "KL 1.1549"},
		speed: speed(248.4, "iterations"), left: 65 * time.Second,
	}
)

// TestLineFits holds what a bar shows in terminals of many widths, and that it is
// never wider than they are.
func TestLineFits(t *testing.T) {
	for _, c := range []struct {
		status  status
		columns int
		want    string
	}{
		{trainingStatus, 130, "epoch 12/20 [===========================>                    ]  57% loss 0.2845 rounded_accuracy 0.9351 142,310 images/s 0:03 left"},
		{trainingStatus, 98, "epoch 12/20 [=========>      ]  57% loss 0.2845 rounded_accuracy 0.9351 142,310 images/s 0:03 left"},
		{trainingStatus, 78, "epoch 12/20 [====>  ]  57% loss 0.2845 accuracy 0.9351 142k images/s 0:03 left"},
		{trainingStatus, 70, "epoch 12/20 [=======>     ]  57% loss 0.2845 accuracy 0.9351 0:03 left"},
		{trainingStatus, 50, "epoch 12/20 [=====>   ]  57% loss 0.2845 0:03 left"},
		{trainingStatus, 38, "12/20 [====>   ]  57% loss 0.2845 0:03"},
		{trainingStatus, 30, "12/20  57% loss 0.2845"},
		{trainingStatus, 10, " 57%"},
		{trainingStatus, 3, ""},
		{descentStatus, 98, "t-SNE 750/750 [=============================] 100% KL divergence 1.1549 248 iterations/s 1:05 left"},
		{descentStatus, 78, "t-SNE 750/750 [=========] 100% KL divergence 1.1549 248 iterations/s 1:05 left"},
		{descentStatus, 38, "750/750 [========] 100% KL 1.1549 1:05"},
		{status{total: 3, name: [2]string{"static/2", "static/2"}}, 38, "static/2 [>                     ]   0%"},
	} {
		if got, _ := c.status.line(c.columns, terminal{}); got != c.want {
			t.Errorf("in %d columns\n%s, want\n%s", c.columns, got, c.want)
		}
	}
	for columns := range 300 {
		for _, s := range []status{trainingStatus, descentStatus} {
			plain, width := s.line(columns, terminal{})
			if width > columns || len(plain) != width {
				t.Errorf("%d columns hold %q, told to be %d wide", columns, plain, width)
			}
			colored, same := s.line(columns, terminal{color: true})
			if same != width || withoutStyle(colored) != plain {
				t.Errorf("%d columns hold %q and in colour %q", columns, plain, colored)
			}
		}
	}
}

// TestTrainingPace takes steps in a bubble's time. Validation, between the epochs,
// counts for the remaining time but not for the speed.
func TestTrainingPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := trainingPace{epochs: 3}
		take := func(number int) status {
			s := train.Step{
				Number: number, Epoch: (number-1)/10 + 1, InEpoch: (number-1)%10 + 1, PerEpoch: 10, Images: 32,
				EpochMean: graph.Metrics{Loss: 0.25, RoundedAccuracy: 0.75},
			}
			if s.InEpoch == 10 {
				s.Images = 8
			}
			pace.step(s)
			return pace.status(s)
		}
		first := take(1)
		if first.speed[0] != "" || first.left != 0 {
			t.Errorf("after the first step speed %q and %v left, want nothing yet", first.speed[0], first.left)
		}
		for number := 2; number <= 9; number++ {
			time.Sleep(time.Second)
			take(number)
		}
		time.Sleep(time.Second)
		last := take(10) // after 9 seconds 8 x 32 + 8 images more, and 20 steps to go
		want := status{
			done: 10, total: 30, name: [2]string{"epoch 1/3", "1/3"}, loss: [2]string{"loss 0.2500", "loss 0.2500"},
			metric: [2]string{"rounded_accuracy 0.7500", "accuracy 0.7500"}, speed: [2]string{"29 images/s", "29 images/s"}, left: 20 * time.Second,
		}
		if last != want {
			t.Errorf("after an epoch %+v, want %+v", last, want)
		}
		time.Sleep(9 * time.Second) // validation: now 18 seconds for ten steps, and 19 to go
		if s := take(11); s.speed[0] != "29 images/s" || s.left.Round(time.Millisecond) != 34200*time.Millisecond {
			t.Errorf("after validation speed %q and %v left", s.speed[0], s.left)
		}
		time.Sleep(time.Second)
		if s := take(12); s.speed[0] != "32 images/s" {
			t.Errorf("in the second epoch %s, want its own 32 images/s", s.speed[0])
		}
	})
}

// TestSpeedAndClock holds how numbers are written.
func TestSpeedAndClock(t *testing.T) {
	for rate, want := range map[float64][2]string{
		0: {"", ""}, 0.4: {"0 images/s", "0 images/s"}, 9_999.4: {"9,999 images/s", "9,999 images/s"},
		142_510: {"142,510 images/s", "143k images/s"}, 12_345_678: {"12,345,678 images/s", "12,346k images/s"},
	} {
		if got := speed(rate, "images"); got != want {
			t.Errorf("%v a second: %q, want %q", rate, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		400 * time.Millisecond: "0:00", 59600 * time.Millisecond: "1:00", 754 * time.Second: "12:34", 3*time.Hour + 4*time.Minute + 5*time.Second: "3:04:05",
	} {
		if got := clockText(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
