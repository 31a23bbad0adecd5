"""The chapter's training with Keras, as the book writes it: a JSON object with the seconds of fit and of its epochs.
usage: FASHION=folder of the four IDX .gz files python keras_fit.py EPOCHS"""
import gzip, json, os, platform, sys, time
from importlib.metadata import version
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf
from tensorflow import keras

class Clock(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)

def rounded_accuracy(y_true, y_pred):
    return keras.metrics.binary_accuracy(tf.round(y_true), tf.round(y_pred))

with gzip.open(os.path.join(os.environ["FASHION"], "train-images-idx3-ubyte.gz")) as f:
    images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28).astype(np.float32) / 255
train, valid = images[:-5000], images[-5000:]

keras.utils.set_random_seed(42)
layers = keras.layers
encoder = keras.models.Sequential([layers.Flatten(input_shape=[28, 28]), layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")])
decoder = keras.models.Sequential([layers.Dense(100, activation="selu", input_shape=[30]), layers.Dense(28 * 28, activation="sigmoid"), layers.Reshape([28, 28])])
autoencoder = keras.models.Sequential([encoder, decoder])
autoencoder.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.5), metrics=[rounded_accuracy])

clock = Clock()
start = time.perf_counter()
history = autoencoder.fit(train, train, epochs=int(sys.argv[1]), validation_data=(valid, valid), verbose=0, callbacks=[clock]).history
seconds = time.perf_counter() - start
print(json.dumps({
    "versions": f"Keras {version('keras')}, TensorFlow {tf.__version__}, numpy {np.__version__}, Python {platform.python_version()}",
    "fit_seconds": seconds, "epoch_seconds": clock.seconds, "losses": history["loss"], "val_losses": history["val_loss"]}))
