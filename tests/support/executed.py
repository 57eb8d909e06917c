"""Exported scripts, run in this process."""

from ganlab.export.script import script


def run(config, member=0):
    """The script's names after its first lines, in a process that is no command line."""
    names = {"__name__": "script"}
    exec(compile(script(config, member), "script", "exec"), names)
    return names
