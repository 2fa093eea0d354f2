"""Writes docs/settings.md and its JSON Schema from the settings' models: `python -m tools.settings_reference`.

It invents nothing: what a key means, its limits, default and floor are read from the field. Editors complete and check
a stack's file by the schema, which the file's first line names.
"""

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from components.config.base_stack import BaseStack
from components.config.problems import full_key
from components.config.section import InProd, LogDays, Section
from composition.sizes import SIZES
from stack import StackSettings
from tools import prices
from tools.costs import estimate

PROJECT = "flowise"
PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
SCHEMA = PAGE.with_suffix(".schema.json")
# What Pulumi itself keeps in a stack's file beside `config` (the format of Pulumi.<stack>.yaml in its documentation).
OWN_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt", "environment")
HEAD = """# Settings

Written by `python -m tools.settings_reference`; do not edit.

A stack's values stand in `Pulumi.<stack>.yaml`. Each section below is one object, `{own}:<section>`; a single value
is set with `pulumi config set --path {own}:<section>.<key> <value>`. Unknown keys are refused. "Floor in prod" is the
least that is accepted where `{own}:environment` is `prod`. Versions must be quoted, or YAML reads 1.30 as 1.3.

`make validate STACK=<stack>` judges the file in a second and names the line of each fault. Editors with YAML's
language server complete and check it while it is written: the file's first line names the schema.

No secret belongs here. A secret that a person supplies, such as the Databricks token, is made in Secrets Manager by
that person, and its name is written here.

An image may be pinned to its very bytes: write `flowiseai/flowise:<version>@sha256:<digest>`.

Days that logs are kept are those that CloudWatch takes: {days}.
"""


def reference(model: type[BaseStack] = StackSettings, project: str = PROJECT) -> str:
    """Return the whole page of a system's settings."""
    top = {name: field for name, field in model.model_fields.items() if _section(field) is None}
    parts = [
        HEAD.format(own=project, days=", ".join(map(str, get_args(LogDays)))),
        _table("The stack", "", top.items(), keys={name: full_key(name, project) for name in top}),
    ]
    if "size" in model.model_fields:
        parts.append(_presets(model))
    for name, field in model.model_fields.items():
        section = _section(field)
        if section:
            parts += _sections(f"{project}:{name}", section)
    return "\n".join(parts)


def schema(model: type[BaseStack] = StackSettings, project: str = PROJECT) -> dict[str, Any]:
    """Return the JSON Schema of a system's stack file."""
    described = _plain(model.model_json_schema(ref_template="#/definitions/{model}"))
    keys = {full_key(name, project): _as_kept(value) for name, value in described["properties"].items()}
    required = [full_key(name, project) for name in described["required"]]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"A stack of {project}",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {"pulumi:disable-default-providers": {"const": ["*"]}, **keys},
                # another provider's or Pulumi's own keys are theirs to judge
                "patternProperties": {f"^(?!{project}:)[a-z0-9-]+:": {}},
                "additionalProperties": False,
                "required": required,
            },
            **{key: {} for key in OWN_KEYS},
        },
        "additionalProperties": False,
        "required": ["config"],
        "definitions": described["$defs"],
    }


def _presets(model: type[BaseStack]) -> str:
    """Return what each size fills in, and what that costs."""
    lines = [
        "## Sizes",
        "",
        "What `size` fills in; what a section says itself counts instead, key by key. The cost is that of these alone,",
        f"USD a month in {prices.REGION} on demand, by prices of {prices.AS_OF} (docs/costs.md has whole stacks).",
        "",
        "| size | cluster | database | cache | USD |",
        "|---|---|---|---|---|",
    ]
    for name, sections in SIZES.items():
        told = {key: ", ".join(_values(preset)) for key, preset in sections.items() if key in model.model_fields}
        cells = [told.get(key, "") for key in ("cluster", "database", "cache")]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {_cost(sections, told):.0f} |")
    return "\n".join([*lines, ""])


def _values(preset: Mapping[str, Any], within: str = "") -> Iterator[str]:
    for key, value in preset.items():
        if isinstance(value, Mapping):
            yield from _values(value, f"{within}{key}.")
        else:
            yield f"{within}{key} `{json.dumps(value)}`"


