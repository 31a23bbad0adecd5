/*
Stackedae trains a stacked autoencoder on Fashion-MNIST with Gorgonia, takes its
codes to two dimensions with t-SNE, and draws both: the chapter on autoencoders
of Géron's Hands-On Machine Learning (2nd edition, chapter 17), from data to
pictures.

Usage:

	stackedae [run] [flags]              the whole chapter
	stackedae train [flags]              train an autoencoder
	stackedae evaluate [flags]           loss and rounded accuracy of a model
	stackedae reconstruct [flags]        draw images above their reconstructions
	stackedae encode [flags]             write the codes of images
	stackedae tsne POINTS [flags]        take codes, or any points, to two dimensions
	stackedae plot DIR [flags]           draw an embedding
	stackedae report DIR                 make an HTML file of a run's folder
	stackedae export [flags]             write a model in another program's format
	stackedae import FILE [flags]        read a model in another program's format
	stackedae summary [flags]            print the model's layers as Keras does
	stackedae graph [flags]              print a training step's graph for Graphviz
	stackedae sweep [flags]              measure what codes of several sizes are worth
	stackedae compare [flags]            compare training with Keras' recorded runs
	stackedae pretrain [flags]           measure what training without labels is worth
	stackedae bench [flags]              time a training step in many ways

Without a command it does run's work. The images are part of the program; no
network and no set-up is needed. Each command explains its flags with --help.

# What every command understands where it makes sense

	--data DIR    four IDX .gz files of Fashion-MNIST's names and format (MNIST's,
	              say) in place of the embedded ones
	--out DIR     the folder for files, made if it is missing (out)
	--seed N      the seed of weights and shuffling (42)
	--figure-format FORMAT
	              png, or svg, in which text is text (png)
	--quiet       no progress, results alone
	--json        one JSON object on standard output in place of the tables
	--version     the versions of the program and of Go, the level of kernels

The same seed gives the same bytes, whatever GOMAXPROCS is, on one kind of
processor.

# Training

Run and train take

	--epochs N            how often every image is seen (20)
	--batch-size N        images a step (32)
	--learning-rate X     step size of gradient descent (1.5)
	--hidden UNITS        the encoder's layers, the code last (100,30)
	--tied                the decoder's kernels are the encoder's, transposed
	--greedy              one pair of layers after the other, from the outer to the
	                      code, as an autoencoder of what the last one has made; then
	                      all together. Each takes --epochs, the first the learning
	                      rate, the others .05, all together .1
	--kernel-initializer NAME
	                      what kernels are drawn from at the start, by Keras' names:
	                      glorot_uniform or lecun_normal (glorot_uniform)
	--gaussian-noise X    add normal numbers of standard deviation X to the images, in
	                      training only; targets stay clean
	--dropout X           set pixels to 0, each with probability X, and divide the others
	                      by 1-X, in training only
	                      With --greedy, stages within have codes in the images' place.
	--patience N          stop if the validation loss has not improved for N epochs,
	                      with the weights of the best
	--init FILE.npz       start from Keras' get_weights, saved by numpy.savez
	--no-shuffle          the images in their order in every epoch
	--machine NAME        what runs the graphs: tape, Gorgonia's, or static, which is
	                      faster and gives the same bits (tape)
	--log-steps           also write steps.csv, a line a step
	--resume              go on from the newest checkpoint in --out
	--checkpoints N       keep the newest N checkpoints, 0 for none (3)
	--checkpoint-steps N  save one every N steps, too
	--watch               look at what every operation returns, and name the first that
	                      makes a number infinite or NaN (slower)

and write model.safetensors, history.csv and training_curves.png. The decoder
mirrors the encoder; what comes of it, summary shows:

	$ stackedae summary --hidden 30
	Model: "sequential_2"
	_________________________________________________________________
	 Layer (type)                Output Shape              Param #
	=================================================================
	 sequential (Sequential)     (None, 30)                23550
	|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
	| flatten (Flatten)          (None, 784)               0        |
	|                                                               |
	| dense (Dense)              (None, 30)                23550    |
	¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
	 sequential_1 (Sequential)   (None, 28, 28)            24304
	|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
	| dense_1 (Dense)            (None, 784)               24304    |
	|                                                               |
	| reshape (Reshape)          (None, 28, 28)            0        |
	¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
	=================================================================
	Total params: 47854 (186.93 KB)
	Trainable params: 47854 (186.93 KB)
	Non-trainable params: 0 (0.00 Byte)
	_________________________________________________________________

Graph prints the expression graph of a training step in Graphviz's language DOT:
the forward pass in a cluster for the encoder and one for the decoder, and beside
them the gradients that Gorgonia has derived. It takes --hidden and --batch-size
too, --stock for the same network of Gorgonia's own operations, and --tape for the
program that Gorgonia compiles of the graph, with its registers. As a picture:

	stackedae graph | dot -Tsvg >graph.svg

Training prints a line an epoch, with a bar below it on a terminal; its seconds
are those of training and validation, which --json tells apart. Run ends with a
table of where its time went, by stage.

Images that are all alike, one hidden unit, and a batch larger than the set, which
takes all images in every step, are no errors; a learning rate of 0 measures and
leaves the weights as they are. If the loss or a weight becomes infinite or NaN,
training ends at once and tells the step, and each layer's largest weight and
gradient; the last checkpoint stays.

# Stopping and going on

After every epoch, before its line is printed, a checkpoint is saved in the folder
checkpoints of --out. An interrupt ends training at the next step, saves one there,
and if at least one epoch is over also writes what there is. The same command with
--resume goes on from the newest checkpoint, and says from which step; it ends with
the bytes of a run that was never interrupted, also if that was killed. If there is
none it begins with the first step; if all epochs are trained there is nothing to
do. With more --epochs a finished run goes on. Any other setting, and the images,
must be the same, but for --data's place and the flags about checkpoints and
--watch. A damaged checkpoint is left out, with a line about it on standard error.
With --greedy the epochs must be as many as before, too; only the last stage is
logged by --log-steps, and only its epochs are written after an interrupt.

A new run in the same folder replaces the checkpoints of the one before at the end
of its first epoch, or removes them with the model, if it keeps none. A checkpoint
is a model too: evaluate --model takes it. Only one command at a time may write to a
folder.

# Using a model

Evaluate, reconstruct, encode and export take --model FILE (out/model.safetensors),
the first three also --split train, valid, test or all (valid). Reconstruct and
encode take other images by --images FILE: an .npy of n x 784 or n x 28 x 28, bytes
or floats from 0 to 1, or a PNG of 28 x 28, white on black. Reconstruct draws
--count of them (5) into reconstruction_plot.png, and with --npy also into
reconstructions.npy, as numbers from 0 to 1. Encode writes codes.npy, labels.npy and
images.npy, with --codes-only the first alone, and removes what belongs to other
codes: labels, images, the embedding. Its .npy may be longer than the memory: 5,000
images at a time are read. Evaluate and encode tell how long the computing took.

Export writes the model as --format says: npz is model.npz, the weights in the order
of Keras' get_weights, for its set_weights and for --init; onnx is encoder.onnx,
decoder.onnx and autoencoder.onnx, of operator set 22 and for any number of rows;
safetensors is model.safetensors. Import reads such an .npz, or .safetensors, into
model.safetensors, and removes another model's history. The architecture is that of
the shapes, SELU with sigmoid at the end; where the decoder does not mirror the
encoder, --hidden tells the encoder's units.

# Embedding and drawing

Tsne reads points, a row each: an .npy of n x columns, or numbers as text in a .csv
or .tsv. It writes them in two dimensions to embedding.npy, or to a table if it has
read one, and prints the exact Kullback-Leibler divergence. An .npy of more
dimensions is read as one of two: images.npy, say.

	--header WHEN      whether the first line of a table names the columns: yes, no,
	                   or auto, if none of its fields is a number (auto)
	--labels FILE      the points' classes, whole numbers: print the share of points
	                   whose class is that of most of their ten nearest
	--transform FILE   more points of the same columns: place them into the finished
	                   embedding, each by itself, and write transformed.npy
	--record           also write descent.npy, the embedding after every 50th
	                   iteration, and descent.csv, a line for each
	--embedding FILE   where the embedding goes, in place of --out: the extension
	                   says in which format
	--seed N           the seed of a random start (42)

Run takes these too:

	--perplexity X     effective number of neighbours of a point (30)
	--iterations N     in all (the preset's: 750 for default, 1000 for the others)
	--preset NAME      default; sklearn: what scikit-learn's TSNE() means; or
	                   sklearn-0.2x: what it meant before version 1.2, from a random
	                   start and with the learning rate 200
	--metric NAME      euclidean, or cosine: the angle between points (euclidean)
	--pca N            the points' first N principal components in place of their
	                   columns: for wide points, such as pixels, 50 say
	--start START      where points begin: pca, their first two principal components;
	                   random; or a file of n x 2, of which the scale matters: the
	                   others' standard deviation is 1e-4 (the preset's)
	--neighbors HOW    auto, exact or approximate: the search for neighbours (auto)
	--repulsion HOW    auto, exact or mesh: the sum of the repulsion (auto)

If a signal comes during the iterations, the embedding is written as it is then; a
finished one is kept, whatever comes after it. Files that are read are not replaced,
but for that of --start.

Plot draws a folder's embedding.npy into tsne_plot.png and, if there is
images.npy, visualizacion_mnist_moda.png with thumbnails; labels.npy gives the
colours. Other files are named by --embedding, --labels and --images, and
--no-legend leaves away the class names, as in the chapter.

# The report

Run ends with report.html, and report makes it again of a run's folder, or of any
with the files of train, encode and tsne in it. It is one file for a browser, and
needs no network: the embedding as a map whose points show their images, found by
number, and what the decoder makes of their codes, computed while one looks; the
line between two codes; a slider for each number of a code; how the embedding came
about; training curves over the range of Keras' recorded runs, if run.json tells
that the model was trained as they were; the images with the lowest and the highest
loss; layers, settings, versions and times. What the folder does not hold is left
out, and run.json and descent.npy as well if they tell of other files than those
that are there. Mouse, finger or keyboard work it.

Run.json and report.html hold times: they alone differ between equal runs.

# How large a code

Sweep trains networks with codes of several sizes, each with several seeds, and
takes the codes of the validation images to two dimensions: train's flags all but
--init, --log-steps and those about checkpoints, and tsne's that run takes. A line a
training and a table tell losses and rounded accuracy, and the neighbour accuracy,
the share of validation images whose class is that of most of their ten nearest, of
codes and embedding; beside it that of the pixels and of as many of their principal
components. It writes sweep.csv, a line a training, and sweep.png: means, with bars
from the lowest to the highest seed.

	--codes UNITS      the sizes, ascending (2,5,10,20,30,50,100)
	--seeds N          train each with N seeds, --seed and those after it (3)
	--hidden UNITS     the encoder's layers above the code (100)

A training fails if it diverges, or if it has learnt nothing: all images come out as
the mean one, as happens to small codes. That does not end the others: the table
names it, figure and means leave it out, and sweep.csv has NaN for what could not be
measured. Only if all fail the exit status is 1. An interrupt keeps sweep.csv of the
trainings that are finished.

# Comparing with Keras

Compare trains as train does, and says whether it is the same computation as Keras'
of the same network, which was recorded with thirty seeds, or with ten in the ways
--tied and --greedy. It trains as many epochs as were recorded, 20 or in these two
ways 10, unless --epochs says otherwise. Loss and rounded accuracy, of training and
validation, at some epochs, are inside if they are in the 99% prediction interval of
all of them together. Before that it takes the first 200 steps from recorded weights
on unshuffled batches, and goes on to the end of the epoch, for three networks:
there each step must have Keras' loss but for rounding. It writes comparison.png:
the curves over the range of the recorded ones. The exit status is 1 if anything is
outside, and standard error names it.

With --tied there are steps of the tied network alone. With --greedy there are no
steps, and the numbers are those of each stage: the two autoencoders of a pair of
layers, and the stack of both. Of the stack the changes since the first of the
judged epochs are judged too, because it begins near where it ends.

Keras' random numbers cannot be had: its start and its order of the images come
from streams of TensorFlow's own. So runs, also of the same seed, can be compared
as draws from a distribution only.

	--history FILE.csv  compare this history in place of training and steps:
	                    history.csv, or what Keras' CSVLogger has written; with
	                    --greedy the stack's
	--seeds N           train with N seeds, --seed and those after it, and look for
	                    differences between their numbers and the recorded ones by
	                    the test of Mann and Whitney, at 1% by Holm
	--at EPOCHS         the epochs to judge (1,5,10,20, as far as recorded)
	--reference DIR     other recordings: runs.jsonl, steps-*.csv with steps-*.npz,
	                    epochs.jsonl, as the scripts in testdata/keras write them;
	                    with --greedy runs.jsonl in folders first, second and stack

and of train's flags all but --init, --log-steps, --patience and those about
checkpoints.

# What training without labels is worth

Pretrain trains an autoencoder as train does, without labels. Then it labels a few
of the training images, as many of each class, and trains four classifiers on them:

	pretrained        the encoder with a softmax layer on top: in the first half of
	                  the steps that layer alone, the encoder frozen; then all
	random weights    the same layers from the weights that the autoencoder began
	                  with, all trained from the first step on
	linear on codes   softmax on the encoder's codes
	linear on pixels  softmax on the pixels

It prints the share of test images that each gets right, and by how much the first
is ahead of the others. The images with labels, the softmax layers' weights and the
order of the images are the seed's, in all ways alike, so that margins are of pairs.
Test images decide nothing: steps and learning rates are fixed, and were chosen by
the validation images. It draws both in pretraining.png, with bars from the lowest
seed to the highest; an interrupt leaves both of the seeds that are finished. It
takes train's flags that are not about files, and

	--labels N,...  numbers of labelled images (50,100,500,1000,5000)
	--steps N       steps of 32 images of each classifier's training (8000)
	--seeds N       do everything with N seeds, --seed and those after it (5)

# Timing

Bench takes the same training steps in several ways, in turn and in ten rounds,
because machines have slow phases, and prints a line a way:

	stock          Gorgonia's own operations and engine on its tape machine
	fused-LEVEL    this program's operations in their place, on a level of
	               kernels: generic, avx2, ...
	engine         the same on the level in use, with the solver's arithmetic by
	               kernels too, which compute a gradient as it is added: what train
	               does, on all threads
	static         the same on the static machine: train --machine static
	NAME/N         any of them on N threads in place of one

It takes --hidden, --batch-size and --data as train does, and

	--ways NAME,...    these ways alone, in this order
	--ops              also where the time of a step goes, operation by operation:
	                   of the ways named, or else of static on all threads. It
	                   traces other steps than it measures, because tracing takes
	                   time, and tells of the round with the median mean. Where
	                   threads share the work it follows one of them
	--seconds X        how long to measure, all ways together (20)
	--steps N          N steps a way in place of --seconds
	--busy N           beside N programs that keep a processor busy each
	--cpuprofile FILE  write a profile of the measured part, for go tool pprof

The columns are a step's median time, the 5th and 95th percentile and the longest,
all in microseconds; the seconds of an epoch, which are the median of the rounds'
mean steps times the steps that the training images make; the heap allocations of
a step; the floating point operations a second of the matrix products that a step
needs, at the median; their share of the peak, which as many threads reached in
the same rounds with all operands in registers; and how many times the first way's
speed that is. With --steps there are the seconds of all steps in place of an
epoch's, and the speed is by them; a pause of the whole machine counts in them. So
two threads are compared with one beside two other programs by

	stackedae bench --ways engine,engine/2 --busy 2 --steps 10000

# Exit status

0, or 1 for a failure and 2 for a wrong command line, each with one line on
standard error. Status 1:

	$ stackedae tsne missing.npy
	stackedae: npy: missing.npy: no such file or directory

Status 2:

	$ stackedae train --hidden 100,0
	stackedae: train: model: encoder layer 1 of 0 units, want 1 to 65536 (see stackedae --help)

An interrupt, a termination signal or a hang-up stops at the next step and ends with
130, 143 or 129; a second one ends at once. Files are written whole or not at all,
also if the program is killed.

The environment variable STACKEDAE_SIMD forces a level of kernels: generic, plain
Go; avx2, where the processor has AVX2 and FMA; or avx512, where it has AVX-512
F, DQ, BW and VL, BMI2 and POPCNT too. The last that there is is the default.
--version names the level in use.
*/
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	// The images, 55 MB, are no garbage: by default as much could pile up
	// beside them before it is collected.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(10)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
