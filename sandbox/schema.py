"""What the installed Pulumi SDKs say of each resource type and function: inputs, outputs, their types.

The SDKs are generated from the providers' own schemas, so their annotations carry what a provider checks: which
inputs exist, which are required, and (an output that is not Optional) which values the provider fills in by itself.
Reading them means importing an SDK's classes, which is slow; so what was read is kept in a cache on disk between runs.
"""

import ast
import collections.abc
import importlib
import inspect
import re
import sys
import threading
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pulumi
from pulumi.runtime import rpc

from .disk_cache import DiskCache, disk_cache_of

Kind = Literal["string", "number", "integer", "boolean", "list", "map", "object", "asset", "any"]

PACKAGES: Mapping[str, str] = {"aws": "pulumi_aws", "kubernetes": "pulumi_kubernetes", "random": "pulumi_random"}

_SCALARS: Mapping[type, Kind] = {str: "string", float: "number", int: "integer", bool: "boolean"}
_ASSETS = (pulumi.Asset, pulumi.Archive)


# SDK packages load a submodule when it is first looked into, and a second thread would see it half loaded.
_loading = threading.RLock()


@dataclass(frozen=True)
class Type:
    """The type of a value. `element` is set for lists and maps, `cls` (`module:name` of an SDK class) for objects."""

    kind: Kind
    element: "Type | None" = None
    cls: str = ""

    @property
    def fields(self) -> "Mapping[str, Field]":
        """The fields of an object type by wire name; empty for every other type."""
        with _loading:
            return _object_fields(self.cls) if self.cls else {}


@dataclass(frozen=True)
class Field:
    """One property: its type, and whether it is required (an input) or always present (an output)."""

    type: Type
    required: bool


@dataclass(frozen=True)
class ResourceType:
    """A resource type as its SDK describes it. Property names are the wire's (camelCase)."""

    token: str
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]


@dataclass(frozen=True)
class FunctionType:
    """A provider function (an invoke). Property names are the wire's (camelCase)."""

    token: str
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]


ANY = Type("any")


def package_of(token: str) -> str:
    """Return the package a token belongs to: `aws` for `aws:ec2/vpc:Vpc` and for `pulumi:providers:aws`."""
    package, _, rest = token.partition(":")
    return rest.rpartition(":")[2] if package == "pulumi" else package


def resource(token: str) -> ResourceType | None:
    """Return the resource type behind a token, or None where the installed SDKs know no such type."""
    with _loading:
        return _resource(token)


def function(token: str) -> FunctionType | None:
    """Return the provider function behind a token, or None where the installed SDKs know no such function."""
    with _loading:
        return _described_function(token)


# Counts the changes of what the cache holds.
_FORM = 2


@cache
def _disk_cache() -> DiskCache:
    return disk_cache_of(tuple(module.replace("_", "-") for module in PACKAGES.values()), _FORM)


@cache
def _resource(token: str) -> ResourceType | None:
    def find() -> Any:
        cls = _resource_class(token)
        return None if cls is None else [_packed(_inputs_of(cls)), _packed(_fields(cls))]

    found = _disk_cache().get(f"resource {token}", find)
    return None if found is None else ResourceType(token, _unpacked(found[0]), _unpacked(found[1]))


@cache
def _described_function(token: str) -> FunctionType | None:
    found = _disk_cache().get(f"function {token}", lambda: _function_fields(token))
    return None if found is None else FunctionType(token, _unpacked(found[0]), _unpacked(found[1]))


def _function_fields(token: str) -> Any:
    found = _function(token)
    if found is None:
        return None
    inputs = {_camel(name): Field(_type(hint), required) for name, hint, required in _parameters(found)}
    result = _hints(found).get("return")
    cls = next((c for c in _flatten(result) if isinstance(c, type) and c is not type(None)), None)
    # A function with an Awaitable... in its name returns a wrapper whose base carries the fields.
    return [_packed(inputs), _packed(_fields(cls) if cls is not None else {})]


def input_docs(token: str) -> Mapping[str, str]:
    """Return what the SDK says of each input of a resource type, by wire name."""
    with _loading:
        docs: Mapping[str, str] = _disk_cache().get(f"docs {token}", lambda: _input_docs(token))
    return docs


