// This file says how each classifier is trained.

package pretrain

// The learning rates, chosen for each way by the accuracy on the 5,000 validation
// images: the mean over 50, 100, 500, 1,000 and 5,000 labels from two autoencoders,
// of seeds that are not the command's. Of rates threefold apart these were the best,
// or as good as the next; at .3 the encoder's layers learnt nothing. Codes are
// large, 5 in the square mean, so that their rate is small, and softmax on them is
// still learning at the end: with 5,000 labels scikit-learn's LogisticRegression on
// codes of mean 0 and variance 1 is right .015 more often.
const (
	codeRate    = 0.003 // of softmax on codes, and above a frozen encoder
	pixelRate   = 0.01  // of softmax on pixels
	encoderRate = 0.1   // of an encoder with softmax, from either start
)

// settling is what the learning rate is divided by in the last eighth of the steps.
// At a constant rate accuracy would go up and down from step to step by more than
// the ways differ.
const settling = 10

// batchSize is the number of labelled images a step.
const batchSize = 32

// phase is a part of a classifier's training.
type phase struct {
	frozen int // the first layers, so many, stay as they are
	epochs int
	rate   float64
}

// minEpochs is one for each phase of the way that has most.
const minEpochs = 3

// phases returns the parts of a way's training, with so many layers below the
// softmax. All ways take the same number of epochs, and so of steps.
func (w Way) phases(layers, epochs int) []phase {
	last := max(1, epochs/8)
	rate := encoderRate
	var phases []phase
	switch w {
	case Pretrained:
		phases = append(phases, phase{layers, epochs / 2, codeRate})
		epochs -= epochs / 2
	case LinearOnCodes:
		rate = codeRate
	case LinearOnPixels:
		rate = pixelRate
	}
	return append(phases, phase{0, epochs - last, rate}, phase{0, last, rate / settling})
}
