"""AWS's provider itself as the judge: stand-ins that speak as it does, and what our provider makes of their answers."""

import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.account import Account
from sandbox.aws_provider import installed
from sandbox.aws_provider.asked import provider
from sandbox.clusters.registry import Clusters
from sandbox.commands.parser import parser
from sandbox.commands.run_options import run_options
from sandbox.provider import Provider
from sandbox.run_options import RunOptions
from sandbox.wire import to_python, to_struct
from sandbox.workspace import SandboxError
from sandbox.world import World

from . import aws_stand_ins

ROOT = Path(__file__).parents[2]
URN = "urn:pulumi:dev::p::aws:sqs/queue:Queue::q"
NAMES = {"terraform": "terraform-provider-aws_v5.100.0_x5", "pulumi": "pulumi-resource-aws"}


class Stopped(Exception):
    """A call was ended with a status."""


def _abort(code: grpc.StatusCode, details: str) -> None:
    raise Stopped(f"{code.name}: {details}")


CALL: Any = SimpleNamespace(peer=lambda: "ipv4:127.0.0.1:1", abort=_abort)


def program(folder: Path, which: str) -> Path:
    made = folder / NAMES[which]
    made.write_text(
        f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m {aws_stand_ins.__name__} {which}\n", encoding="utf-8"
    )
    made.chmod(0o755)
    return made


@pytest.fixture(scope="module", params=NAMES)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        # neither may reach the one that asks
        patch.setenv("AWS_SESSION_TOKEN", "real")
        patch.setenv("AWS_PROFILE", "real")
        account = Account(World(folder / "world.db"), RunOptions())
        made = provider(account, Clusters(folder, account.standing, None, real=False), program(folder, request.param))
        settings = to_struct({"region": "us-east-1", "profile": "real"})
        answer = made.CheckConfig(provider_pb2.CheckRequest(news=settings), CALL)
        assert list(answer.failures) == []
        assert answer.inputs == settings  # what it was told for want of an account is not the program's
        told = provider_pb2.ConfigureRequest(variables={"aws:config:profile": "real"}, args=settings)
        made.Configure(told, CALL)
    yield made
    made.stop()


def check(by: Provider, **inputs: Any) -> provider_pb2.CheckResponse:
    answer: provider_pb2.CheckResponse = by.Check(provider_pb2.CheckRequest(urn=URN, news=to_struct(inputs)), CALL)
    return answer


def diff(by: Provider, old: dict[str, Any], new: dict[str, Any]) -> provider_pb2.DiffResponse:
    outputs = to_struct({"name": "q-1", "policy": "", **old})
    request = provider_pb2.DiffRequest(urn=URN, olds=outputs, old_inputs=to_struct(old), news=to_struct(new))
    answer: provider_pb2.DiffResponse = by.Diff(request, CALL)
    return answer


def test_a_value_is_refused_in_the_provider_s_own_words(asked: Provider) -> None:
    (failure,) = check(asked, visibilityTimeoutSeconds=43201).failures
    assert failure.property == "visibilityTimeoutSeconds"
    assert aws_stand_ins.REFUSED in failure.reason
    assert list(check(asked, visibilityTimeoutSeconds=43200).failures) == []


def test_what_was_recorded_does_not_decide_beside_it(asked: Provider) -> None:
    # the facts know this one; the stand-in takes it
    assert list(check(asked, delaySeconds=901).failures) == []


@pytest.mark.parametrize(
    ("old", "new", "changes", "replaces"),
    [
        ({}, {"visibilityTimeoutSeconds": 30}, "DIFF_NONE", []),
        ({}, {"visibilityTimeoutSeconds": 31}, "DIFF_SOME", []),
        ({"fifoQueue": False}, {}, "DIFF_NONE", []),
        ({}, {"fifoQueue": True}, "DIFF_SOME", ["fifoQueue"]),
    ],
)
def test_what_a_change_comes_to_is_the_provider_s_to_say(
    asked: Provider, old: dict[str, Any], new: dict[str, Any], changes: str, replaces: list[str]
) -> None:
    answer = diff(asked, old, new)
    assert (provider_pb2.DiffResponse.DiffChanges.Name(answer.changes), list(answer.replaces)) == (changes, replaces)


