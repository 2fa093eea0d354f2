"""A pack as the engine meets it: started, asked over gRPC, and reading what the engine sends as the SDK reads it."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from platform_policies import RULE_SETS
from platform_policies.kit import serving
from platform_policies.kit.pack import Pack
from platform_policies.kit.reading import UNKNOWN as UNREAD
from platform_policies.kit.serving import Analyzer
from platform_policies.kit.wire import FILE, add, plain
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2
from pulumi_policy import proxy
from pulumi_policy.deserialize import deserialize_properties

from sandbox import run_pack

from .cases.case import varied
from .packs import ROOT
from .test_rules import CASES

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}
DATABASE = "aws:rds/instance:Instance"
EXPOSED = {"publiclyAccessible": True}


def struct(props: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(props, struct_pb2.Struct())


def unread(value: Any) -> Any:
    """What the SDK reads, with what is unknown as the packs have it."""
    if isinstance(value, dict):
        return {key: unread(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unread(item) for item in value]
    return UNREAD if isinstance(value, str) and proxy._is_unknown(value) else value


def test_properties_are_read_as_the_sdk_reads_them() -> None:
    read = [varied(case, change)[0] for _, _, case in CASES for change in ({}, *case.refused, *case.passed)]
    read.append({"a": {**SECRET, "value": {"b": [{**SECRET, "value": proxy.UNKNOWN_STRING_VALUE}]}}, "none": None})
    assert len(read) > 1000
    for props in read:
        sent = struct(props)
        assert plain(sent) == unread(deserialize_properties(json_format.MessageToDict(sent)))


@pytest.mark.parametrize("name", [name for name in vars(proxy) if name.startswith("UNKNOWN_")])
def test_what_is_unknown_is_unknown_whatever_its_kind(name: str) -> None:
    assert plain(struct({"a": vars(proxy)[name], "b": [vars(proxy)[name]]})) == {"a": UNREAD, "b": [UNREAD]}


def test_a_file_is_there_and_no_more() -> None:
    archive = {**ARCHIVE, "assets": {"index.js": {**ASSET, "text": "hunter2"}}}
    assert plain(struct({"code": archive, "page": {**ASSET, "path": "a"}})) == {"code": FILE, "page": FILE}


def test_what_a_pack_cannot_read_ends_the_run() -> None:
    with pytest.raises(ValueError, match="marked 5cf8f730"):
        plain(struct({"a": {SIGNATURE: "5cf8f730"}}))


def test_what_is_added_lays_no_secret_open() -> None:
    props = struct({"tags": {**SECRET, "value": {"Owner": "jo"}}, "key": {**SECRET, "value": "hunter2"}})
    add(props, {"tags": {"Project": "web"}, "name": "it"})
    assert json_format.MessageToDict(props) == {
        "tags": {**SECRET, "value": {"Owner": "jo", "Project": "web"}},
        "key": {**SECRET, "value": "hunter2"},
        "name": "it",
    }


def configured(**levels: analyzer_pb2.EnforcementLevel.ValueType) -> Analyzer:
    served = Analyzer("security", Pack(RULE_SETS["security"]))
    message = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy, level in levels.items():
        message.policyConfig[policy].enforcementLevel = level
    served.Configure(message, None)
    return served


def resource(**more: Any) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=DATABASE, name="it", urn="urn:pulumi:a::b::c::it", properties=struct(EXPOSED), **more
    )


def levels(answer: analyzer_pb2.AnalyzeResponse) -> set[int]:
    return {one.enforcementLevel for one in answer.diagnostics}


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (analyzer_pb2.ADVISORY, {analyzer_pb2.ADVISORY}),
        (analyzer_pb2.MANDATORY, {analyzer_pb2.MANDATORY}),
        (analyzer_pb2.REMEDIATE, {analyzer_pb2.MANDATORY}),
        (analyzer_pb2.DISABLED, set[int]()),
    ],
)
def test_a_policy_has_the_level_that_a_stack_gives_it(
    level: analyzer_pb2.EnforcementLevel.ValueType, told: set[int]
) -> None:
    served = configured(rules=level, stack=level, advice=analyzer_pb2.DISABLED)
    assert levels(served.Analyze(resource(), None)) == told
    bucket = analyzer_pb2.AnalyzerResource(type="aws:s3/bucket:Bucket", name="it", urn="urn:pulumi:a::b::d::it")
    assert levels(served.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[bucket]), None)) == told


def test_advice_is_told_once_at_the_end_and_at_its_own_level() -> None:
    served = configured(rules=analyzer_pb2.MANDATORY)
    served.Analyze(resource(), None)
    stack = analyzer_pb2.AnalyzeStackRequest(resources=[analyzer_pb2.AnalyzerResource(urn=resource().urn)])
    told = served.AnalyzeStack(stack, None).diagnostics
    assert {one.policyName for one in told if one.enforcementLevel == analyzer_pb2.ADVISORY} == {"advice"}
    assert len({one.message for one in told}) == len(told) > 1


def test_a_resource_is_read_once_and_for_no_remediation_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading is most of what a pack costs beside its process."""
    read: list[Any] = []

    def reading(props: struct_pb2.Struct) -> dict[str, Any]:
        read.append(props)
        return plain(props)

    monkeypatch.setattr(serving, "plain", reading)
    served = Analyzer("all", Pack(*RULE_SETS.values()))
    provider = analyzer_pb2.AnalyzerProviderResource(type="pulumi:providers:aws", properties=struct({"region": "a"}))
    request = resource(provider=provider)
    served.Remediate(request, None)
    assert read == []
    served.Analyze(request, None)
    served.Analyze(request, None)
    assert [json_format.MessageToDict(each) for each in read] == [EXPOSED, {"region": "a"}, EXPOSED]
    read.clear()
    one = analyzer_pb2.AnalyzerResource(type=DATABASE, urn=request.urn, properties=struct(EXPOSED), provider=provider)
    served.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[one]), None)
    assert [json_format.MessageToDict(each) for each in read] == [EXPOSED]


