"""The trainer of the plane, slow from HOLD on while the file named by GANLAB_TEST_HELD is there."""

import os
import time
from pathlib import Path

from ganlab.plane import train as trainer
from ganlab.plane.train import *  # noqa: F403
from ganlab.service import worker

HOLD = 300
worker.GRACE = 300  # a busy machine may need it; only worker processes import this file


def advance(state):
    if state.step >= HOLD and Path(os.environ["GANLAB_TEST_HELD"]).exists():
        time.sleep(0.05)
    return trainer.advance(state)
