"""The databases that the tests of the class board run on."""

from databases import engines, server  # noqa: F401
