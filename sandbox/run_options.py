"""What a run is told about the clouds: which laws hold, and what goes wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class RunOptions:
    """What a run is told about the account."""

    laws: bool = True
    laws_off: Sequence[str] = ()
    """The ids of laws that are not judged."""
    quotas: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    crash_after: int = 0
    """After how many changes the engine dies, before the last is reported."""
    crash_before: int = 0
    """Before which change it dies, once the engine has noted it."""
    real_clusters: bool = True
    """Whether a cluster that is made gets a real control plane, or its objects are only stored."""
    real_provider: bool = False
    """Whether the Kubernetes provider itself works on what has a control plane."""
    controllers: bool = False
    """Whether KEDA's operator itself runs beside a control plane."""
    aws_provider: str = ""
    """The program that judges what AWS is asked for, in place of what was recorded of it."""
    charts_folder: str = ""
    """Where archives of Helm charts lie (`<chart>-<version>.tgz`)."""
    secrets_file: str = ""
    """A JSON object: what a person put into Secrets Manager by hand, by the secret's name or ARN."""
    given_file: str = ""
    """A JSON object of what others made (sandbox/given.py)."""
    kept_environment: Sequence[str] = ()
    """Variables of the caller's that the program is given although they may open something real."""

    def secrets(self) -> Mapping[str, str]:
        """Return what the file says. Its values never stand on a command line."""
        kept: dict[str, str] = json.loads(Path(self.secrets_file).read_text("utf-8")) if self.secrets_file else {}
        return kept

    def to_json(self) -> str:
        """Return the options as one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "RunOptions":
        """Return the options that `to_json` wrote."""
        return cls(**json.loads(text))
