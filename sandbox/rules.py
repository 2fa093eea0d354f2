"""What a run is told about the clouds: which laws hold, and what goes wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Rules:
    """What a run is told about the account."""

    laws: bool = True
    quotas: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    crash_after: int = 0
    real_clusters: bool = True
    """Whether a cluster is a real control plane, or its objects are only stored."""

    def to_json(self) -> str:
        """The rules as one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Rules":
        """The rules that `to_json` wrote."""
        return cls(**json.loads(text))
