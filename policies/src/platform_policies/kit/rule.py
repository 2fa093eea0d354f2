"""What a rule says of itself, and a rule over one resource."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from .reading import get, items

Severity = Literal["critical", "high", "medium", "low"]
Level = Literal["mandatory", "advisory", "disabled"]
Concern = Literal[
    "at-rest", "in-transit", "boundary", "privilege", "identity", "secrets", "audit", "backup", "availability",
    "patching", "configuration", "cost",
]  # fmt: skip

# NIST SP 800-53 Rev. 5, by what a rule is about; and the article of Brazil's Lei 13.709/2018 (LGPD) that it serves
# where personal data is held: 46 (measures that protect it), 48 (an incident must be told), 49 (systems built to
# be secure), 6 VII and VIII (security, prevention).
CONCERNS: dict[Concern, tuple[str, str]] = {
    "at-rest": ("SC-28", "Art. 46"),
    "in-transit": ("SC-8", "Art. 46"),
    "boundary": ("SC-7", "Art. 46"),
    "privilege": ("AC-6", "Art. 46"),
    "identity": ("AC-3", "Art. 46"),
    "secrets": ("IA-5", "Art. 46"),
    "audit": ("AU-12", "Art. 48"),
    "backup": ("CP-9", "Art. 6 VIII"),
    "availability": ("CP-10", "Art. 6 VII"),
    "patching": ("SI-2", "Art. 49"),
    "configuration": ("CM-6", ""),
    "cost": ("", ""),
}

PAGE = "docs/policies.md"
"""Where every rule is told of, in the repository that the packs come from."""
_FSBP = re.compile(r"FSBP (\w+)\.(\d+)")
_NAMES = re.compile(r"([\w:/|-]|\\[.-])+")
_PSS = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"


@dataclass(frozen=True)
class RuleMetadata:
    """What every rule says of itself."""

    id: str
    severity: Severity
    sentence: str
    """What holds where the rule is kept."""
    advice: str
    """What to do. It names no value of a resource: a policy sees secrets in clear."""
    concern: Concern
    refs: str = field(default="", kw_only=True)
    """Controls of frameworks, separated by commas: FSBP (AWS Foundational Security Best Practices), CIS AWS 3.0.0,
    CIS EKS 1.5.0, PSS (Pod Security Standards), and checks of checkov (CKV) and kube-score."""
    link: str = field(default="", kw_only=True)
    level: Level = field(default="mandatory", kw_only=True)
    parameters: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    """Names and defaults of what a stack may set."""

    @property
    def url(self) -> str:
        """Where to read on: as given, or what the first reference leads to."""
        control = _FSBP.search(self.refs)
        if self.link or not (control or "PSS" in self.refs):
            return self.link
        if not control:
            return _PSS
        service, count = control[1].lower(), control[2]
        return f"https://docs.aws.amazon.com/securityhub/latest/userguide/{service}-controls.html#{service}-{count}"

    @property
    def frameworks(self) -> str:
        """Return the controls that the rule serves."""
        nist, lgpd = CONCERNS[self.concern]
        return ", ".join(text for text in (self.refs, nist and f"NIST {nist}", lgpd and f"LGPD {lgpd}") if text)

    def message(self, note: str = "", subject: str = "") -> str:
        """Return what a violation says, on one line; the controls that it is about stand where the link leads."""
        about = f" {subject}" if subject else ""
        said = f"{self.sentence}{f' ({note})' if note else ''}"
        return f"{self.id} ({self.severity}){about}: {said}; {self.advice}. {PAGE}#{self.id}"


@dataclass(frozen=True)
class Resource:
    """A resource as a rule sees it: plain properties (camelCase), and what the program said about it."""

    type: str
    name: str
    props: dict[str, Any]
    protect: bool
    provider: dict[str, Any]
    """The properties of its provider."""
    parameters: Mapping[str, Any]
    memo: dict[str, Any] = field(default_factory=dict, compare=False)
    """What rules have worked out of the properties, for the rules that come after them."""

    def get(self, *path: str | int) -> Any:
        """Return the property at a path: None where nothing is, UNKNOWN where it is unknown."""
        return get(self.props, *path)

    def items(self, *path: str | int) -> list[Any]:
        """Return the list at a path; empty where there is none or it is unknown."""
        return items(self.props, *path)


@dataclass(frozen=True)
class Rule(RuleMetadata):
    """One rule over resources of some types. It judges one property, and holds where that is unknown."""

    types: str
    """A regular expression that the whole resource type matches."""
    holds: Callable[[Resource], bool]
    judges: str = field(default="", kw_only=True)
    """What it judges, in words, where `types` is too long to be read."""
    where: Callable[[Resource], str] = field(default=lambda _: "", kw_only=True)
    """Which property breaks it, where it judges several; never a value."""

    @cached_property
    def applies(self) -> Callable[[str], bool]:
        """Tell whether the rule judges resources of a type."""
        return _matcher(self.types)


@cache
def _matcher(types: str) -> Callable[[str], bool]:
    # each rule is asked about each type of a stack, and most expressions are names with bars between them
    if _NAMES.fullmatch(types):
        return frozenset(types.replace("\\", "").split("|")).__contains__
    pattern = re.compile(types)
    return lambda resource_type: pattern.fullmatch(resource_type) is not None
