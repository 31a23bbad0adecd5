"""The chapter's run, once for each random seed: a JSON line with the history of 20 epochs and the test set's numbers.
usage: FASHION=folder of the four IDX .gz files python fit.py SEED [SEED...] >> runs.jsonl"""
import gzip, json, os, sys, time
from importlib.metadata import version
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf
from tensorflow import keras

def images(name):
    with gzip.open(os.path.join(os.environ["FASHION"], name + "-images-idx3-ubyte.gz")) as f:
        raw = f.read()
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28).astype(np.float32) / 255

def rounded_accuracy(y_true, y_pred):
    return keras.metrics.binary_accuracy(tf.round(y_true), tf.round(y_pred))

full, test = images("train"), images("t10k")
train, valid = full[:-5000], full[-5000:]
layers = keras.layers
for seed in map(int, sys.argv[1:]):
    keras.utils.set_random_seed(seed)
    encoder = keras.models.Sequential([layers.Flatten(input_shape=[28, 28]), layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")])
    decoder = keras.models.Sequential([layers.Dense(100, activation="selu", input_shape=[30]), layers.Dense(28 * 28, activation="sigmoid"), layers.Reshape([28, 28])])
    autoencoder = keras.models.Sequential([encoder, decoder])
    autoencoder.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.5), metrics=[rounded_accuracy])
    start = time.perf_counter()
    history = autoencoder.fit(train, train, epochs=20, batch_size=32, validation_data=(valid, valid), verbose=0).history
    seconds = time.perf_counter() - start
    print(json.dumps({
        "seed": seed, "keras": version("keras"), "tf": tf.__version__, "batch": 32, "fit_seconds": seconds,
        "test": [float(v) for v in autoencoder.evaluate(test, test, verbose=0)],
        "history": {name: [float(v) for v in values] for name, values in history.items()}}), flush=True)
