"""The provider of AWS whose values and changes a terraform-provider-aws binary judges."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import differences, diffing
from ..account import Account
from ..checks import Failure
from ..clusters.registry import Clusters
from ..provider import Provider
from ..wire import to_python
from .judge import TerraformJudge


class TerraformProvider(Provider):
    """As it is, but for who decides which values are refused and what a change comes to."""

    def __init__(self, account: Account, clusters: Clusters, program: Path) -> None:
        super().__init__("aws", account, clusters)
        self._judge = TerraformJudge(program)

    def stop(self) -> None:
        """End the binary."""
        self._judge.stop()

    def _refused(self, token: str, news: Mapping[str, Any]) -> list[Failure]:
        told = self._judge.refusals(token, news)
        if told is None:
            return super()._refused(token, news)
        return [Failure(path, f"{why} ({self._judge.source})") for path, why in told]

    def _compared(
        self, token: str, old: dict[str, Any], new: dict[str, Any], request: Any, config: dict[str, Any]
    ) -> differences.Diff:
        recorded = super()._compared(token, old, new, request, config)
        told = self._judge.changed(token, old, new, to_python(request.olds))
        return recorded if told is None else diffing.judged(token, old, new, recorded, told)
