"""What a report holds. Its JSON is what the faces are made from, and what the legs of a workflow hand on.

Every value in it is masked (`tools.masking`). What a leg hands on is taken for a report where it has these types.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["stop", "look", "calm", "not judged"]
Kind = Literal["lost", "gone", "refused", "delete", "replace", "perhaps", "update", "create", "tags"]
Tone = Literal["bad", "care", "ok", "plain"]
Text = Annotated[str, Field(max_length=4000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]

# the worst first
KINDS: tuple[Kind, ...] = ("lost", "gone", "refused", "delete", "replace", "perhaps", "update", "create", "tags")
# what no face ever folds
LOUD: tuple[Kind, ...] = ("lost", "gone", "refused")
VERDICTS: tuple[Verdict, ...] = ("not judged", "stop", "look", "calm")
SIGNS: Mapping[Kind, str] = {
    **{"lost": "✖", "gone": "✖", "refused": "⊘", "delete": "-", "replace": "±"},
    **{"perhaps": "?", "update": "~", "create": "+", "tags": "·"},
}
WORDS: Mapping[Kind, str] = {
    **{"lost": "LOST", "gone": "GONE", "refused": "REFUSED", "delete": "deleted", "replace": "replaced"},
    **{"perhaps": "perhaps replaced", "update": "updated", "create": "created", "tags": "tags only"},
}
VERDICT_SIGNS: Mapping[Verdict, str] = {"stop": "✖", "look": "!", "calm": "✓", "not judged": "?"}
KNOWN_AFTER, NONE = "(known after)", "(none)"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Property(_Part):
    """One property that differs, as people name it, and both its values as they are shown."""

    path: Text
    old: Text
    new: Text
    replaces: bool = False


class Effect(_Part):
    """What an update does to those who use the thing, and how long."""

    word: Literal["none", "pauses", "restarts", "nodes", "unjudged"]
    sentence: Text
    pause_seconds: tuple[Count, Count] = (0, 0)
    seconds: Count = 1
    """Of `up`."""
    later_seconds: Count = 0
    """Of what happens by itself afterwards: in a maintenance window, or as nodes follow."""
    window: Text = ""
    """When it happens, where that is not in `up`."""
    source: Text = ""


class Change(_Part):
    """What happens to one resource."""

    urn: Text
    name: Text
    type: Text
    component: Text
    kind: Kind
    properties: Sequence[Property] = ()
    effect: Effect | None = None
    why: Text = ""
    """What is lost, or the law that refuses."""
    in_place: bool = False
    """Whether the thing itself stays: what is lost, is lost by a change of it."""
    instead: Text = ""
    source: Text = ""


class Answer(_Part):
    """A word, and the sentence behind it."""

    word: Text
    text: Text
    tone: Tone


class Money(_Part):
    """USD a month, before and after; None where it could not be told."""

    before: float | None
    after: float | None
    items: Mapping[Text, tuple[float, float]]
    unpriced: Sequence[Text] = ()


class Rules(_Part):
    """What policies say: what is new, gone or said otherwise, and how many exceptions stand."""

    new: Sequence[Text] = ()
    gone: Sequence[Text] = ()
    changed: Sequence[Text] = ()
    exceptions: Count = 0
    mandatory: Sequence[Text] = ()


class StackReport(_Part):
    """What a change does to one stack."""

    stack: Text
    verdict: Verdict
    why: Text
    first: bool = False
    """Whether nothing stands yet."""
    total: Count = 0
    data: Answer
    service: Answer
    cost: Answer
    time: Answer
    decide: Sequence[Text] = ()
    changes: Sequence[Change] = ()
    money: Money
    path: Sequence[tuple[Text, Count]] = ()
    """The resources that determine the time, and the seconds of each."""
    rules: Rules = Rules()
    roads: Sequence[Text] = ()
    alerts: Sequence[Text] = ()
    dashboards: Sequence[Text] = ()
    kubernetes: Annotated[str, Field(max_length=400_000)] = ""
    """What changes in Kubernetes' objects, as a diff of their YAML."""
    waived: Sequence[Text] = ()
    unjudged: Sequence[Text] = ()
    diagnostics: Sequence[Text] = ()
    """Why nothing was judged."""


class Report(_Part):
    """What a change does to each stack."""

    version: Literal[1] = 1
    base: Text
    head: Text
    base_name: Text = "main"
    made_at: Text = ""
    judged: Text = "on the sandbox: no account was asked"
    judges: Sequence[Text] = ()
    """What differs between the base's judges (rules, levels, laws, guard) and the change's own."""
    ahead: Count = 0
    """Commits of the base that the change does not have."""
    link: Text = ""
    program: Text = ""
    """The program's folder, where it is none of this repository's own stacks."""
    stacks: Sequence[StackReport]

    def again(self, stack: str) -> str:
        """Return the command that reports on a stack by hand."""
        if not self.program:
            return f"make report STACK={stack}"
        return f"python -m tools.report --stack {stack} --cwd {shlex.quote(self.program)}"

    @property
    def commits(self) -> str:
        """What is compared with what, short; `+` is what is not committed yet. Empty where nothing is."""
        return f"{self.base[:7]} → {self.head[:7]}{'+' * self.head.endswith('+')}" if self.base else ""

    @property
    def verdict(self) -> Verdict:
        """The worst stack's."""
        return min((each.verdict for each in self.stacks), key=VERDICTS.index, default="not judged")


def counted(changes: Sequence[Change]) -> str:
    """Return how many of each kind there are: `1 LOST, 5 replaced`."""
    of = {kind: sum(each.kind == kind for each in changes) for kind in KINDS}
    return ", ".join(f"{number} {WORDS[kind]}" for kind, number in of.items() if number) or "none"


def plural(number: int, word: str) -> str:
    """Return `1 change`, `2 changes`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
