"""The device and the arithmetic of a run: what its bits depend on beside its config.

A run's device is PyTorch's name of it, or for example `cpu/mps/differs`: the run is on the CPU because an accelerator
failed, with the reason (missing, unable, differs).
"""

from __future__ import annotations

import os

from ganlab.host import settings
from ganlab.host.failure import RunError

CPU = "cpu"
AGREES = 0.25
"""How far an accelerator's gradient may lie from the processor's, as a share of its norm: rounding in bfloat16 is a few
hundredths, a wrong layout in memory is 1 and more."""


class DeviceError(RunError):
    """A device that cannot do what a run asks for: its name, and the reason's key (missing, unable, differs)."""

    failure = "device"

    def __init__(self, device: str, reason: str, error: object = ""):
        self.device, self.reason = device, reason
        super().__init__(f"{device}: {reason} {error}".rstrip())


def chosen() -> str:
    """GANLAB_DEVICE, else the accelerator that PyTorch finds (cuda, mps, ...), else cpu. Raises DeviceError."""
    wished = settings.read().device
    if wished == CPU:
        return CPU
    there = found()
    if wished not in ("", there):
        raise DeviceError(wished, "missing", f"(GANLAB_DEVICE={wished}: expected {CPU}, {there} or nothing)")
    return there


def found() -> str:
    """The accelerator of this machine that PyTorch was built for; cpu without one."""
    import torch

    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return accelerator.type if accelerator else CPU


def failed(error: DeviceError) -> str:
    """The device of a run that is computed on the CPU instead."""
    return f"{CPU}/{error.device}/{error.reason}"


def device_parts(device: str) -> tuple[str, str, str]:
    """(the device in use, the accelerator that failed, the reason); the last two are '' if none failed."""
    used, missed, reason = (*device.split("/"), "", "")[:3]
    return used, missed, reason


def fix_arithmetic(threads: int, precision: str, device: str = CPU) -> None:
    """Sets the arithmetic that a run was submitted with.

    An accelerator computes float32 in float32, convolutions too, and in the same order each time where it has a way to.
    """
    import torch

    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision(precision)
    if device != CPU:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.allow_tf32 = False
    torch.set_deterministic_debug_mode("default" if device == CPU else "warn")
