"""Runs of the counter that stands for a GAN: asking for one, computing it in this process, what its frames must be."""

import counter_engine

from ganlab.plane.config import PlaneConfig
from ganlab.service import worker

COUNTER = {"plane": "counter_engine"}
ME, YOU = "me", "you"


def counter(steps=30, seed=0, **fields):
    return PlaneConfig(steps=steps, seed=seed, g_lr=fields.pop("seconds", 1e-6), **fields)


def wish(store, config, viewer=ME):
    store.wish(config.key(), config.to_json(), config.steps, viewer)
    return config.key()


def counted(config, steps=None):
    """The frames of an undisturbed run of the counter."""
    state = counter_engine.start(config)
    frames = [counter_engine.snapshot(state)]
    while state.step < (steps or config.steps):
        frames.append(counter_engine.advance(state))
    return {frame.step: counter_engine.encode(config, frame)[0] for frame in frames if frame}


def work(store, engines=COUNTER):
    worker.work(store.path, "here/0", engines)
