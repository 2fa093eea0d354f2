"""Whatever a chart is told, in either stack, is a key that the chart of that very version knows."""

import pulumi_kubernetes as k8s
import pytest

from testing.program import run
from tests.components.monitoring_stack.charts.test_keys import known, unknown


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_chart_of_the_program_knows_every_key(stack: str) -> None:
    releases = run(stack).cloud.of(k8s.helm.v3.Release)
    faults = [
        f"{each.name}: {key}"
        for each in releases
        for key in unknown(
            each.inputs["values"], known(f"{each.inputs['chart'].rsplit('/')[-1]}-{each.inputs['version']}")
        )
    ]
    assert not faults, faults
    assert len(releases) > 5  # a program without charts would pass otherwise


def test_a_version_without_a_record_is_noticed() -> None:
    with pytest.raises(FileNotFoundError):
        known("keda-2.18.0")
