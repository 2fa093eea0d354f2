"""A cloud for unit tests: it answers as the sandbox does, and records what was asked of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

import pulumi
from pulumi.runtime import mocks, resource, rpc
from pulumi.runtime import settings as runtime
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.stack import Stack

from sandbox import clouds

T = TypeVar("T")
Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
# what the provider marks secret; the mocks know no schemas, so that a test of secrecy would lie without it
SECRET_OUTPUTS = {"random:index/randomPassword:RandomPassword": ("result", "bcryptHash")}


@dataclass(frozen=True)
class Created:
    """One registration: `inputs` as the engine gets them, in clear; `secrets` names those that came as secrets.

    `timeouts` are the program's own, `ignores` properties whose changes are ignored, `replaced_by` those whose changes
    replace.
    """

    type: str
    name: str
    inputs: Mapping[str, Any]
    secrets: frozenset[str]
    urn: str
    parent: str
    depends_on: frozenset[str]
    provider: str
    protect: bool
    custom: bool
    timeouts: Mapping[str, str]
    ignores: tuple[str, ...]
    replaced_by: tuple[str, ...]


class Cloud(mocks.Mocks):
    """Answers every registration and function; `preview` leaves unknown what a cloud would decide."""

    def __init__(self, *, preview: bool = False, answers: Mapping[str, Answer] | None = None) -> None:
        self.preview = preview
        # functions whose answers a test knows better than the sandbox, by token
        self.answers = dict(answers or {})
        self.created: list[Created] = []
        self.outputs: dict[str, frozenset[str]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return the id and the outputs of a resource, as the sandbox makes them up."""
        if not args.custom:
            return None, {}
        inputs = revealed(args.inputs)
        urn = f"urn:pulumi:test::flowise::{args.typ}::{args.name}"
        if args.typ.startswith("pulumi:providers:"):
            return None if self.preview else args.name, inputs
        if self.preview:
            return None, dict(clouds.preview(args.typ, args.name, urn, inputs))
        created_id, outputs = clouds.create(args.typ, args.name, urn, inputs)
        for secret in SECRET_OUTPUTS.get(args.typ, ()):
            outputs[secret] = pulumi.Output.secret(outputs[secret])
        return created_id, outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Return the result of a function: a test's own answer, else the sandbox's."""
        known = self.answers.get(args.token)
        return clouds.invoke(args.token, args.args) if known is None else dict(known(args.args)), []

    def build(self, program: Callable[[], T]) -> T:
        """Run a program until every registration has landed; only then can absence be asserted."""
        built: list[T] = []
        drained(lambda: built.append(program()))
        return built[0]

    def build_and_read(self, program: Callable[[], object]) -> dict[str, tuple[Any, bool]]:
        """Run a program and give what it exports, each with whether it is secret."""
        read: dict[str, tuple[Any, bool]] = {}

        async def reader() -> None:
            program()
            stack = runtime.get_root_resource()
            assert isinstance(stack, Stack)
            for name, value in stack.outputs.items():
                output = pulumi.Output.from_input(value)
                read[name] = (await output.future(), await output.is_secret())

        drained(reader)
        return read

    def value_of(self, program: Callable[[], pulumi.Output[T]]) -> tuple[T, bool]:
        """Run a program and give what its output came to, and whether it is secret."""
        read: list[tuple[Any, bool]] = []

        async def reader() -> None:
            output = program()
            read.append((await output.future(), await output.is_secret()))

        drained(reader)
        return read[0]

    def of(self, kind: type[pulumi.Resource] | str) -> list[Created]:
        """Return what was created of a type, named by its class or its token."""
        token = kind if isinstance(kind, str) else token_of(kind)
        return sorted((each for each in self.created if each.type == token), key=lambda each: each.name)

    def only(self, kind: type[pulumi.Resource] | str) -> Created:
        """Return the one resource of a type; fails when there is none, or a second."""
        (found,) = self.of(kind)
        return found

    def named(self, name: str) -> Created:
        """Return the resource of a name."""
        (found,) = [each for each in self.created if each.name == name]
        return found


class CloudMonitor(mocks.MockMonitor):
    """Pulumi's mock monitor, which also tells parents, dependencies, protection and registered outputs."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._cloud = cloud

    def RegisterResource(self, request: Any) -> Any:
        """Note what is registered, and how."""
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call] # Pulumi's own
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
            self._cloud.created.append(
                Created(
                    type=request.type,
                    name=request.name,
                    inputs=revealed(inputs),
                    secrets=frozenset(key for key, value in inputs.items() if rpc.is_rpc_secret(value)),
                    urn=response.urn,
                    parent=request.parent,
                    depends_on=frozenset(request.dependencies),
                    provider=request.provider,
                    protect=request.protect,
                    custom=request.custom,
                    timeouts={each.name: value for each, value in request.customTimeouts.ListFields()},
                    ignores=tuple(request.ignoreChanges),
                    replaced_by=tuple(request.replaceOnChanges),
                )
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:
        """Note which outputs a component registers."""
        outputs = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        self._cloud.outputs[request.urn] = frozenset(outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call] # Pulumi's own


def drained(program: Callable[[], object]) -> None:
    """Run a program until nothing of it is under way. Raises the first error of it, and lets nobody tell of the others.

    A refused resource fails the futures of all its outputs, and of what waits for them; few of these are ever asked.
    """

    def begun() -> object:
        asyncio.get_running_loop().set_exception_handler(_unless_raised_here)
        return program()

    # where in whose files each resource is made is a sixth of the time, and no test asks for it
    with patch.object(resource, "_get_stack_trace", source_pb2.StackTrace):
        pulumi.runtime.test(begun)()  # type: ignore[no-untyped-call] # Pulumi's own


def _unless_raised_here(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Pulumi waits for every registration and every output: what one of them raises ends the run. A future is told of
    # when it is collected, in whatever runs then; where that parses Python, 3.11 fails, for a traceback is parsed, too.
    if "was never retrieved" not in context["message"]:
        loop.default_exception_handler(context)


def token_of(kind: type[pulumi.Resource]) -> str:
    """Return the token under which an SDK's class registers."""
    return str(kind.pulumi_type)  # type: ignore[attr-defined] # every generated class has it, the base has not


def revealed(value: Any) -> Any:
    """Return a value as the program wrote it: secrets unwrapped, whole numbers whole."""
    if rpc.is_rpc_secret(value):
        return revealed(rpc.unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: revealed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [revealed(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        # every number is a float on the wire
        return int(value)
    return value
