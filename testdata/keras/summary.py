"""What Keras' summary(expand_nested=True) prints for the chapter's autoencoder and others of its kind.
usage: python summary.py   (writes summary-UNITS-….txt beside itself)"""
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from tensorflow import keras

def stacked(hidden):
    layers = keras.layers
    encoder = keras.models.Sequential([layers.Flatten(input_shape=[28, 28])] + [layers.Dense(u, activation="selu") for u in hidden])
    units = [*hidden[-2::-1], 28 * 28]
    first = {"input_shape": [hidden[-1]]}
    decoder = keras.models.Sequential(
        [layers.Dense(u, activation="selu" if i < len(units) - 1 else "sigmoid", **(first if i == 0 else {})) for i, u in enumerate(units)]
        + [layers.Reshape([28, 28])])
    return keras.models.Sequential([encoder, decoder])

for hidden in [100, 30], [256, 100, 30], [2000, 1000, 30], [30]:
    keras.backend.clear_session()
    name = "summary-" + "-".join(map(str, hidden)) + ".txt"
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "w", encoding="utf-8") as f:
        stacked(hidden).summary(expand_nested=True, print_fn=lambda line: print(line, file=f))
