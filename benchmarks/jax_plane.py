"""The peer of benchmarks/steps.py: the same GAN on the plane in JAX, all members and many steps in one compiled call.

Runs in an environment of its own, which has jax, and imports nothing of ours. Each line "WIDTH DEPTH BATCH MEMBERS
SECONDS" on its input is answered by member steps per CPU second, after the call is compiled. One thread.
"""

import os
import sys
import time
from functools import partial

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp

LR, BETA1, BETA2, EPSILON = 5e-4, 0.5, 0.999, 1e-8
STEPS = 50
"""In one call."""


def perceptron(sizes, key):
    keys = jax.random.split(key, len(sizes) - 1)
    bounds = [(n, m, n**-0.5, k) for n, m, k in zip(sizes[:-1], sizes[1:], keys, strict=True)]
    return [(jax.random.uniform(k, (n, m), minval=-b, maxval=b), jnp.zeros(m)) for n, m, b, k in bounds]


def outputs(layers, x):
    for weight, bias in layers[:-1]:
        x = jax.nn.leaky_relu(x @ weight + bias, 0.2)
    return x @ layers[-1][0] + layers[-1][1]


def ring(key, n):
    spot, noise = jax.random.split(key)
    angle = jax.random.randint(spot, (n,), 0, 8) * (jnp.pi / 4)
    return 2 * jnp.stack([jnp.cos(angle), jnp.sin(angle)], -1) + 0.1 * jax.random.normal(noise, (n, 2))


def d_loss(d, g, real, z):
    return jax.nn.softplus(-outputs(d, real)).mean() + jax.nn.softplus(outputs(d, outputs(g, z))).mean()


def g_loss(g, d, z):
    return jax.nn.softplus(-outputs(d, outputs(g, z))).mean()


def adam(weights, gradients, memory):
    first, second, count = memory
    count = count + 1
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
    one, two = 1 - BETA1**count, 1 - BETA2**count
    moved = jax.tree.map(lambda w, m, v: w - LR * (m / one) / (jnp.sqrt(v / two) + EPSILON), weights, first, second)
    return moved, (first, second, count)


def step(batch, state, key):
    g, d, of_g, of_d = state
    a, b, c = jax.random.split(key, 3)
    loss_d, slope = jax.value_and_grad(d_loss)(d, g, ring(a, batch), jax.random.normal(b, (batch, 2)))
    d, of_d = adam(d, slope, of_d)
    loss_g, slope = jax.value_and_grad(g_loss)(g, d, jax.random.normal(c, (batch, 2)))
    g, of_g = adam(g, slope, of_g)
    return (g, d, of_g, of_d), (loss_d, loss_g)


def loop(width, depth, batch, members):
    """Yields after STEPS steps of all members."""
    hidden = [width] * depth

    def begin(key):
        g, d = perceptron([2, *hidden, 2], key), perceptron([2, *hidden, 1], jax.random.fold_in(key, 1))
        zeros = [(jax.tree.map(jnp.zeros_like, net), jax.tree.map(jnp.zeros_like, net), 0.0) for net in (g, d)]
        return g, d, *zeros

    run = jax.jit(jax.vmap(lambda state, key: jax.lax.scan(partial(step, batch), state, jax.random.split(key, STEPS))))
    key = jax.random.key(0)
    state = jax.vmap(begin)(jax.random.split(key, members))
    while True:
        key, now = jax.random.split(key)
        state, losses = run(state, jax.random.split(now, members))
        jax.block_until_ready(losses)
        yield


def main():
    loops = {}
    print("ready", flush=True)
    for line in sys.stdin:
        *sizes, seconds = line.split()
        width, depth, batch, members = map(int, sizes)
        if line not in loops:
            loops[line] = loop(width, depth, batch, members)
            next(loops[line]), next(loops[line])
        calls, began = 0, time.process_time()
        while time.process_time() - began < float(seconds):
            next(loops[line])
            calls += 1
        print(calls * STEPS * members / (time.process_time() - began), flush=True)


if __name__ == "__main__":
    main()
