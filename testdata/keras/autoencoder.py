"""The chapter's stacked autoencoder in Keras, and the images it is trained on. The other scripts share them."""
import gzip
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from tensorflow import keras

# TensorFlow may cut a sum into as many parts as there are threads, and then rounds otherwise.
tf.config.threading.set_intra_op_parallelism_threads(1)

BATCH = 32
LEARNING_RATE = 1.5


def images(folder, name):
    """The images of the IDX file of this name, train or t10k: n x 28 x 28, from 0 to 1."""
    with gzip.open(Path(folder) / f"{name}-images-idx3-ubyte.gz") as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28).astype(np.float32) / 255


def rounded_accuracy(y_true, y_pred):
    return keras.metrics.binary_accuracy(tf.round(y_true), tf.round(y_pred))


def autoencoder(hidden, learning_rate=LEARNING_RATE):
    """The compiled autoencoder whose encoder has these hidden layers, the code last; the decoder mirrors them. Its layers
    are two, encoder and decoder, each a model of its own."""
    dense = keras.layers.Dense
    encoder = keras.models.Sequential(
        [keras.layers.Flatten(input_shape=[28, 28])] + [dense(units, activation="selu") for units in hidden])
    decoder = keras.models.Sequential(
        [keras.layers.InputLayer(input_shape=[hidden[-1]])] + [dense(units, activation="selu") for units in hidden[-2::-1]]
        + [dense(28 * 28, activation="sigmoid"), keras.layers.Reshape([28, 28])])
    model = keras.models.Sequential([encoder, decoder])
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=learning_rate), metrics=[rounded_accuracy])
    return model


def load_weights(file):
    """The arrays of an .npz file as set_weights takes them: arr_0, arr_1, and so on."""
    with np.load(file) as arrays:
        return [arrays[f"arr_{i}"] for i in range(len(arrays.files))]
