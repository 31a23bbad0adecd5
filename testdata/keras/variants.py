"""Records what Keras makes of the chapter's autoencoder with tied weights and of one trained layer by layer, as the book's
notebook has both. README.md lists the files.

usage: python variants.py IMAGES OUT [--seeds SEED ...]

IMAGES is the folder of the four IDX .gz files, OUT the folder to write to. A seed takes two to eight minutes; those that
are in the files already are left out, so that it can be stopped and started again. Without any after --seeds there is
no runs.jsonl.
"""
import argparse
import json
from importlib.metadata import version
from pathlib import Path

from autoencoder import BATCH, images, keras, np, rounded_accuracy, tf

EPOCHS = 10
# Of the weights that the steps start from. With 5, as record.py has, a unit's input in step 23 is 0 but for rounding, and
# SELU's slope jumps there, from 1.76 to 1.05: every rounding of the sums goes on from there by itself.
START_SEED = 7
STEPS = 200
SEEDS = range(1, 11)
STAGES = "first", "second", "stack"
dense, Sequential, SGD = keras.layers.Dense, keras.models.Sequential, keras.optimizers.SGD


class DenseTranspose(keras.layers.Layer):
    """A dense layer with the kernel of another, transposed, and a bias of its own."""

    def __init__(self, dense, activation=None, **kwargs):
        self.dense = dense
        self.activation = keras.activations.get(activation)
        super().__init__(**kwargs)

    def build(self, batch_input_shape):
        self.biases = self.add_weight(name="bias", shape=[self.dense.input_shape[-1]], initializer="zeros")
        super().build(batch_input_shape)

    def call(self, inputs):
        z = tf.matmul(inputs, self.dense.weights[0], transpose_b=True)
        return self.activation(z + self.biases)


def tied():
    outer, inner = dense(100, activation="selu"), dense(30, activation="selu")
    encoder = Sequential([keras.layers.Flatten(input_shape=[28, 28]), outer, inner])
    decoder = Sequential([DenseTranspose(inner, activation="selu"), DenseTranspose(outer, activation="sigmoid"),
                          keras.layers.Reshape([28, 28])])
    model = Sequential([encoder, decoder])
    model.compile(loss="binary_crossentropy", optimizer=SGD(learning_rate=1.5), metrics=[rounded_accuracy])
    model.build([None, 28, 28])
    return model


def rounds_alike(y_true, y_pred):
    """rounded_accuracy for targets beyond 0 and 1, which codes are."""
    return tf.reduce_mean(tf.cast(tf.equal(tf.round(y_true), tf.round(y_pred)), tf.float32), axis=-1)


def layer_by_layer(train, valid, epochs, start=None, shuffle=True):
    """Trains an autoencoder of each of the two layers, then the stack, and returns the three histories and the stack.

    start is the weights of the stack to start from, in place of random ones."""
    flat, flat_valid = train.reshape(-1, 784), valid.reshape(-1, 784)

    def fit(model, train, valid):
        return model.fit(train, train, epochs=epochs, batch_size=BATCH, shuffle=shuffle, validation_data=(valid, valid), verbose=0).history

    def train_autoencoder(units, train, valid, loss, learning_rate, activation, accuracy, start):
        encoder = Sequential([dense(units, activation="selu", input_shape=[train.shape[-1]])])
        decoder = Sequential([dense(train.shape[-1], activation=activation)])
        model = Sequential([encoder, decoder])
        # The notebook gives the second stage no metric; it changes nothing in the training.
        model.compile(SGD(learning_rate=learning_rate), loss, metrics=[accuracy])
        if start:
            model.set_weights(start)
        history = fit(model, train, valid)
        return encoder, decoder, encoder(train), encoder(valid), plain(history)

    encoder1, decoder1, codes, codes_valid, first = train_autoencoder(
        100, flat, flat_valid, "binary_crossentropy", 1.5, "sigmoid", rounded_accuracy, start and start[:2] + start[6:])
    encoder2, decoder2, _, _, second = train_autoencoder(
        30, codes.numpy(), codes_valid.numpy(), "mse", 0.05, "selu", rounds_alike, start and start[2:6])
    stack = Sequential([keras.layers.Flatten(input_shape=[28, 28]), encoder1, encoder2, decoder2, decoder1,
                        keras.layers.Reshape([28, 28])])
    stack.compile(loss="binary_crossentropy", optimizer=SGD(learning_rate=0.1), metrics=[rounded_accuracy])
    return first, second, fit(stack, train, valid), stack


