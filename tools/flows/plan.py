"""What an import would do, what stands in its way, and doing it."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from . import secrets
from .client import Flowise, State
from .folder import Export, Refused
from .records import KINDS, Item, row
from .text import Reference, compact, dumps, encoded, walk

What = Literal["create", "change", "unchanged", "delete", "only there"]
Key = tuple[str, str]
# what upstream's import calls each kind (services/export-import); an assistant's by its type
_IMPORTED: Mapping[str, str] = {
    "chatflows": "ChatFlow",
    "agentflows": "AgentFlowV2",
    "agentflows-v1": "AgentFlow",
    "assistant-flows": "AssistantFlow",
    "tools": "Tool",
    "document-stores": "DocumentStore",
    "templates": "CustomTemplate",
}
_ASSISTANTS: Mapping[str, str] = {"CUSTOM": "AssistantCustom", "OPENAI": "AssistantOpenAI", "AZURE": "AssistantAzure"}
_REFERRING = frozenset({"credential", "credentialId", "FLOWISE_CREDENTIAL_ID"})


@dataclass(frozen=True)
class Step:
    """What is to be done about one item: `wanted` is the file's, `there` the one that Flowise has."""

    what: What
    wanted: Item | None
    there: Item | None
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def item(self) -> Item:
        """Return the item that it is about."""
        found = self.wanted or self.there
        assert found is not None
        return found


def differences(wanted: Export, there: State, *, layout: bool = False) -> str:
    """Return the difference from a folder to a Flowise, as git would show it."""
    parts: list[str] = []
    for key in sorted({*wanted.items, *there.items}):
        ours, theirs = wanted.items.get(key), there.items.get(key)
        before, after = (_shown(each, layout=layout) for each in (ours, _as_filed(theirs, ours)))
        named, found = (each.path if each is not None else "/dev/null" for each in (ours, theirs))
        parts += difflib.unified_diff(before, after, named, found)
    return "".join(parts)


def plan(
    wanted: Export,
    there: State,
    *,
    only: Sequence[str] = (),
    delete: bool = False,
    keep_variables: bool = False,
) -> list[Step]:
    """Return the steps that make a Flowise what a folder holds. Raises Refused, a line for each thing in the way."""
    chosen = _chosen(wanted, only)
    steps, faults = [], list[str]()
    for key, each in chosen.items():
        found = there.items.get(key)
        kept = keep_variables and each.kind == "variables"
        if found is not None and (kept or _same(each, found)):
            steps.append(Step("unchanged", each, found))
        else:
            step, wrong = _step(each, found, there)
            steps.append(step)
            faults += [*wrong, *_dangling(each, wanted, there, chosen)]
    if not only:
        gone = (found for key, found in there.items.items() if key not in wanted.items)
        steps += [Step("delete" if delete else "only there", None, found) for found in gone]
    if faults:
        raise Refused("\n".join(faults))
    return sorted(steps, key=lambda step: step.item.path)


def told(steps: Sequence[Step]) -> str:
    """Tell a plan."""
    marks: Mapping[What, str] = {"create": "+", "change": "~", "delete": "-", "only there": "?", "unchanged": " "}
    lines = []
    for step in steps:
        if step.what != "unchanged":
            also = " with its chat history" if step.what == "delete" and "flow" in step.item.kind else ""
            lines += [f"{marks[step.what]} {step.item}: {step.what}{also}", *(f"    {note}" for note in step.notes)]
    counts = {what: sum(step.what == what for step in steps) for what in marks}
    lines.append(", ".join(f"{number} {what}" for what, number in counts.items()))
    return "\n".join(lines) + "\n"


def apply(steps: Sequence[Step], flowise: Flowise) -> None:
    """Carry a plan out: what is new in one transaction, then what is changed, then what goes. Raises Refused."""
    created = [step for step in steps if step.what == "create"]
    _owner_where_needed(steps, flowise)
    _create([step for step in created if step.item.kind != "variables"], flowise)
    for step in created:
        if step.item.kind == "variables":
            flowise.ask("POST", "variables", step.values, needs="variables:create")
        elif "flow" in step.item.kind:
            # an import tells neither schedules nor document stores of it, which saving it does
            _change(step, flowise)
    for step in steps:
        if step.what == "change":
            _change(step, flowise)
        elif step.what == "delete":
            _delete(step.item, flowise)


