"""A few of each that `make soak` runs by the hundred, and that a soak sees what goes wrong."""

from pathlib import Path

import pytest

from tests.samples import DEV, changed
from tools.soak import runs
from tools.soak.generator import accepted, draw
from tools.soak.runs import Sandbox, bring_up, converge, replace

pytestmark = pytest.mark.engine

# The first of each environment that comes up, and three that validation refuses.
_DRAWN = {seed: draw(seed) for seed in range(40)}
_TAKEN = {seed: accepted(settings) for seed, settings in _DRAWN.items()}
COME_UP = tuple(
    next(seed for seed in _DRAWN if _TAKEN[seed] and _DRAWN[seed]["environment"] == environment)
    for environment in ("dev", "staging", "prod")
)
REFUSED = tuple(seed for seed in _DRAWN if not _TAKEN[seed])[:3]
# Crashes before a change and after one, each kind of outage, both at once, in `up` and in `destroy`; reads that fail.
OUTAGES = (2, 5, 13)
# While a password's predecessor still stands in the state; once with every read failing afterwards.
REPLACED = (20, 41)


@pytest.mark.parametrize("seed", COME_UP)
def test_generated_settings_come_up(seed: int, tmp_path: Path) -> None:
    outcome = bring_up(seed, tmp_path)
    assert outcome.verdict == "came up", outcome.detail


@pytest.mark.parametrize("seed", REFUSED)
def test_wrong_settings_are_refused_by_validation(seed: int, tmp_path: Path) -> None:
    outcome = bring_up(seed, tmp_path)
    assert outcome.verdict == "refused by validation", outcome.detail


@pytest.mark.parametrize("seed", OUTAGES)
def test_outages_and_crashes_are_overcome(seed: int, tmp_path: Path) -> None:
    outcome = converge(seed, tmp_path)
    assert outcome.verdict == "converged", outcome.detail


@pytest.mark.parametrize("seed", REPLACED)
def test_a_crash_while_much_is_replaced_is_overcome(seed: int, tmp_path: Path) -> None:
    outcome = replace(seed, tmp_path)
    assert outcome.verdict == "converged", outcome.detail


def test_a_soak_sees_what_leaks_and_what_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: soak\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(f"{runs.PROGRAM}\nword.result.apply(print)\n", encoding="utf-8")
    sandbox = Sandbox(tmp_path)
    sandbox.run("up")
    assert runs.whole(sandbox) == "1 secrets stand in what was printed"

    sandbox.run("drift", "login-a", "--delete")
    assert runs.whole(sandbox).startswith("state and world differ")
    assert "login-b" in runs.empty(sandbox)


def test_a_soak_sees_what_validation_lets_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = changed(DEV, database={"instance_class": "db.t9g.large"})
    monkeypatch.setattr(runs, "draw", lambda seed: settings)

    outcome = bring_up(0, tmp_path)

    assert outcome.verdict == "FOUND"
    assert "db.t9g.large" in outcome.detail
