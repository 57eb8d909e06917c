"""Studies computed in this process, by the worker's own code."""

from ganlab.kinds import engines
from ganlab.service import worker
from ganlab.service.runs import RunStatus
from ganlab.studies import study
from ganlab.studies.executors import Local


class Here:
    """Computes what is submitted; counts it."""

    def __init__(self, store, trainers=None):
        self.store, self.engines, self.submitted = store, trainers or engines(), []

    def submit(self, config, viewer):
        self.submitted.append(config)
        self.store.wish(config.key(), config.to_json(), config.steps, viewer)
        worker.work(self.store.path, "here/0", self.engines)
        return config.key()

    def status(self, key, viewer=None):
        row = self.store.run(key)
        return RunStatus(row.state, row.step, row.target, note=row.note, facts=row.facts)


def finish(place, runs, grid):
    """The last progress of a study that is computed to its end."""
    *_, last = study.run(grid, place, Local(runs))
    return last
