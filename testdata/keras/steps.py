"""The chapter's autoencoder, step by step: the weights that Keras starts from, and loss and rounded accuracy of each of
the first 200 unshuffled batches of 32.
usage: FASHION=folder of the four IDX .gz files python steps.py   (writes steps-100-30.npz and .csv beside itself)"""
import gzip, os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf
from tensorflow import keras

STEPS, BATCH, SEED = 200, 32, 5

with gzip.open(os.path.join(os.environ["FASHION"], "train-images-idx3-ubyte.gz")) as f:
    raw = f.read()
images = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)[:STEPS * BATCH].astype(np.float32) / 255

def rounded_accuracy(y_true, y_pred):
    return keras.metrics.binary_accuracy(tf.round(y_true), tf.round(y_pred))

keras.utils.set_random_seed(SEED)
layers = keras.layers
encoder = keras.models.Sequential([layers.Flatten(input_shape=[28, 28]), layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")])
decoder = keras.models.Sequential([layers.Dense(100, activation="selu", input_shape=[30]), layers.Dense(28 * 28, activation="sigmoid"), layers.Reshape([28, 28])])
autoencoder = keras.models.Sequential([encoder, decoder])
autoencoder.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.5), metrics=[rounded_accuracy])

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps-100-30")
np.savez(path + ".npz", *autoencoder.get_weights())
with open(path + ".csv", "w") as out:
    print("step,loss,rounded_accuracy", file=out)
    for i in range(STEPS):
        batch = images[i * BATCH:(i + 1) * BATCH]
        loss, accuracy = autoencoder.train_on_batch(batch, batch, reset_metrics=True)
        print(f"{i + 1},{loss:.9g},{accuracy:.9g}", file=out)
