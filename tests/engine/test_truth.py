"""Our Kubernetes provider answers as the real one does: a few cases of `make truth`, where that one is built."""

import pytest

from sandbox.control_plane.binaries import minors
from sandbox.real_provider.program import built_program
from tools.truth.both import bench
from tools.truth.cases import FEW, cases


def test_ours_answers_as_the_real_provider_does() -> None:
    program = built_program()
    if program is None:
        pytest.skip(
            "the Kubernetes provider is not built: `python -m sandbox install --kubernetes-provider`, 3 minutes"
        )
    with bench(program, minors()[0]) as both:
        apart = {verdict.case.name: verdict.differences for verdict in both.run(cases(FEW)) if verdict.differences}

    assert apart == {}
