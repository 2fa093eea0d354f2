"""What each remediation adds to a resource, and to which it adds nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from platform_policies.kit.reading import UNKNOWN
from platform_policies.kit.remediation import Remediation
from platform_policies.kit.rule import Resource

_TAGS = {"tags": {"Project": "web", "Owner": "jo"}}


@dataclass(frozen=True)
class Addition:
    """A resource, and what it lacks."""

    props: Mapping[str, Any]
    lacks: Mapping[str, Any]
    type: str = "aws:s3/bucket:Bucket"
    provider: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=lambda: _TAGS)

    def holds(self, remediation: Remediation) -> bool:
        """Return whether a remediation adds this and nothing else."""
        asked = Resource(self.type, "it", dict(self.props), False, dict(self.provider), self.parameters)
        return remediation.lacking(asked) == self.lacks


CASES: Mapping[str, tuple[Addition, ...]] = {
    "fill-tags": (
        Addition({}, _TAGS),
        Addition({"tags": {"Owner": "al"}}, {"tags": {"Project": "web"}}),
        Addition({"tags": {"Owner": "al", "Project": "b"}}, {}),
        Addition({}, {"tags": {"Owner": "jo"}}, provider={"defaultTags": {"tags": {"Project": "b"}}}),
        Addition({"tags": UNKNOWN}, {}),
        Addition({"tags": {"Owner": UNKNOWN}}, {}),
        Addition({"tags": {"Owner": "al"}}, {}, type="random:index/randomId:RandomId"),
        Addition({}, {}, parameters={}),
    ),
}
