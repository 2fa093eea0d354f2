"""What a file holds of a row of Flowise's, and the row that a file stands for (flowise 3.1.4, database/entities)."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .secrets import MARKER, Secrets, is_secret_variable, taken
from .text import SPEC, Reference, walk

KINDS: Mapping[str, Mapping[str, str]] = SPEC["kinds"]
FIELDS: Mapping[str, Sequence[str]] = SPEC["fields"]
_JSON = frozenset(SPEC["json_fields"])
_NODE_LAYOUT, _NODE_VOLATILE = SPEC["node_layout"], frozenset(SPEC["node_volatile"])
_DATA_VOLATILE = frozenset(SPEC["data_volatile"])
_SHORT, _SLUG = 8, 48
Row = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True)
class Credential:
    """A credential of a Flowise: what it is told by in files is its type and name."""

    id: str
    type: str
    name: str

    @property
    def reference(self) -> str:
        """Return how files name it."""
        return f"{self.type}: {self.name}"


@dataclass(frozen=True)
class Item:
    """A flow, an assistant, a tool ... as a file holds it, and what of it no file may hold."""

    kind: str
    key: str  # its id; a variable's name
    name: str
    document: Mapping[str, Any]
    secrets: Secrets = field(default_factory=dict)
    row: Row = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return the file's path in the folder."""
        short = self.key if self.kind != "variables" else hashlib.sha256(self.key.encode()).hexdigest()
        return f"{self.kind}/{'-'.join(filter(None, (slug(self.name), short[:_SHORT])))}.json"

    def __str__(self) -> str:
        """Tell it from others, for people."""
        return f"{SINGULAR[self.kind]} '{self.name}'"


SINGULAR = {
    "chatflows": "chatflow",
    "agentflows": "agentflow",
    "agentflows-v1": "agentflow",
    "assistant-flows": "assistant's flow",
    "assistants": "assistant",
    "tools": "tool",
    "variables": "variable",
    "document-stores": "document store",
    "templates": "template",
}


def slug(name: str) -> str:
    """Return a name that any file system takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-")


def item(kind: str, row: Row, credentials: Iterable[Credential], secret_variables: Sequence[str] = ()) -> Item:
    """Return what a file holds of a row that the API gave."""
    known = references(credentials)
    found = _document(kind, row)
    if kind == "variables":
        name = str(row["name"])
        if "value" in found and is_secret_variable(name, found["value"], secret_variables):
            return Item(kind, name, name, found | {"value": MARKER}, {("value",): [found["value"]]}, row)
        return Item(kind, name, name, found, {}, row)
    referring = walk(found, (), lambda value, _: known.get(value, value) if isinstance(value, str) else value)
    document, left_out = taken(referring)
    return Item(kind, str(row["id"]), _name(kind, found), document, left_out, row)


def from_file(kind: str, document: Mapping[str, Any]) -> Item:
    """Return the item that a file holds. Raises KeyError where it lacks what tells it from others."""
    key = "name" if kind == "variables" else "id"
    return Item(kind, str(document[key]), _name(kind, document), document)


def references(credentials: Iterable[Credential]) -> dict[str, Reference]:
    """Return what stands in files for each id; the id goes along where type and name are another's, too."""
    listed = list(credentials)
    often = [each.reference for each in listed]
    return {each.id: Reference(each.reference, each.id if often.count(each.reference) > 1 else "") for each in listed}


