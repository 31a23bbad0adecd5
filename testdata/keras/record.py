"""Records what Keras makes of the chapter's autoencoder and of two others. README.md lists the files.

usage: python record.py IMAGES OUT [--seeds SEED ...]

IMAGES is the folder of the four IDX .gz files, OUT the folder to write to. A seed takes a minute and a half; without
any after --seeds there is no runs.jsonl.
"""
import argparse
import gc
import json
from importlib.metadata import version
from pathlib import Path

from autoencoder import BATCH, LEARNING_RATE, autoencoder, images, keras, np, tf

SUMMARIES = [100, 30], [256, 100, 30], [2000, 1000, 30], [30]
CHAPTER = [100, 30]
# Steps and an epoch of these models, each with its learning rate. At the chapter's, 1.5, the widest has no reference: the
# least rounding grows so fast that within 200 steps Keras' loss is 20% off what Keras computes on another processor.
MODELS = (CHAPTER, LEARNING_RATE), ([64, 12], LEARNING_RATE), ([256, 64, 16], 0.5)
START_SEED = 5  # of the weights that the steps and the epoch start from
STEPS = 200
OUTPUTS = 16  # images, of which predictions and codes are recorded
SEEDS = 42, *range(1, 30)


def main():
    parser = argparse.ArgumentParser(description="Record what Keras makes of the autoencoders.")
    parser.add_argument("images", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    args = parser.parse_args()
    full, test = images(args.images, "train"), images(args.images, "t10k")
    train, valid = full[:-5000], full[-5000:]
    args.out.mkdir(parents=True, exist_ok=True)

    record_summaries(args.out)
    with open(args.out / "epochs.jsonl", "w") as lines:
        for hidden, learning_rate in MODELS:
            model = fresh(hidden, START_SEED, learning_rate)
            start = model.get_weights()
            record_steps(model, train, args.out / name("steps", hidden))
            model.set_weights(start)
            history = model.fit(train, train, batch_size=BATCH, shuffle=False, validation_data=(valid, valid), verbose=0).history
            write_line(lines, {"hidden": hidden, "learning_rate": learning_rate, "history": history})
            if hidden == CHAPTER:
                record_outputs(model, valid[:OUTPUTS], args.out)
    if args.seeds:
        with open(args.out / "runs.jsonl", "w") as lines:
            for seed in args.seeds:
                write_line(lines, run(seed, train, valid, test))


def fresh(hidden, seed, learning_rate=LEARNING_RATE):
    """A model as if it were the first in its program."""
    keras.backend.clear_session()
    gc.collect()  # the last model's copy of the images
    keras.utils.set_random_seed(seed)
    return autoencoder(hidden, learning_rate)


def record_summaries(out):
    for hidden in SUMMARIES:
        with open(out / (name("summary", hidden) + ".txt"), "w", encoding="utf-8") as f:
            fresh(hidden, START_SEED).summary(expand_nested=True, print_fn=lambda line: print(line, file=f))


def record_steps(model, train, path):
    """The weights before, and loss and rounded accuracy of each of the first batches, in their order."""
    np.savez(f"{path}.npz", *model.get_weights())
    with open(f"{path}.csv", "w") as f:
        print("step,loss,rounded_accuracy", file=f)
        for i in range(STEPS):
            batch = train[i * BATCH:(i + 1) * BATCH]
            loss, accuracy = model.train_on_batch(batch, batch, reset_metrics=True)
            print(f"{i + 1},{loss:.9g},{accuracy:.9g}", file=f)  # nine digits tell a float32


def record_outputs(model, batch, out):
    encoder, _ = model.layers
    np.savez(out / (name("trained", CHAPTER) + ".npz"), *model.get_weights())
    np.savez(out / (name("outputs", CHAPTER) + ".npz"), predictions=model.predict(batch, verbose=0), codes=encoder.predict(batch, verbose=0))


def run(seed, train, valid, test):
    """The chapter's run from start to end."""
    model = fresh(CHAPTER, seed)
    history = model.fit(train, train, epochs=20, batch_size=BATCH, validation_data=(valid, valid), verbose=0).history
    return {"seed": seed, "keras": version("keras"), "tf": tf.__version__, "batch": BATCH,
            "test": model.evaluate(test, test, verbose=0), "history": history}


def name(kind, hidden):
    return "-".join([kind, *map(str, hidden)])


def write_line(lines, record):
    print(json.dumps(record), file=lines, flush=True)


if __name__ == "__main__":
    main()
