"""The peer of benchmarks/mnist.py: TensorFlow's DCGAN tutorial in Keras, its networks, settings and training step.

Written by us from the description of that tutorial (tensorflow/docs, site/en/tutorials/generative/dcgan.ipynb); runs in
an environment of its own, which has tensorflow-cpu, and imports nothing of ours. `speed` answers every line "N" on its
input with what N steps took; `train` trains for some epochs and leaves their losses and 10,000 images each in a folder.
`--updates apart` is the other step that notebooks teach: D on real images, D on what `predict` gives, then G.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

BATCH, NOISE, PIXELS = 256, 100, 28
SAMPLES = 10_000


def generator():
    return keras.Sequential(
        [
            *(keras.Input((NOISE,)), layers.Dense(7 * 7 * 256, use_bias=False)),
            *(layers.BatchNormalization(), layers.LeakyReLU(), layers.Reshape((7, 7, 256))),
            layers.Conv2DTranspose(128, 5, 1, "same", use_bias=False),
            *(layers.BatchNormalization(), layers.LeakyReLU()),
            layers.Conv2DTranspose(64, 5, 2, "same", use_bias=False),
            *(layers.BatchNormalization(), layers.LeakyReLU()),
            layers.Conv2DTranspose(1, 5, 2, "same", use_bias=False, activation="tanh"),
        ]
    )


def discriminator():
    return keras.Sequential(
        [
            *(keras.Input((PIXELS, PIXELS, 1)), layers.Conv2D(64, 5, 2, "same"), layers.LeakyReLU()),
            *(layers.Dropout(0.3), layers.Conv2D(128, 5, 2, "same"), layers.LeakyReLU()),
            *(layers.Dropout(0.3), layers.Flatten(), layers.Dense(1)),
        ]
    )


class Gan:
    """Both networks and their optimisers; its two kinds of step are compiled."""

    def __init__(self, options):
        self.g, self.d = generator(), discriminator()
        self.g_adam, self.d_adam = (keras.optimizers.Adam(options.rate, options.beta1) for _ in "gd")
        self.g_adam.build(self.g.trainable_variables)
        self.d_adam.build(self.d.trainable_variables)
        self.saved = tf.train.Checkpoint(g=self.g, d=self.d, g_adam=self.g_adam, d_adam=self.d_adam)
        self.step = getattr(self, options.updates)
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def against(self, label, logits):
        """The mean cross-entropy of logits (B, 1) with one label."""
        logits = tf.cast(logits, tf.float32)
        return self.cross_entropy(tf.fill(tf.shape(logits), label), logits)

    @tf.function
    def together(self, real):
        """Both gradients from one pass, then both updates: (mean of D's two terms, G's loss)."""
        z = tf.random.normal((BATCH, NOISE))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = self.g(z, training=True)
            real_logits, fake_logits = self.d(real, training=True), self.d(fake, training=True)
            g_loss = self.against(1.0, fake_logits)
            d_loss = self.against(1.0, real_logits) + self.against(0.0, fake_logits)
        move(self.g_adam, self.g, g_tape, g_loss)
        move(self.d_adam, self.d, d_tape, d_loss)
        return d_loss / 2, g_loss

    @tf.function
    def apart(self, real):
        """D's update on real images, another on images of the averaged statistics, G's: as `together`."""
        fake, d_losses = self.g(tf.random.normal((BATCH, NOISE)), training=False), []
        for images, label in ((real, 1.0), (fake, 0.0)):
            with tf.GradientTape() as tape:
                d_losses.append(self.against(label, self.d(images, training=True)))
            move(self.d_adam, self.d, tape, d_losses[-1])
        with tf.GradientTape() as tape:
            fake = self.g(tf.random.normal((BATCH, NOISE)), training=True)
            g_loss = self.against(1.0, self.d(fake, training=True))
        move(self.g_adam, self.g, tape, g_loss)
        return sum(d_losses) / 2, g_loss

    def sample(self, n):
        """Images (n, 28, 28) uint8, with the running statistics of the batches."""
        parts = [self.g(tf.random.normal((500, NOISE)), training=False) for _ in range(n // 500)]
        images = np.concatenate([np.asarray(tf.cast(part, tf.float32)) for part in parts])[..., 0]
        return np.rint(images * 127.5 + 127.5).clip(0, 255).astype(np.uint8)


def move(optimizer, net, tape, loss):
    """One step of an optimiser down a loss."""
    weights = net.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


def batches(folder):
    """The training images in shuffled batches, the last of an epoch short, in [-1, 1]."""
    raw = np.fromfile(Path(folder) / "MNIST/raw/train-images-idx3-ubyte", np.uint8, offset=16)
    images = (raw.reshape(-1, PIXELS, PIXELS, 1).astype(np.float32) - 127.5) / 127.5
    return tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(BATCH)


def timed(steps, work):
    """What `work` took."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return {"steps": steps, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def speed(gan, folder):
    endless = iter(batches(folder).filter(lambda images: tf.shape(images)[0] == BATCH).repeat())

    def some(steps):
        for _ in range(steps):
            losses = gan.step(next(endless))
        return [float(loss) for loss in losses]

    some(3)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(int(line), lambda steps=int(line): some(steps))), flush=True)


def train(gan, options):
    """Goes on from the last epoch that is complete in the folder."""
    out, log = options.out, options.out / "epochs.jsonl"
    out.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    if rows:
        gan.saved.read(str(out / f"state_{len(rows)}")).assert_consumed()
        keras.utils.set_random_seed(options.seed + 1000 * len(rows))
    data = batches(options.data).take(options.steps)
    for epoch in range(len(rows) + 1, options.epochs + 1):
        rows.append({"epoch": epoch} | one_epoch(gan, data, rows[-1]["cpu"] if rows else 0.0))
        np.savez_compressed(out / f"epoch_{epoch}.npz", images=gan.sample(SAMPLES))
        gan.saved.write(str(out / f"state_{epoch}"))
        with log.open("a") as file:
            file.write(json.dumps(rows[-1]) + "\n")


def one_epoch(gan, data, cpu):
    """Its mean losses, and the CPU seconds up to its end."""
    losses = []
    spent = timed(0, lambda: losses.extend(gan.step(real) for real in data))
    d_loss, g_loss = np.mean([[float(loss) for loss in pair] for pair in losses], 0)
    return {"d_loss": d_loss, "g_loss": g_loss, "cpu": cpu + spent["cpu"], "wall": spent["wall"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "train"))
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32")
    parser.add_argument("--updates", choices=("together", "apart"), default="together")
    parser.add_argument("--rate", type=float, default=1e-4, help="Adam's, of both")
    parser.add_argument("--beta1", type=float, default=0.9, help="Adam's, of both")
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=-1, help="of an epoch, at most, for a try")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("keras"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(options.seed)
    keras.mixed_precision.set_global_policy(options.precision)
    if options.what == "speed":
        speed(Gan(options), options.data)
    else:
        train(Gan(options), options)


if __name__ == "__main__":
    main()