OFFICIAL = ("-m", "pulumi.policy")
SANDBOX = (str(Path(run_pack.__file__)),)


@contextmanager
def started(pack: Path, runner: Sequence[str] = OFFICIAL) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """A pack as a language host starts it, the official one or the sandbox's."""
    process = subprocess.Popen(
        [sys.executable, "-u", *runner, "127.0.0.1:1", "."], cwd=pack, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        size = [("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}", options=size) as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        assert process.wait() == 0


@pytest.mark.parametrize("runner", [OFFICIAL, SANDBOX])
def test_a_pack_serves_until_it_is_ended(runner: Sequence[str], tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "cost", tmp_path / "cost", ignore=shutil.ignore_patterns("__pycache__"))
    with started(folder, runner) as pack:
        # the engine goes on without what there is no method for
        with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
            pack.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1"))
        with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
            pack.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="dev", dry_run=True))
        assert pack.GetPluginInfo(empty_pb2.Empty()) == plugin_pb2.PluginInfo()
        info = pack.GetAnalyzerInfo(empty_pb2.Empty())
        assert (info.name, info.supportsConfig) == ("cost", True)
        assert {one.name: one.enforcementLevel for one in info.policies} == {
            "rules": analyzer_pb2.MANDATORY,
            "stack": analyzer_pb2.MANDATORY,
            "advice": analyzer_pb2.ADVISORY,
            "fill-tags": analyzer_pb2.DISABLED,
        }
        assert [one.name for one in info.policies if one.configSchema.properties] == ["rules"]
        stack = [one.name for one in info.policies if one.policy_type == analyzer_pb2.POLICY_TYPE_STACK]
        assert stack == ["stack", "advice"]
        # a stack is one message, and gRPC takes 4 MiB unless told otherwise
        large = analyzer_pb2.AnalyzerResource(urn="urn", properties=struct({"text": "a" * (5 << 20)}))
        assert pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[large])) == analyzer_pb2.AnalyzeResponse()


def test_a_resource_is_offered_for_remediation_where_a_stack_asks_for_one(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "cost", tmp_path / "cost", ignore=shutil.ignore_patterns("__pycache__"))
    bucket = analyzer_pb2.AnalyzeRequest(type="aws:s3/bucket:Bucket", urn="urn", name="it")
    message = analyzer_pb2.ConfigureAnalyzerRequest()
    message.policyConfig["fill-tags"].properties.update({"tags": {"Owner": "jo"}})
    with started(folder) as pack:
        for level in (analyzer_pb2.DISABLED, analyzer_pb2.ADVISORY, analyzer_pb2.MANDATORY):
            message.policyConfig["fill-tags"].enforcementLevel = level
            pack.Configure(message)
            with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
                pack.Remediate(bucket)
        message.policyConfig["fill-tags"].enforcementLevel = analyzer_pb2.REMEDIATE
        pack.Configure(message)
        (told,) = pack.Remediate(bucket).remediations
        assert json_format.MessageToDict(told.properties) == {"tags": {"Owner": "jo"}}


def test_a_pack_is_made_without_loading_the_sdk_whose_messages_it_speaks() -> None:
    """The SDK takes longer to load than a stack of hundreds of resources to judge."""
    asked = (
        "import sys, platform_policies; from platform_policies.kit import serving;"
        "print({each.partition('.')[0] for each in sys.modules} & {'pulumi', 'pulumi_policy', 'opentelemetry'});"
        "import pulumi.runtime.proto.analyzer_pb2 as official;"
        "print(official.AnalyzeResponse is serving.proto.AnalyzeResponse)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["set()", "True"]
