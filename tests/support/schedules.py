"""The steps of a run that become frames, as lists."""

from ganlab.digits import frame as digits_frame
from ganlab.plane import frame


def frame_steps(limit):
    """Those of a run on the plane, up to a step."""
    return [step for step in frame.schedule() if step <= limit]


def digit_steps(config):
    """Those of a run on digits, up to its target."""
    return sorted(step for step in digits_frame.schedule(config) if step <= config.steps)