def _input_docs(token: str) -> Mapping[str, str]:
    cls = _resource_class(token)
    args = None if cls is None else _args_class(cls)
    if args is None:
        return {}
    return {wire: vars(args)[python].__doc__ or "" for python, wire, _ in _properties(args) if python in vars(args)}


@dataclass(frozen=True)
class Identity:
    """What identifies a resource when it is imported: the attributes that the SDK lists (wire names), and an example.

    `needed` is empty where it lists none, `example` where it shows none.
    """

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    example: str = ""


def identity(token: str) -> Identity:
    """Return what the SDK's words on importing say of a resource type."""
    with _loading:
        needed, optional, example = _disk_cache().get(f"identity {token}", lambda: _identity(token))
    return Identity(tuple(needed), tuple(optional), example)


_IDENTITY = re.compile(r"### Identity Schema(.*?)(?=\n *(?:\**Using|Import|```)|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"^ *[*-] `(\w+)`", re.MULTILINE)


def _identity(token: str) -> Any:
    cls = _resource_class(token)
    overloads = [] if cls is None else typing.get_overloads(vars(cls)["__init__"])
    text = ((overloads[0].__doc__ or "") if overloads else "").partition("## Import")[2].partition(":param")[0]
    listed = _IDENTITY.search(text)
    needed, _, optional = listed[1].partition("#### Optional") if listed else ("", "", "")
    example = re.search(r"pulumi import \S+ \S+ (.+)", text)
    return [
        [_camel(name) for name in _ATTRIBUTE.findall(needed)],
        [_camel(name) for name in _ATTRIBUTE.findall(optional)],
        example[1].strip(" '\"") if example else "",
    ]


def _packed(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {name: [_packed_type(field.type), field.required] for name, field in fields.items()}


def _packed_type(kind: Type) -> list[Any]:
    return [kind.kind, None if kind.element is None else _packed_type(kind.element), kind.cls]


def _unpacked(fields: Mapping[str, Any]) -> Mapping[str, Field]:
    return {name: Field(_unpacked_type(packed), required) for name, (packed, required) in fields.items()}


def _unpacked_type(packed: list[Any]) -> Type:
    kind, element, cls = packed
    return Type(kind, None if element is None else _unpacked_type(element), cls)


def resource_tokens(package: str) -> Iterator[str]:
    """Yield every resource token of a package that the installed SDK registers."""
    importlib.import_module(PACKAGES[package])
    for modules in rpc._RESOURCE_MODULES.values():
        for module in modules:
            info = getattr(module, "mod_info", {})
            if info.get("pkg") == package:
                yield from info["classes"]


def _resource_class(token: str) -> type | None:
    package = package_of(token)
    if package not in PACKAGES or (not token.startswith("pulumi:providers:") and token.count(":") != 2):  # noqa: PLR2004 (pkg:module:Type)
        return None
    sdk = importlib.import_module(PACKAGES[package])
    if token.startswith("pulumi:providers:"):
        return typing.cast(type, sdk.Provider)
    module_name = token.split(":")[1]
    for candidate in rpc._RESOURCE_MODULES.get(f"{package}:{module_name}", []):
        info = getattr(candidate, "mod_info", {})
        if token in info.get("classes", {}):
            module: Any = sdk
            for part in info["fqn"].split(".")[1:]:
                module = getattr(module, part)
            return typing.cast(type, getattr(module, info["classes"][token]))
    return None


def _args_class(cls: type) -> type | None:
    module = sys.modules[cls.__module__]
    found = getattr(module, f"{cls.__name__}InitArgs", None) or getattr(module, f"{cls.__name__}Args", None)
    return typing.cast("type | None", found)


def _inputs_of(cls: type) -> Mapping[str, Field]:
    # Hand-written classes (kubernetes' CustomResource, ConfigFile) have no Args class: anything goes.
    args = _args_class(cls)
    return {} if args is None else _fields(args)


@cache
def _object_fields(name: str) -> Mapping[str, Field]:
    def find() -> Any:
        module, _, cls = name.partition(":")
        return _packed(_fields(getattr(importlib.import_module(module), cls)))

    return _unpacked(_disk_cache().get(f"object {name}", find))


def _fields(cls: type) -> Mapping[str, Field]:
    """Return the fields of an SDK class: of an Args class (required: no default) or of outputs (required: not
    Optional).
    """
    required = None
    if cls.__name__.endswith("Args"):
        required = {name for name, _, needed in _parameters(vars(cls)["__init__"], hints=False) if needed}
    result: dict[str, Field] = {}
    for python_name, wire_name, hint in _properties(cls):
        needed = python_name in required if required is not None else not _optional(hint)
        result[wire_name] = Field(_type(hint), needed)
    return result


def _properties(cls: type) -> Iterator[tuple[str, str, Any]]:
    for base in reversed(cls.__mro__):
        for python_name, value in vars(base).items():
            wire_name = getattr(value.fget, "_pulumi_name", None) if isinstance(value, property) else None
            if isinstance(wire_name, str):
                yield python_name, wire_name, _hints(typing.cast(property, value).fget).get("return")


def _parameters(function: Any, *, hints: bool = True) -> Iterator[tuple[str, Any, bool]]:
    known = _hints(function) if hints else {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in ("self", "__self__", "opts") and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            yield name, known.get(name), parameter.default is inspect.Parameter.empty


class _Echo:
    """Stands for the T of `Output[T]` inside `pulumi.Input[T]`, a forward reference that repeats the first member."""


_FORWARD = {"Output": pulumi.Output, "T": _Echo}


def _hints(function: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, localns=_FORWARD)
    except (NameError, AttributeError):
        return {}


def _flatten(hint: Any) -> Iterator[Any]:
    """Yield the alternatives of a hint, through Output, Optional, Union and Awaitable."""
    origin = typing.get_origin(hint)
    if origin is pulumi.Output or origin is collections.abc.Awaitable:
        yield from _flatten(typing.get_args(hint)[0])
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(hint):
            yield from _flatten(member)
    else:
        yield hint


def _optional(hint: Any) -> bool:
    return hint is None or type(None) in _flatten(hint)


def _type(hint: Any) -> Type:
    members = [m for m in dict.fromkeys(_flatten(hint)) if m not in (type(None), _Echo) and not typing.is_typeddict(m)]
    found = list(dict.fromkeys(_plain(member) for member in members))
    if any(t.kind == "string" for t in found) and all(t.kind == "string" for t in found):
        return Type("string")
    objects = [t for t in found if t.kind == "object"]
    if len(objects) == 1 and all(t.kind in ("object", "map") for t in found):
        return objects[0]
    return found[0] if len(found) == 1 else ANY


def _plain(hint: Any) -> Type:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, collections.abc.Sequence):
        return Type("list", element=_type(args[0]))
    if origin in (dict, collections.abc.Mapping):
        return Type("map", element=_type(args[1]))
    if origin is typing.Literal:
        return Type(_SCALARS.get(type(args[0]), "any"))
    if isinstance(hint, type):
        if hint in _SCALARS:
            return Type(_SCALARS[hint])
        if issubclass(hint, _ASSETS):
            return Type("asset")
        if issubclass(hint, str):  # SDK enums
            return Type("string")
        if hint.__module__.split(".")[0] in PACKAGES.values():
            return Type("object", cls=f"{hint.__module__}:{hint.__name__}")
    return ANY


_WORD = re.compile(r"_+([a-z0-9])")


def _camel(name: str) -> str:
    return _WORD.sub(lambda match: match[1].upper(), name.rstrip("_"))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _function(token: str) -> Callable[..., Any] | None:
    package = package_of(token)
    if package not in PACKAGES or token.count(":") != 2:  # noqa: PLR2004 (pkg:module:function)
        return None
    _, module_name, name = token.split(":")
    module: Any = importlib.import_module(PACKAGES[package])
    for part in module_name.split("/")[0].split("."):
        if part not in ("", "index"):
            # `lambda` is a word of Python's, and its module `lambda_`
            names = (_snake(part), part, f"{part}_")
            module = next((getattr(module, name) for name in names if hasattr(module, name)), None)
    for candidate in (_snake(name), *_names_of(token, module)):
        found = getattr(module, candidate, None)
        if inspect.isfunction(found):
            return found
    return None


def _names_of(token: str, module: Any) -> Iterator[str]:
    """Names of functions in `module` whose source invokes `token`: for names that no rule of spelling reaches."""
    if module is None:
        return
    for name in dir(module):
        value = getattr(module, name, None)
        if name.startswith("get_") and inspect.isfunction(value):
            for node in ast.walk(ast.parse(inspect.getsource(value))):
                if isinstance(node, ast.Constant) and node.value == token:
                    yield name
