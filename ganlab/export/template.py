"""Templates of exported scripts, and what every script gets at last: imports; single blank lines if it is long."""

from __future__ import annotations

import re
from functools import lru_cache

import torch
from jinja2 import Environment, StrictUndefined, Template

TEMPLATES = Environment(  # noqa: S701 - the result is a program, not a page
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
LINES = 150
"""Lines from which a script has single blank lines between its functions."""
IMPORTS = "@imports@"
"""Where a template has its imports."""
STREAM = '''\
def stream(*names):
    """A random generator for one purpose: equal names give equal numbers."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *names))).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)


'''
STANDARD = ("base64", "copy", "hashlib", "math")


def filled(template: str, **values: object) -> str:
    """A template filled with values. Raises jinja2.UndefinedError for a name without a value."""
    return compiled(template).render(values)


@lru_cache(64)
def compiled(template: str) -> Template:
    """A template, compiled once: that takes ten times as long as to fill it."""
    return TEMPLATES.from_string(template)


def finished(text: str) -> str:
    """A script with the imports that it needs."""
    text = text.replace(IMPORTS, imports(text))
    return text if text.count("\n") <= LINES else text.replace("\n\n\n", "\n\n")


def imports(text: str) -> str:
    """The imports that a script needs."""
    standard = [f"import {name}" for name in STANDARD if re.search(rf"(?<![.\w]){name}\.", text)]
    called = set(re.findall(r"(?<![.\w])(\w+)\(", text)) - set(re.findall(r"def (\w+)\(", text))
    known = sorted(name for name in called if hasattr(torch.nn.functional, name))
    functions = [f"from torch.nn.functional import {', '.join(known)}"] if known else []
    return "\n".join([*standard, "", "import torch", "from torch import nn", *functions])
