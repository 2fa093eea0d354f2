import json
from datetime import date
from typing import Any

import pytest

from tools.plan_guard import LOSSES, PlanError, judge, main

TODAY = date(2026, 11, 21)
BUCKET, DATABASE = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance"
WAIVER = {
    "resource": f"{BUCKET}::files",
    "operation": "replace",
    "reason": "empty",
    "owner": "jo",
    "expires": "2026-12-31",
}


def step(operation: str, resource_type: str = BUCKET, name: str = "files", **old: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::flowise::a:b:C${resource_type}::{name}"
    return {"op": operation, "urn": urn, "oldState": {"type": resource_type, **old}, "replaceReasons": ["bucket"]}


def plan(*steps: dict[str, Any], waivers: Any = None) -> str:
    config = {} if waivers is None else {"guard:waivers": json.dumps(waivers)}
    return json.dumps({"config": config, "steps": steps, "changeSummary": {}})


def refused(text: str, today: date = TODAY) -> list[str]:
    return judge(text, today)[0]


@pytest.mark.parametrize("operation", ["create", "update", "same", "read", "refresh", "import"])
def test_what_keeps_a_resource_passes(operation: str) -> None:
    assert refused(plan(step(operation))) == []


@pytest.mark.parametrize("operation", ["replace", "create-replacement", "delete-replaced", "delete"])
def test_what_loses_data_is_refused_with_what_is_lost_and_what_to_do(operation: str) -> None:
    (said,) = refused(plan(step(operation)))
    assert f"{BUCKET}::files" in said
    assert "lost: every object" in said
    assert "instead: make a second bucket" in said


def test_a_replacement_in_two_steps_is_told_once() -> None:
    assert len(refused(plan(step("create-replacement"), step("replace"), step("delete-replaced")))) == 1


@pytest.mark.parametrize(
    "resource_type",
    [
        DATABASE,
        "aws:rds/cluster:Cluster",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:s3/bucketV2:BucketV2",
        "aws:kms/key:Key",
        "aws:secretsmanager/secret:Secret",
        "aws:ec2/eip:Eip",
        "aws:cloudfront/distribution:Distribution",
        "aws:eks/cluster:Cluster",
        "aws:backup/vault:Vault",
        "aws:dynamodb/table:Table",
        "aws:efs/fileSystem:FileSystem",
        "kubernetes:core/v1:Namespace",
        "kubernetes:core/v1:PersistentVolumeClaim",
        "aws:route53/zone:Zone",
    ],
)
def test_data_keys_addresses_and_the_cluster_are_guarded(resource_type: str) -> None:
    assert refused(plan(step("delete", resource_type)))


def test_every_kind_of_loss_is_guarded_by_a_test() -> None:
    assert len(LOSSES) == 11


def test_what_holds_nothing_passes_unless_it_is_protected() -> None:
    assert refused(plan(step("delete", "aws:ec2/securityGroup:SecurityGroup"))) == []
    (said,) = refused(plan(step("delete", "random:index/randomPassword:RandomPassword", protect=True)))
    assert "take `protect` off" in said


def test_what_is_only_forgotten_is_not_lost() -> None:
    assert refused(plan(step("delete", retainOnDelete=True))) == []


def test_a_waiver_lets_one_operation_on_one_resource_through() -> None:
    text = plan(step("replace"), waivers=[WAIVER])
    assert judge(text, TODAY) == ([], [f"replace {BUCKET}::files: empty (owner: jo, until 2026-12-31)"])
    assert len(refused(plan(step("delete"), waivers=[WAIVER]))) == 1
    assert len(refused(plan(step("replace", name="other"), waivers=[WAIVER]))) == 1
    assert len(refused(plan(step("replace", DATABASE), waivers=[WAIVER]))) == 1


def test_a_waiver_that_has_ended_is_none() -> None:
    text = plan(step("replace"), waivers=[WAIVER])
    assert refused(text, date(2026, 12, 31)) == []
    (said,) = refused(text, date(2027, 1, 1))
    assert "its waiver ended on 2026-12-31" in said


def test_a_waiver_that_nothing_needs_is_told() -> None:
    assert judge(plan(waivers=[WAIVER]), TODAY)[1] == [f"replace {BUCKET}::files: waived, and not planned"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"waivers": "all"},
        {"waivers": ["all"]},
        {"waivers": [{**WAIVER, "expires": "soon"}]},
        {"waivers": [{**WAIVER, "reason": " "}]},
        {"waivers": [{**WAIVER, "operation": "update"}]},
        {"waivers": [{k: v for k, v in WAIVER.items() if k != "owner"}]},
        {"waivers": [{**WAIVER, "more": "x"}]},
    ],
)
def test_a_wrong_waiver_is_refused_by_its_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="guard:waivers"):
        judge(plan(**wrong), TODAY)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"steps": 1}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        judge(text, TODAY)


def test_a_stream_of_events_is_read_too() -> None:
    metadata = {
        "op": "delete",
        "urn": f"urn:pulumi:prod::flowise::{BUCKET}::files",
        "type": BUCKET,
        "old": {"type": BUCKET},
    }
    waivers = {"guard:waivers": json.dumps([{**WAIVER, "operation": "delete"}])}
    lines = [{"preludeEvent": {"config": {}}}, {"resourcePreEvent": {"metadata": metadata}}, {"summaryEvent": {}}]
    assert len(refused("\n".join(map(json.dumps, lines)))) == 1
    lines[0] = {"preludeEvent": {"config": waivers}}
    assert refused("\n".join(map(json.dumps, lines))) == []


def test_the_command_ends_as_a_pipeline_needs_it(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(plan(step("update")), encoding="utf-8")
    assert main([str(file)]) == 0
    file.write_text(plan(step("replace")), encoding="utf-8")
    assert main([str(file)]) == 1
    assert "1 refused" in capsys.readouterr().out
    file.write_text("{}", encoding="utf-8")
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "none")]) == 2