def _cost(sections: Mapping[str, Any], told: Collection[str]) -> float:
    cluster, database = sections["cluster"], sections["database"]
    resources: list[tuple[str, Mapping[str, Any]]] = [
        (
            "aws:eks/nodeGroup:NodeGroup",
            {"instanceTypes": nodes["instance_types"], "scalingConfig": {"desiredSize": nodes["desired_size"]}},
        )
        for nodes in cluster.values()
    ]
    rds = {"instanceClass": database["instance_class"], "allocatedStorage": database["storage_gib"]}
    resources.append(("aws:rds/instance:Instance", {**rds, "multiAz": database["multi_az"]}))
    if "cache" in told:
        nodes = 1 + sections["cache"]["replicas"]
        group = {"nodeType": sections["cache"]["node_type"], "numCacheClusters": nodes}
        resources.append(("aws:elasticache/replicationGroup:ReplicationGroup", group))
    costs = estimate("dev", resources).costs
    return sum(costs.get(name, 0.0) for name in ("nodes", "database", "cache"))


def _as_kept(value: dict[str, Any]) -> dict[str, Any]:
    """Return what a key of a stack's file takes: its own values are texts to Pulumi, which writes them in quotes."""
    if value.get("type") != "boolean":
        return value
    return {**{key: each for key, each in value.items() if key != "type"}, "enum": [True, False, "true", "false"]}


def _plain(node: Any, name: str = "") -> Any:
    """Return a schema without titles, which repeat the keys, and with examples as YAML reads them."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    of_keys = name in ("properties", "$defs")
    plain = {key: _plain(value, key) for key, value in node.items() if of_keys or key != "title"}
    if not of_keys and isinstance(plain.get("examples"), list):
        plain["examples"] = [_as_read(str(each)) for each in plain["examples"]]
    return plain


def _as_read(example: str) -> Any:
    value = yaml.safe_load(example)
    return str(value) if isinstance(value, date) else value


def _sections(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield _table(title, (model.__doc__ or "").splitlines()[0], model.model_fields.items())
    for name, field in model.model_fields.items():
        nested = _section(field)
        if nested:
            yield from _sections(f"{title}.{name}", nested)


def _table(title: str, about: str, fields: Any, keys: dict[str, str] | None = None) -> str:
    lines = [f"## {title}", "", *([about, ""] if about else [])]
    lines += ["| key | value | default | floor in prod | meaning |", "|---|---|---|---|---|"]
    for name, field in fields:
        cells = (f"`{(keys or {}).get(name, name)}`", _kind(field), _default(field), _floor(field), field.description)
        lines.append(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([*lines, ""])


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kinds = get_args(field.annotation) if get_origin(field.annotation) in (Union, UnionType) else (field.annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)), None)


def _kind(field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    kind = kinds[0] if get_origin(field.annotation) in (Union, UnionType) else field.annotation
    marks = field.metadata
    if get_origin(kind) is Annotated and kind != LogDays:  # pydantic takes apart what may not be none, alone
        kind, *marks = get_args(kind)
    if kind == LogDays:
        return "days, as above"
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    names: dict[Any, str] = {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}
    words = names.get(kind, "list" if get_origin(kind) is tuple else "object")
    return " ".join([words, *_limits(marks), *_example(field)])


def _limits(marks: Iterable[Any]) -> Iterator[str]:
    for mark in marks:
        match mark:
            case Ge(ge=least):
                yield f"from {least}"
            case Gt(gt=least):
                yield f"above {least}"
            case Le(le=most):
                yield f"to {most}"
            case Lt(lt=most):
                yield f"below {most}"
            case MinLen(min_length=least):
                yield f"of at least {least}"
            case MaxLen(max_length=most):
                yield f"and at most {most}"
            case _:
                pass


def _example(field: FieldInfo) -> Iterator[str]:
    if field.examples:
        yield f"such as `{str(field.examples[0]).strip(chr(34))}`"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel) or default is None:
        return "none"
    return f"`{json.dumps(default)}`"


def _floor(field: FieldInfo) -> str:
    return next((str(mark) for mark in field.metadata if isinstance(mark, InProd)), "")


if __name__ == "__main__":
    PAGE.write_text(reference())
    SCHEMA.write_text(json.dumps(schema(), indent=1) + "\n")
    sys.stdout.write(f"{PAGE.name} and {SCHEMA.name} written\n")
