"""Where a resource is made is told as the SDK tells it, in less time."""

from typing import Any

import pytest
from pulumi.runtime import resource

from sandbox import run_program

Traces = tuple[Any, Any]


class Resource:
    def __init__(self) -> None:
        self.traces = register()


class CustomResource(Resource):
    def __init__(self) -> None:
        super().__init__()


class Bucket(CustomResource):
    def __init__(self) -> None:
        self._internal_init()

    def _internal_init(self) -> None:
        super().__init__()


def register() -> Traces:
    # on one line, for both tell it
    return resource._get_stack_trace(), run_program._stack_trace()


def components(depth: int) -> Traces:
    return components(depth - 1) if depth else Bucket().traces


@pytest.mark.parametrize("depth", [0, 5])
def test_a_resource_s_place_is_told_as_the_sdk_does(depth: int) -> None:
    theirs, ours = components(depth)
    assert ours == theirs
    place = resource._get_source_position(ours)
    assert place is not None
    assert place.line == components.__code__.co_firstlineno + 1
    assert len(ours.frames) > depth


def test_what_comes_from_no_file_has_no_place() -> None:
    place: dict[str, Any] = {"Bucket": Bucket}
    exec("made = Bucket()", place)
    theirs, ours = place["made"].traces
    assert ours == theirs
    assert not ours.frames[0].HasField("pc")


def test_without_the_constructors_of_a_resource_there_is_no_place() -> None:
    theirs, ours = register()
    assert ours == theirs
    assert not ours.frames
