"""A kind of run that is no GAN: M networks fit a curve, each with one loss. All that a third kind has to bring.

Registered by one line, `KINDS[TinyConfig.kind] = TINY`.
"""

from ganlab.kinds import Kind
from tiny_kind.config import TinyConfig

TINY = Kind(config=TinyConfig, engine="tiny_kind.engine", evaluation="tiny_kind.evaluation")
