"""The trainer of the plane, slow from HOLD on while the file named by GANLAB_TEST_HELD is there.

At each of these steps it takes as much more memory as the file is large.
"""

import os
import time
from pathlib import Path

from ganlab.plane import train as trainer
from ganlab.plane.train import *  # noqa: F403
from ganlab.service import worker

HOLD = 300
TAKEN = list[bytes]()
worker.GRACE = 300  # a busy machine may need it; only worker processes import this file


def advance(state):
    held = Path(os.environ["GANLAB_TEST_HELD"])
    if state.step >= HOLD and held.exists():
        time.sleep(0.05)
        TAKEN.append(b"x" * held.stat().st_size)
    return trainer.advance(state)