def _chosen(wanted: Export, only: Sequence[str]) -> Mapping[Key, Item]:
    if not only:
        return wanted.items
    chosen: dict[Key, Item] = {}
    for name in only:
        found = {key: each for key, each in wanted.items.items() if name in (each.key, each.name, each.path)}
        if not found:
            raise Refused(f"nothing is called {name}: give a name, an id or a path in the folder")
        if len(found) > 1:
            listed = ", ".join(each.path for each in found.values())
            raise Refused(f"{name} is the name of {len(found)}: give one of {listed}")
        chosen |= found
    return chosen


def _shown(each: Item | None, *, layout: bool) -> list[str]:
    if each is None:
        return []
    document = {key: value for key, value in each.document.items() if layout or key != "layout"}
    return dumps(document).splitlines(keepends=True)


def _as_filed(there: Item | None, wanted: Item | None) -> Item | None:
    """Return what is there as the file would tell it: which API key a flow asks for is each Flowise's own."""
    if there is None or wanted is None or not (there.document.get("apikeyid") and wanted.document.get("apikeyid")):
        return there
    return Item(there.kind, there.key, there.name, {**there.document, "apikeyid": wanted.document["apikeyid"]})


def _same(wanted: Item, there: Item) -> bool:
    filed = _as_filed(there, wanted)
    assert filed is not None
    return _unnumbered(wanted.document) == _unnumbered(filed.document)


def _unnumbered(document: Mapping[str, Any]) -> str:
    """Write what is compared: without the ids that tell credentials of one name apart in one Flowise alone."""
    return compact(
        encoded(
            walk(dict(document), (), lambda value, _: Reference(value.named) if isinstance(value, Reference) else value)
        )
    )


def _step(wanted: Item, there: Item | None, state: State) -> tuple[Step, list[str]]:
    document, faults = _resolved(wanted, state)
    filled, missing = secrets.given_back(document, there.secrets if there else {})
    notes = [
        f"{_place(wanted, path)} was left out of the file, and nothing is there to keep: fill it in" for path in missing
    ]
    if wanted.kind == "variables" and missing:
        faults.append(f"{wanted} has a secret value, which no file holds: make it in this Flowise first")
    values = row(wanted.kind, filled, there.row if there else None)
    if there is None:
        notes += _of_a_new_one(wanted)
    return Step("change" if there else "create", wanted, there, values, notes), faults


def _of_a_new_one(wanted: Item) -> Iterator[str]:
    if wanted.document.get("apikeyid"):
        yield "it asks for an API key: where this Flowise has not the same one, it answers nobody until you choose one"
    if '"webhookEnableAuth": true' in dumps(wanted.document):
        yield "its webhook wants signatures: make a secret in its Start node, and until then it answers nobody"
    if wanted.document.get("mcpServer"):
        yield "its MCP server gets a new token"
    if wanted.kind == "document-stores":
        yield "its chunks are in no file: process and upsert it"


def _resolved(wanted: Item, state: State) -> tuple[Mapping[str, Any], list[str]]:
    """Return the document with the target's ids for credentials' names, and a sentence for each that it lacks."""
    faults: list[str] = []
    ids = {each.id for each in state.credentials}

    def change(value: Any, path: secrets.Path) -> Any:
        if isinstance(value, Reference):
            named = [each.id for each in state.credentials if each.reference == value.named]
            if value.id in named:
                return value.id
            if len(named) == 1:
                return named[0]
            kind, _, name = value.named.partition(": ")
            lacks = "has none: make it there first" if not named else f"has {len(named)}: rename all but one"
            uses = f"uses the credential '{name}' of type {kind}, and this Flowise {lacks}"
            faults.append(f"{_place(wanted, path)} {uses}")
            return None
        # at its top a custom assistant has an id of its own there, which is no credential's (services/assistants)
        if path[1:] and path[-1] in _REFERRING and isinstance(value, str) and value not in ("", *ids):
            faults.append(f"{_place(wanted, path)} uses a credential that no longer was when it was exported")
        return value

    return walk(dict(wanted.document), (), change), faults


