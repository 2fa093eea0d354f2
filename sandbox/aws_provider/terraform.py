"""A Terraform provider's plugin protocol, version 5, as far as facts are read by it: schemas, validation, plans.

The protocol's own description (tfplugin5.proto) is another project's text under another licence, so it does not lie
here: the numbers and types of the fields that are used, which are the interface, stand in a table of our own. Messages
have other names than there, which the wire does not carry.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from . import msgpack
from .refuser import Refuser

# What a plugin wants to see in its environment before it serves: it is no program to start by hand.
_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
PACKAGE = "tfplugin5"
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bytes": _FIELD.TYPE_BYTES,
    "string": _FIELD.TYPE_STRING,
    "int": _FIELD.TYPE_INT64,
    "bool": _FIELD.TYPE_BOOL,
}
# message -> (field, number, type); `*` marks a repeated one.
_MESSAGES: Mapping[str, Sequence[tuple[str, int, str]]] = {
    "Value": (("msgpack", 1, "bytes"),),
    "Step": (("name", 1, "string"), ("key", 2, "string"), ("index", 3, "int")),
    "Path": (("steps", 1, "*Step"),),
    "Diagnostic": (("severity", 1, "int"), ("summary", 2, "string"), ("detail", 3, "string"), ("attribute", 4, "Path")),
    "Attribute": (
        ("name", 1, "string"),
        ("type", 2, "bytes"),
        ("required", 4, "bool"),
        ("optional", 5, "bool"),
        ("computed", 6, "bool"),
        ("sensitive", 7, "bool"),
    ),
    "Nested": (
        ("name", 1, "string"),
        ("block", 2, "Block"),
        ("nesting", 3, "int"),
        ("least", 4, "int"),
        ("most", 5, "int"),
    ),
    "Block": (("attributes", 2, "*Attribute"), ("blocks", 3, "*Nested")),
    "Schema": (("block", 2, "Block"),),
    "Named": (("key", 1, "string"), ("value", 2, "Schema")),
    "Schemas": (("provider", 1, "Schema"), ("resources", 2, "*Named")),
    "Nothing": (),
    "Configuration": (("version", 1, "string"), ("config", 2, "Value")),
    "Judged": (("diagnostics", 1, "*Diagnostic"),),
    "Judge": (("type", 1, "string"), ("config", 2, "Value")),
    "Plan": (
        ("type", 1, "string"),
        ("prior", 2, "Value"),
        ("proposed", 3, "Value"),
        ("config", 4, "Value"),
        ("private", 5, "bytes"),
    ),
    "Planned": (
        ("state", 1, "Value"),
        ("replaces", 2, "*Path"),
        ("private", 3, "bytes"),
        ("diagnostics", 4, "*Diagnostic"),
    ),
}
_ERROR = 1
# A plan that asks AWS in vain is given up; what is asked without an account takes milliseconds. It is long, so that a
# machine with other work finds the same.
_PATIENCE_S = 60.0
_STARTING_S = 120.0
NESTINGS = {1: "single", 2: "list", 3: "set", 4: "map", 5: "group"}


class PluginError(Exception):
    """The binary is no provider of this protocol, did not start, or did not answer in time."""


@dataclass(frozen=True)
class Fault:
    """An error that the provider reports, and the attribute it is on (names and indexes, outermost first)."""

    summary: str
    detail: str
    path: tuple[str | int, ...]

    @property
    def text(self) -> str:
        """All its words."""
        return f"{self.summary}: {self.detail}"


@dataclass(frozen=True)
class Planned:
    """What a plan says: the state it leads to (UNKNOWN inside), the paths that force a replacement, its errors."""

    state: Any
    private: bytes
    replaces: tuple[tuple[str | int, ...], ...]
    faults: tuple[Fault, ...]


@cache
def messages() -> Mapping[str, Any]:
    """Return the protocol's messages, by our names."""
    file = descriptor_pb2.FileDescriptorProto(name="plugin.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            plain = kind.removeprefix("*")
            label = _FIELD.LABEL_REPEATED if kind != plain else _FIELD.LABEL_OPTIONAL
            added = message.field.add(name=field, number=number, label=label)
            if plain in _SCALARS:
                added.type = _SCALARS[plain]
            else:
                added.type, added.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{plain}"
    pool: Any = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in _MESSAGES
    }


def _value(value: Any) -> Any:
    return messages()["Value"](msgpack=msgpack.pack(value))


def _path(path: Any) -> tuple[str | int, ...]:
    return tuple(step.name or step.key or int(step.index) for step in path.steps)


