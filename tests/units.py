"""Which tests go to a worker together, where several run them: what one of them made, the others find made.

A plugin of pytest-xdist, of tests/conftest.py. Its own `--dist loadgroup` groups nothing since pytest 9.2, and says
nothing (https://github.com/pytest-dev/pytest-xdist/issues/1386).
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# what runs whole stacks on the mocks
_RENDERS = re.compile(r"^from (testing\.program|tools\.shapes|tests\.chart_judges|tools import .*\bshapes)\b", re.M)


@cache
def renders(file: Path) -> bool:
    """Whether tests of a file make whole stacks on the mocks: all who do are one unit, in which each is made once."""
    return bool(_RENDERS.search(file.read_text(encoding="utf-8")))


def of_the_engine(file: Path) -> bool:
    """Whether a file is of the tests that run the real engine."""
    return file.parent.name == "engine"


@cache
def shares(file: Path) -> bool:
    """Whether tests of a file share what one of them made: all but the engine's that have no fixture in common."""
    return not of_the_engine(file) or 'scope="module"' in file.read_text(encoding="utf-8")


class Units(LoadScopeScheduling):  # type: ignore[misc] # it is untyped
    """Hands out units in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        path = self.config.rootpath / file
        return "rendering" if renders(path) else file if shares(path) else nodeid

    def remove_node(self, node: WorkerController) -> str | None:
        """Give what a worker has left to the others, and return the test in which it died, if it did.

        xdist's own also gives them what is done already, of which no worker ever reports anything: the run never ends.
        And it gives them the test that killed one.
        """
        left: dict[str, dict[str, bool]] = {}
        died_in = None
        for unit, tests in self.assigned_work.pop(node).items():
            pending = [test for test, done in tests.items() if not done]
            if pending and died_in is None:
                died_in, *pending = pending
            if pending:
                left[unit] = dict.fromkeys(pending, False)
        self.workqueue.update(left)
        for other in self.assigned_work:
            self._reschedule(other)
        return died_in


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Units | None:
    """Hand tests out by their units, where nobody asked for another way."""
    return Units(config, log) if config.getoption("dist") == "load" else None