def _place(item: Item, path: secrets.Path) -> str:
    """Tell where in an item something stands: by its node, where it is in one."""
    flow = item.document.get("flow")
    if path[:2] == ("flow", "nodes") and isinstance(flow, dict):
        found = [each for each in flow["nodes"] if isinstance(each, dict) and each.get("id") == path[2]]
        label = found[0].get("data", {}).get("label") if found else None
        return f"{item}, node '{label or path[2]}', {path[-1]},"
    return f"{item}, {'.'.join(path)},"


def _dangling(item: Item, wanted: Export, state: State, chosen: Mapping[Key, Item]) -> Iterator[str]:
    """Tell what an item refers to that would be missing: it is in the folder, but neither chosen nor there."""
    missing = {
        key: other
        for (kind, key), other in wanted.items.items()
        if (kind, key) not in state.items and (kind, key) not in chosen and kind != "variables"
    }
    if not missing:
        return
    text = dumps(item.document)
    for key, other in missing.items():
        if key in text:
            yield f"{item} uses {other}, and this Flowise has it not: take it along, with --only {key}"


def _owner_where_needed(steps: Sequence[Step], flowise: Flowise) -> None:
    """Refuse what a key may not do: Flowise's import alone keeps ids, and is no key's (services/apikey)."""
    imported = [
        str(step.item)
        for step in steps
        if step.item.kind != "variables"
        and (step.what == "create" or (step.what == "change" and step.item.kind == "templates"))
    ]
    if imported and not flowise.owns:
        raise Refused(
            f"{', '.join(imported)}: Flowise's import keeps ids, and is open to no API key: set FLOWISE_EMAIL and "
            "FLOWISE_PASSWORD, the owner's, instead of FLOWISE_API_KEY"
        )


def _create(steps: Sequence[Step], flowise: Flowise) -> None:
    if not steps:
        return
    body: dict[str, list[Mapping[str, Any]]] = {}
    for step in steps:
        body.setdefault(_imported(step.item), []).append(_new(step))
    flowise.ask("POST", "export-import/import", body, needs="workspace:import")


def _imported(item: Item) -> str:
    return _IMPORTED.get(item.kind) or _ASSISTANTS[str(item.document.get("type"))]


def _new(step: Step) -> dict[str, Any]:
    values = dict(step.values)
    if step.item.kind == "document-stores":
        values |= {"status": "STALE" if step.item.document.get("loaders") else "EMPTY", "whereUsed": "[]"}
    return values


def _change(step: Step, flowise: Flowise) -> None:
    item, values = step.item, dict(step.values)
    key = str(values.pop("id", "") or (step.there.row["id"] if step.there else ""))
    if item.kind == "templates":
        # there is no way to change one (routes/marketplaces)
        _delete(item, flowise)
        _create([step], flowise)
        return
    flowise.ask("PUT", f"{KINDS[item.kind]['list']}/{key}", values, needs=_writes(item.kind, "update"))
    if "flow" in item.kind:
        _mcp_server(step, key, flowise)


def _mcp_server(step: Step, key: str, flowise: Flowise) -> None:
    wanted = step.item.document.get("mcpServer")
    known = step.there.document.get("mcpServer") if step.there and step.what == "change" else None
    needs = "chatflows:config"
    if wanted and not known:
        flowise.ask("POST", f"mcp-server/{key}", wanted, needs=needs)
    if wanted and wanted != known:
        flowise.ask("PUT", f"mcp-server/{key}", wanted, needs=needs)
    if known and not wanted:
        flowise.ask("DELETE", f"mcp-server/{key}", needs=needs)


def _delete(item: Item, flowise: Flowise) -> None:
    key = str(item.row.get("id") or item.key)
    path = "marketplaces/custom" if item.kind == "templates" else KINDS[item.kind]["list"]
    flowise.ask("DELETE", f"{path}/{key}", needs=_writes(item.kind, "delete"))


def _writes(kind: str, verb: str) -> str:
    return f"{KINDS[kind]['needs'].partition(':')[0]}:{'custom-' if kind == 'templates' else ''}{verb}"
