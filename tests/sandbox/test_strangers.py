"""What a program is told of what nothing here plays."""

import sys
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from sandbox.run_program import _missing, _Monitor


class Engine:
    """A monitor that takes whatever comes."""

    def __getattr__(self, name: str) -> Any:
        return lambda request: name


MONITOR: Any = _Monitor(Engine(), ["aws", "kubernetes", "random"])


def registered(kind: str, *, remote: bool = False, custom: bool = True) -> Any:
    return SimpleNamespace(type=kind, name="thing", remote=remote, custom=custom)


@pytest.mark.parametrize(
    "request_",
    [
        registered("aws:s3/bucket:Bucket"),
        registered("pulumi:providers:aws"),
        registered("pulumi:pulumi:StackReference"),
        registered("pulumi-python:dynamic:Resource"),
        registered("platform:vpc:Vpc", custom=False),
    ],
)
def test_what_is_played_goes_to_the_engine(request_: Any) -> None:
    assert MONITOR.RegisterResource(request_) == "RegisterResource"
    assert MONITOR.RegisterResourceOutputs(request_) == "RegisterResourceOutputs"


@pytest.mark.parametrize("kind", ["kubernetes:yaml/v2:ConfigGroup", "kubernetes:helm.sh/v4:Chart", "eks:index:Cluster"])
def test_a_component_inside_its_provider_is_refused_in_one_sentence(kind: str) -> None:
    with pytest.raises(
        pulumi.RunError, match=rf"^{kind} \(thing\): a component that is built inside its provider is not"
    ):
        MONITOR.RegisterResource(registered(kind, remote=True, custom=False))


@pytest.mark.parametrize("kind", ["gcp:storage/bucket:Bucket", "pulumi:providers:gcp"])
def test_another_clouds_package_is_refused_in_one_sentence(kind: str) -> None:
    for call in (MONITOR.RegisterResource, MONITOR.ReadResource):
        with pytest.raises(pulumi.RunError, match="the package gcp is not played by the sandbox, which plays aws, kub"):
            call(registered(kind))
    with pytest.raises(pulumi.RunError, match="the package gcp is not played"):
        MONITOR.Invoke(SimpleNamespace(tok="gcp:compute/getNetwork:getNetwork"))


def test_an_sdk_that_is_not_installed_is_named_with_what_installs_it() -> None:
    said = _missing(ModuleNotFoundError("No module named 'pulumi_eks'", name="pulumi_eks"))
    assert said.startswith(f"the program imports pulumi_eks, and pulumi-eks is not installed for {sys.executable}")
    assert "unhandled exception" in _missing(ModuleNotFoundError("No module named 'x'", name="x"))


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("acme/network/prod", "organization/network/prod"),
        ("organization/network/prod", "organization/network/prod"),
        ("network/prod", "network/prod"),
    ],
)
def test_another_organizations_stack_is_looked_for_in_the_one_that_the_backend_knows(asked: str, read: str) -> None:
    request = SimpleNamespace(type="pulumi:pulumi:StackReference", name="there", id=asked, properties={"name": asked})
    assert MONITOR.ReadResource(request) == "ReadResource"
    assert (request.id, request.properties["name"]) == (read, read)