def _faults(diagnostics: Any) -> tuple[Fault, ...]:
    return tuple(Fault(d.summary, d.detail, _path(d.attribute)) for d in diagnostics if d.severity == _ERROR)


class Plugin:
    """A running provider, configured for no account. Use it in a `with` statement, which ends the process.

    A provider that dies of a question is started again, and the question raises PluginError.
    """

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self._refuser = Refuser()
        self._start()

    def _start(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
            "TF_PLUGIN_MAGIC_COOKIE": _COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": "5",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        try:
            self._process = subprocess.Popen(
                [self._binary], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        except OSError as error:
            raise PluginError(f"{self._binary}: {error}") from error
        assert self._process.stdout is not None  # it is a pipe
        said = self._process.stdout.readline().strip().split("|")
        if len(said) < 5 or said[1] != "5" or said[4] != "grpc":  # noqa: PLR2004 # its hand-shake's fields
            self._process.kill()
            words = "|".join(said)[:80]
            raise PluginError(f"{self._binary} is no provider that speaks plugin protocol 5: it said {words!r}")
        address = f"unix:{said[3]}" if said[2] == "unix" else said[3]
        self._channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
        self.blocks = self._configured()

    def __enter__(self) -> "Plugin":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the provider."""
        self._end()
        self._refuser.stop()

    def _end(self) -> None:
        self._channel.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _call(self, method: str, request: str, answer: str, patience_s: float = _PATIENCE_S, **fields: Any) -> Any:
        classes = messages()
        call: Any = self._channel.unary_unary(
            f"/{PACKAGE}.Provider/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=classes[answer].FromString,
        )
        try:
            return call(classes[request](**fields), timeout=patience_s)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                self._end()
                self._start()
            raise PluginError(f"{method} of {fields.get('type', 'the provider')}: {error.code().name}") from error

    def _configured(self) -> Mapping[str, Any]:
        """Configure the provider for no account, and return its types' blocks by name."""
        schemas = self._call("GetSchema", "Nothing", "Schemas", _STARTING_S)
        config = nothing(schemas.provider.block)
        config |= {
            "region": "us-east-1",
            "access_key": "none",
            "secret_key": "none",
            "max_retries": 1,
            "skip_credentials_validation": True,
            "skip_requesting_account_id": True,
            "skip_metadata_api_check": "true",
            "skip_region_validation": True,
            "endpoints": [self._refusing(schemas.provider.block)],
        }
        made = self._call("Configure", "Configuration", "Judged", _STARTING_S, version="1.11.4", config=_value(config))
        if faults := _faults(made.diagnostics):
            raise PluginError(faults[0].text)
        return {named.key: named.value.block for named in schemas.resources}

    def _refusing(self, block: Any) -> dict[str, str]:
        """Return an address for every service at which each request is refused: what a plan asks AWS fails at once."""
        (endpoints,) = (nested.block for nested in block.blocks if nested.name == "endpoints")
        return {attribute.name: self._refuser.address for attribute in endpoints.attributes}

    def judge(self, kind: str, config: Any) -> tuple[Fault, ...]:
        """Return what the provider refuses in a configuration, as it does before a plan."""
        said = self._call("ValidateResourceTypeConfig", "Judge", "Judged", type=kind, config=_value(config))
        return _faults(said.diagnostics)

    def plan(self, kind: str, prior: Any, proposed: Any, config: Any, private: bytes = b"") -> Planned:
        """Plan a change from a state (None: there is none yet) to a configuration."""
        said = self._call(
            "PlanResourceChange",
            "Plan",
            "Planned",
            type=kind,
            prior=_value(prior),
            proposed=_value(proposed),
            config=_value(config),
            private=private,
        )
        state = msgpack.unpack(said.state.msgpack) if said.state.msgpack else None
        return Planned(state, said.private, tuple(_path(path) for path in said.replaces), _faults(said.diagnostics))


def nothing(block: Any) -> dict[str, Any]:
    """Return the configuration of a block in which nothing is set."""
    empty: dict[str, Any] = {attribute.name: None for attribute in block.attributes}
    for nested in block.blocks:
        kind = NESTINGS[nested.nesting]
        empty[nested.name] = [] if kind in ("list", "set") else {} if kind == "map" else None
    return empty


def kind_of(attribute: Any) -> Any:
    """Return an attribute's type: `string`, or `["set", "string"]` and the like."""
    return json.loads(attribute.type)


def version_of(binary: Path) -> str:
    """Return the version in a provider's file name (terraform-provider-aws_v5.100.0_x5)."""
    name = binary.name.partition("_v")[2].partition("_")[0]
    if not name:
        sys.exit(f"{binary.name} names no version: give the binary under the name it was released by")
    return name