def plain(history):
    """The history with rounded_accuracy as the name of any metric."""
    return {name.replace("rounds_alike", "rounded_accuracy"): values for name, values in history.items()}


def fresh(seed):
    """Makes what follows as if it were the first in its program."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)


def record_steps(train, path):
    """The weights at the start, and loss and rounded accuracy of each of the first batches, in their order."""
    fresh(START_SEED)
    model = tied()
    np.savez(f"{path}.npz", *model.get_weights())
    with open(f"{path}.csv", "w") as f:
        print("step,loss,rounded_accuracy", file=f)
        for i in range(STEPS):
            batch = train[i * BATCH:(i + 1) * BATCH]
            loss, accuracy = model.train_on_batch(batch, batch, reset_metrics=True)
            print(f"{i + 1},{loss:.9g},{accuracy:.9g}", file=f)  # nine digits tell a float32


def record_epochs(train, valid, path):
    """The four numbers of an unshuffled epoch of each stage, from the weights that record.py starts from."""
    fresh(START_SEED)
    with np.load(Path(__file__).parent / "steps-100-30.npz") as arrays:
        start = [arrays[name] for name in arrays.files]
    *histories, _ = layer_by_layer(train, valid, 1, start, shuffle=False)
    with open(path, "w") as lines:
        for stage, history in zip(STAGES, histories):
            print(json.dumps({"stage": stage, "history": history}), file=lines)


def record_summary(path):
    fresh(START_SEED)
    with open(path, "w", encoding="utf-8") as f:
        tied().summary(expand_nested=True, print_fn=lambda line: print(line, file=f))


def seeds_in(path):
    return {json.loads(line)["seed"] for line in open(path)} if path.exists() else set()


def append(path, seed, history, **more):
    with open(path, "a") as lines:
        print(json.dumps({"seed": seed, "keras": version("keras"), "tf": tf.__version__, "batch": BATCH, **more,
                          "history": history}), file=lines)


def main():
    parser = argparse.ArgumentParser(description="Record what Keras makes of tied and greedily trained autoencoders.")
    parser.add_argument("images", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    args = parser.parse_args()
    full, test = images(args.images, "train"), images(args.images, "t10k")
    train, valid = full[:-5000], full[-5000:]

    for folder in "tied", *(f"greedy/{stage}" for stage in STAGES):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    record_summary(args.out / "summary-tied-100-30.txt")
    record_steps(train, args.out / "tied" / "steps-tied-100-30")
    record_epochs(train, valid, args.out / "greedy" / "epochs.jsonl")
    for seed in args.seeds:
        runs = args.out / "tied" / "runs.jsonl"
        if seed not in seeds_in(runs):
            fresh(seed)
            model = tied()
            history = model.fit(train, train, epochs=EPOCHS, batch_size=BATCH, validation_data=(valid, valid), verbose=0).history
            append(runs, seed, history, test=model.evaluate(test, test, verbose=0))
        stages = [args.out / "greedy" / stage / "runs.jsonl" for stage in STAGES]
        if seed not in seeds_in(stages[-1]):
            fresh(seed)
            *histories, stack = layer_by_layer(train, valid, EPOCHS)
            for path, history in zip(stages, histories):
                if seed not in seeds_in(path):
                    append(path, seed, history, **({"test": stack.evaluate(test, test, verbose=0)} if path == stages[-1] else {}))


if __name__ == "__main__":
    main()