def test_what_the_binary_does_not_know_stays_as_it_was_found(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions())
    made = provider(account, Clusters(tmp_path, account.standing, None, real=False), program(tmp_path, "terraform"))
    try:
        # the stand-in has no delays, and no topics
        assert diff(made, {"delaySeconds": 5}, {"delaySeconds": 6}).changes == provider_pb2.DiffResponse.DIFF_SOME
        topic = provider_pb2.CheckRequest(
            urn="urn:pulumi:dev::p::aws:sns/topic:Topic::t", news=to_struct({"signatureVersion": 9})
        )
        (failure,) = made.Check(topic, CALL).failures
        assert "terraform-provider-aws 5.100.0" in failure.reason
    finally:
        made.stop()


def test_without_laws_nobody_is_asked_for_refusals(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(laws=False))
    made = provider(account, Clusters(tmp_path, account.standing, None, real=False), program(tmp_path, "terraform"))
    try:
        assert list(check(made, visibilityTimeoutSeconds=43201).failures) == []
    finally:
        made.stop()


def test_what_a_plugin_gives_for_inputs_is_made(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions())
    made = provider(account, Clusters(tmp_path, account.standing, None, real=False), program(tmp_path, "pulumi"))
    try:
        assert to_python(check(made, delaySeconds=5).inputs) == {"name": "named-by-it", "delaySeconds": 5}
        with pytest.raises(Stopped, match="INTERNAL: the plugin burst"):
            check(made, visibilityTimeoutSeconds="burst")
        mars = provider_pb2.CheckRequest(news=to_struct({"region": "mars"}))
        assert [failure.reason for failure in made.CheckConfig(mars, CALL).failures] == ["no such region"]
    finally:
        made.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
    return tmp_path


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_what_is_installed_is_found_the_program_s_own_version_first(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installed.found(home) is None
    cached = put(home / "cache" / "x" / "terraform-provider-aws_v5.9.0_x5")
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(home / "cache"))
    assert installed.found(home) == cached
    newer = put(home / ".terraform" / "providers" / "aws" / "terraform-provider-aws_v6.10.0_x5")
    put(newer.with_name("terraform-provider-awscc_v9.0.0_x5"))
    assert installed.found(home) == newer
    plugins = home / ".pulumi" / "plugins"
    put(plugins / "resource-aws-v6.83.0" / "pulumi-resource-aws")  # of another major version
    assert installed.found(home) == newer
    near = put(plugins / "resource-aws-v7.999.0" / "pulumi-resource-aws")
    assert installed.found(home) == near
    own = put(plugins / f"resource-aws-v{version('pulumi-aws')}" / "pulumi-resource-aws")
    assert installed.found(home) == own


def test_what_is_named_must_be_a_provider_of_aws(tmp_path: Path) -> None:
    plugin = put(tmp_path / "plugin" / "pulumi-resource-aws")
    assert installed.named(plugin.parent) == installed.named(plugin) == plugin
    other = put(tmp_path / "provider")
    for named, says in (
        (other, "provider is neither pulumi-resource-aws nor a terraform-provider-aws_v<version>"),
        (tmp_path / "gone", "there is no "),
    ):
        options = parser().parse_args(["preview", "--stack", "dev", "--aws-provider", str(named)])
        with pytest.raises(SandboxError, match=f"--aws-provider {named}: {says}"):
            run_options(options)


def test_where_nothing_is_installed_the_recorded_facts_decide(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = parser().parse_args(["preview", "--stack", "dev", "--cwd", str(home), "--aws-provider", "auto"])
    assert run_options(options).aws_provider == ""
    assert "none is installed" in capsys.readouterr().err
    plugin = put(home / ".pulumi" / "plugins" / f"resource-aws-v{version('pulumi-aws')}" / "pulumi-resource-aws")
    assert run_options(options).aws_provider == os.fspath(plugin)
    assert f"{plugin} is asked" in capsys.readouterr().err