def row(kind: str, document: Mapping[str, Any], known: Row | None) -> dict[str, Any]:
    """Return the row that a document stands for, as the API takes it: JSON as texts, and what is not there as null.

    `known` is the row that is there now: what no file holds of it stays.
    """
    kept = known or {}
    made: dict[str, Any] = {name: document.get(name) for name in FIELDS[KINDS[kind]["as"]]}
    for name in _JSON & set(made):
        made[name] = _text(made[name])
    if "flow" in made:
        flow, layout = made.pop("flow"), made.pop("layout") or {}
        if flow is not None:
            made["flowData"] = json.dumps(_laid_out(flow, layout), ensure_ascii=False)
    match KINDS[kind]["as"]:
        case "flow":
            del made["mcpServer"]
            # whether a flow asks for a key is the file's, which one is each Flowise's own
            made["apikeyid"] = made["apikeyid"] and (kept.get("apikeyid") or made["apikeyid"])
        case "variable":
            made["value"] = made["value"] or ""
        case "store":
            made["loaders"] = json.dumps(_loaders(made["loaders"] or [], kept.get("loaders") or []))
            for name in ("embeddingConfig", "vectorStoreConfig", "recordManagerConfig"):
                made[name] = _text(made[name])
        case "template":
            # upstream's import keeps what its export parsed, and can then list no template any more
            made["usecases"] = _text(made["usecases"])
    return made


def _document(kind: str, row: Row) -> dict[str, Any]:
    given = dict(row)
    for name in _JSON:
        given[name] = _parsed(given.get(name))
    shape = KINDS[kind]["as"]
    if shape in ("flow", "template") and given.get("flowData"):
        given["flow"], given["layout"] = _apart(_parsed(given["flowData"]))
    if shape == "flow":
        server = _parsed(given.get("mcpServerConfig"))
        if isinstance(server, dict) and server.get("enabled"):
            given["mcpServer"] = {name: server.get(name) for name in ("toolName", "description")}
    if shape == "variable" and given.get("type") != "static":
        given["value"] = None
    if shape == "store":
        given["loaders"] = [_present(each, SPEC["loader_fields"]) for each in given.get("loaders") or []]
    return _present(given, FIELDS[shape])


def _present(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}


def _name(kind: str, document: Mapping[str, Any]) -> str:
    if kind != "assistants":
        return str(document["name"])
    details = document.get("details")
    return str(details.get("name") or "") if isinstance(details, dict) else ""


def _parsed(value: Any) -> Any:
    """Return what a text of JSON holds, where that is more than a text or a number."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, dict | list) else value


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _apart(flow: Any) -> tuple[Any, Any]:
    """Part what a flow does from where its nodes stand, and drop what the canvas writes at every save."""
    if not _is_graph(flow):
        return flow, None
    layout = {each["id"]: _present(each, _NODE_LAYOUT) for each in flow["nodes"]}
    nodes = [_node(each) for each in flow["nodes"]]
    edges = [{key: each[key] for key in each if key not in _NODE_VOLATILE} for each in flow["edges"]]
    return {"nodes": nodes, "edges": edges}, layout or None


def _is_graph(flow: Any) -> bool:
    """Return whether it is what the canvas writes; whatever else an API's client put there is kept as it is."""
    if not isinstance(flow, dict):
        return False
    nodes, edges = flow.get("nodes"), flow.get("edges")
    if not isinstance(nodes, list) or not isinstance(edges, list) or not all(isinstance(each, dict) for each in edges):
        return False
    return all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in nodes)


def _node(node: Row) -> dict[str, Any]:
    kept = {key: value for key, value in node.items() if key not in _NODE_VOLATILE and key not in _NODE_LAYOUT}
    if isinstance(kept.get("data"), dict):
        kept["data"] = {key: value for key, value in kept["data"].items() if key not in _DATA_VOLATILE}
    return kept


def _laid_out(flow: Any, layout: Mapping[str, Any]) -> Any:
    if not _is_graph(flow):
        return flow
    # the canvas needs a place for each
    nodes = [{"position": {"x": 0, "y": 0}, **each, **layout.get(each["id"], {})} for each in flow["nodes"]]
    return {**flow, "nodes": nodes}


def _loaders(wanted: Sequence[Row], kept: Sequence[Row]) -> list[dict[str, Any]]:
    """Return loaders with what the store knows of their chunks; a new one has none yet."""
    known = {each.get("id"): each for each in kept}
    return [{"status": "STALE", **known.get(each.get("id"), {}), **each} for each in wanted]
