"""The chapter's training steps in PyTorch, eager, or in JAX, an epoch one compiled scan: a JSON object with the seconds
and the mean loss of each epoch. Loss from logits, no metric, no validation.
usage: FASHION=folder of the four IDX .gz files python frameworks.py torch|jax EPOCHS"""
import gzip, json, os, platform, sys, time
import numpy as np

UNITS, BATCH, RATE, SEED = [784, 100, 30, 100, 784], 32, 1.5, 42

def with_torch(images):
    """Returns the versions, and a function that trains an epoch and returns its loss."""
    import torch
    from torch import nn
    torch.manual_seed(SEED)
    dense = [nn.Linear(*units) for units in zip(UNITS, UNITS[1:])]
    for layer in dense:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    model = nn.Sequential(dense[0], nn.SELU(), dense[1], nn.SELU(), dense[2], nn.SELU(), dense[3])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = nn.BCEWithLogitsLoss()
    images = torch.from_numpy(images)

    def epoch():
        total = 0.
        for order in torch.randperm(len(images)).split(BATCH):
            batch = images[order]
            optimizer.zero_grad()
            loss = loss_of(model(batch), batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        return total / len(images)

    return f"PyTorch {torch.__version__}", epoch

def with_jax(images):
    """Returns the versions, and a function that trains an epoch and returns its loss."""
    import jax, jax.numpy as jnp
    glorot = jax.nn.initializers.glorot_uniform()
    keys = jax.random.split(jax.random.key(SEED), len(UNITS) - 1)
    params = [(glorot(key, units), jnp.zeros(units[1])) for key, units in zip(keys, zip(UNITS, UNITS[1:]))]
    images, rng = jnp.array(images), np.random.default_rng(SEED)

    def loss_of(params, batch):
        x = batch
        for weights, bias in params[:-1]:
            x = jax.nn.selu(x @ weights + bias)
        logits = x @ params[-1][0] + params[-1][1]
        return jnp.mean(jnp.maximum(logits, 0) - logits * batch + jnp.log1p(jnp.exp(-jnp.abs(logits))))

    @jax.jit
    def compiled(params, images, order):
        def step(params, order):
            loss, gradients = jax.value_and_grad(loss_of)(params, images[order])
            return jax.tree.map(lambda p, g: p - RATE * g, params, gradients), loss

        whole = len(images) // BATCH * BATCH
        params, losses = jax.lax.scan(step, params, order[:whole].reshape(-1, BATCH))
        params, last = step(params, order[whole:])
        return params, (losses.sum() * BATCH + last * (len(images) - whole)) / len(images)

    def epoch():
        nonlocal params
        params, loss = compiled(params, images, rng.permutation(len(images)))
        return float(loss)  # waits until all is computed

    return f"JAX {jax.__version__}", epoch

with gzip.open(os.path.join(os.environ["FASHION"], "train-images-idx3-ubyte.gz")) as f:
    images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)[:-5000].astype(np.float32) / 255
versions, epoch = {"torch": with_torch, "jax": with_jax}[sys.argv[1]](images)
seconds, losses = [], []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    losses.append(epoch())
    seconds.append(time.perf_counter() - start)
print(json.dumps({
    "versions": f"{versions}, numpy {np.__version__}, Python {platform.python_version()}", "epoch_seconds": seconds, "losses": losses}))
