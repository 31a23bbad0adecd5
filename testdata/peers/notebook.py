"""The chapter's notebook (17, stacked autoencoder and its visualisation) as one script: data, training, evaluation,
reconstructions, t-SNE of the validation codes and its two figures. Prints a JSON object with the seconds of each stage.
usage: FASHION=folder of the four IDX .gz files python notebook.py FOLDER-FOR-FIGURES"""
import gzip, json, os, platform, sys, time
from importlib.metadata import version
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
started = time.perf_counter()
import matplotlib as mpl
mpl.use("Agg")
import matplotlib.pyplot as plt, numpy as np, tensorflow as tf
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from sklearn.manifold import TSNE
from tensorflow import keras

seconds = {}
def stage(name):
    """Says that what has run since the last call, or the start, was this."""
    global started
    now = time.perf_counter()
    seconds[name], started = now - started, now
stage("imports")

def load(name):
    with gzip.open(os.path.join(os.environ["FASHION"], name)) as f:
        data = f.read()
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28) if "idx3" in name else np.frombuffer(data, np.uint8, offset=8)

def save_fig(name):
    plt.tight_layout()
    plt.savefig(os.path.join(sys.argv[1], name + ".png"), format="png", dpi=300)
    plt.close()

X_train_full = load("train-images-idx3-ubyte.gz").astype(np.float32) / 255
X_test = load("t10k-images-idx3-ubyte.gz").astype(np.float32) / 255
y_train_full, y_test = load("train-labels-idx1-ubyte.gz"), load("t10k-labels-idx1-ubyte.gz")
X_train, X_valid = X_train_full[:-5000], X_train_full[-5000:]
y_train, y_valid = y_train_full[:-5000], y_train_full[-5000:]
stage("images")

def rounded_accuracy(y_true, y_pred):
    return keras.metrics.binary_accuracy(tf.round(y_true), tf.round(y_pred))

keras.utils.set_random_seed(42)
layers = keras.layers
stacked_encoder = keras.models.Sequential([layers.Flatten(input_shape=[28, 28]), layers.Dense(100, activation="selu"), layers.Dense(30, activation="selu")])
stacked_decoder = keras.models.Sequential([layers.Dense(100, activation="selu", input_shape=[30]), layers.Dense(28 * 28, activation="sigmoid"), layers.Reshape([28, 28])])
stacked_ae = keras.models.Sequential([stacked_encoder, stacked_decoder])
stacked_ae.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.5), metrics=[rounded_accuracy])
history = stacked_ae.fit(X_train, X_train, epochs=20, validation_data=(X_valid, X_valid), verbose=0).history
stage("training and validation")
test_loss, test_accuracy = stacked_ae.evaluate(X_test, X_test, verbose=0)

def plot_image(image):
    plt.imshow(image, cmap="binary")
    plt.axis("off")

def show_reconstructions(model, images=X_valid, n_images=5):
    reconstructions = model.predict(images[:n_images], verbose=0)
    stage("inference")
    plt.figure(figsize=(n_images * 1.5, 3))
    for image_index in range(n_images):
        plt.subplot(2, n_images, 1 + image_index)
        plot_image(images[image_index])
        plt.subplot(2, n_images, 1 + n_images + image_index)
        plot_image(reconstructions[image_index])

show_reconstructions(stacked_ae)
save_fig("reconstruction_plot")
stage("reconstructions' figure")

X_valid_compressed = stacked_encoder.predict(X_valid, verbose=0)
stage("codes")
tsne = TSNE(random_state=42)
X_valid_2D = tsne.fit_transform(X_valid_compressed)
X_valid_2D = (X_valid_2D - X_valid_2D.min()) / (X_valid_2D.max() - X_valid_2D.min())
stage("t-SNE")

plt.scatter(X_valid_2D[:, 0], X_valid_2D[:, 1], c=y_valid, s=10, cmap="tab10")
plt.axis("off")
save_fig("tsne_plot")

plt.figure(figsize=(10, 8))
cmap = plt.cm.tab10
plt.scatter(X_valid_2D[:, 0], X_valid_2D[:, 1], c=y_valid, s=10, cmap=cmap)
image_positions = np.array([[1., 1.]])
for index, position in enumerate(X_valid_2D):
    dist = np.sum((position - image_positions) ** 2, axis=1)
    if np.min(dist) > 0.02: # if far enough from other images
        image_positions = np.r_[image_positions, [position]]
        plt.gca().add_artist(AnnotationBbox(
            OffsetImage(X_valid[index], cmap="binary"), position, bboxprops={"edgecolor": cmap(y_valid[index]), "lw": 2}))
plt.axis("off")
save_fig("visualizacion_mnist_moda")
stage("figures")

print(json.dumps({
    "versions": ", ".join(f"{name} {version(name)}" for name in ("keras", "tensorflow-cpu", "scikit-learn", "matplotlib", "numpy"))
                + f", Python {platform.python_version()}",
    "seconds": seconds, "loss": history["loss"][-1], "val_loss": history["val_loss"][-1], "test_loss": test_loss,
    "test_rounded_accuracy": test_accuracy, "kl_divergence": float(tsne.kl_divergence_), "iterations": int(tsne.n_iter_),
    "thumbnails": len(image_positions) - 1}))
