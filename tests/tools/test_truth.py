"""`make truth`: what is asked again, and what is told of it."""

import pytest

from tools.truth.__main__ import main, told
from tools.truth.both import asked
from tools.truth.cases import Case, cases
from tools.truth.compare import KNOWN, Verdict

LATE = ("step 0: ours late, the real one in time",)


def run(late: dict[str, int]) -> list[Verdict]:
    """Ask cases that differ as often as it says."""
    left = dict(late)

    def verdict_of(case: Case, suffix: str) -> Verdict:
        left[case.name] = left.get(case.name, 0) - 1
        return Verdict(case, LATE if left[case.name] >= 0 else ())

    unknown = [case for case in cases() if case.name not in KNOWN]
    return list(asked(verdict_of, unknown))


def test_what_differs_beside_others_alone_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = run({"configmap-data": 1})

    assert not told(verdicts, 1)
    assert f"configmap-data: both agree when asked alone; beside others: {LATE[0]}" in capsys.readouterr().out


def test_what_differs_alone_too_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = run({"configmap-data": 2})

    assert told(verdicts, 1)
    assert "configmap-data: NOT KNOWN" in capsys.readouterr().out


def test_a_known_difference_is_asked_once() -> None:
    known = [case for case in cases() if case.name in KNOWN]
    times = []

    def verdict_of(case: Case, suffix: str) -> Verdict:
        times.append(suffix)
        return Verdict(case, LATE)

    assert len(list(asked(verdict_of, known))) == len(known) == len(times)


def test_a_case_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["configmap-dato"])

    assert ended.value.code == 2
    assert "no such case: configmap-dato" in capsys.readouterr().err
