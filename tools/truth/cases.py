"""The cases that both providers are asked: what is written in the files beside this one, made whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from sandbox.helm_releases import RELEASE

FOLDER = Path(__file__).parent
PROVIDER = "pulumi:providers:kubernetes"
_RELEASE = {"chart": "probe", "version": "1.0.0", "name": "{id}", "namespace": "{ns}"}
# A few of every kind of answer, quick ones, for `make test`.
FEW = (
    *("configmap-data", "secret-text-to-data", "service-node-port-out-of-range", "deployment-resources-spelling"),
    *("deployment-selector", "job-parallelism", "binding-role", "class-reclaim-changed", "crd-name-of-others"),
    *("read-configmap", "import-widget", "settings-token"),
)


@dataclass(frozen=True)
class Case:
    """One resource through its life: the inputs it is made with, and those of each change."""

    name: str
    token: str
    steps: Sequence[Mapping[str, Any]]
    """The inputs, step by step, with `{ns}`, `{id}` and `{plain}` still in them."""
    needs: Sequence[Mapping[str, Any]] = ()
    """What stands before it."""
    outside: Mapping[str, Any] = field(default_factory=dict)
    """What somebody else changes after it is made."""
    provider: Mapping[str, str] = field(default_factory=dict)
    ignore: Sequence[str] = ()
    vanish: bool = False
    """Whether somebody else deletes it after it is made."""
    read: bool = False
    """Whether it is read, as by `get`, and not made."""
    imported: bool = False
    """Whether it stands before, and is taken over as by `import`."""
    restricted: bool = False
    """Whether its namespace takes only what Pod Security calls restricted."""
    seconds: float = 60
    """How long a provider may wait for it."""
    says: str | None = None
    """What a refusal of it must say, a regular expression; None where it must go through."""

    def placed(self, value: Any, namespace: str) -> Any:
        """Return a value of the case for one run, whose objects share a name with no other run's."""
        run = f"{self.name}-{namespace.partition('-')[0]}"
        texts = {"{ns}": namespace, "{id}": run, "{plain}": run.replace("-", "")}
        text = json.dumps(value)
        for written, meant in texts.items():
            text = text.replace(written, meant)
        return json.loads(text)


def cases(names: Sequence[str] = ()) -> list[Case]:
    """Return the cases of some names, or all."""
    bases = yaml.safe_load((FOLDER / "bases.yaml").read_text(encoding="utf-8"))
    rows = yaml.safe_load((FOLDER / "objects.yaml").read_text(encoding="utf-8"))
    return [_case(name, row, bases) for name, row in rows.items() if not names or name in names]


def _case(name: str, row: Mapping[str, Any], bases: Mapping[str, Any]) -> Case:
    if "settings" in row:
        return Case(name, PROVIDER, row["settings"])
    if "release" in row:
        return Case(
            name, RELEASE, _steps(_RELEASE, row["release"]), seconds=row.get("seconds", 60), says=row.get("says")
        )
    made = merged(bases[row["of"]], row.get("with") or {})
    if row.get("patch"):  # a patch says no more than what it changes
        identity = {key: bases[row["of"]][key] for key in ("apiVersion", "kind", "metadata")}
        made = merged(identity, row.get("with") or {})
    if row.get("autonamed"):
        made["metadata"] = {key: value for key, value in made["metadata"].items() if key != "name"}
    version = made["apiVersion"] if "/" in made["apiVersion"] else f"core/{made['apiVersion']}"
    kind = f"{made['kind']}{'Patch' if row.get('patch') else 'List' if row.get('list') else ''}"
    return Case(
        name,
        f"kubernetes:{version}:{kind}",
        _steps(made, [{}, *(row.get("then") or ())]),
        needs=[bases[need] for need in row.get("needs") or ()],
        outside=row.get("outside") or {},
        provider=row.get("provider") or {},
        ignore=row.get("ignore") or (),
        vanish=row.get("vanish", False),
        read=row.get("read", False),
        imported=row.get("imported", False),
        restricted=row.get("restricted", False),
        seconds=row.get("seconds", 60),
        says=row.get("says"),
    )


def _steps(base: Any, changes: Sequence[Any]) -> list[Any]:
    return list(accumulate(changes, merged, initial=base))[1:]


def merged(base: Any, change: Any) -> Any:
    """Return a value with another merged into it: RFC 7386, by which null takes away."""
    if not isinstance(change, Mapping):
        return change
    kept = dict(base) if isinstance(base, Mapping) else {}
    for key, value in change.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept
