from datetime import date
from typing import Any

import pytest

from sandbox.plans import Finding, Plan, Step
from sandbox.stateful import LOSS
from sandbox.wire import UNKNOWN
from tools.report.build import report
from tools.report.classes import Judged, component_of
from tools.report.effect_rows import ROWS
from tools.report.model import Change, StackReport
from tools.report.refusals import refusals

STACK = "urn:pulumi:prod::flowise::pulumi:pulumi:Stack::flowise-prod"
DATABASE, TEMPLATE = "aws:rds/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"
DEPLOYMENT, CONFIG = "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap"
TODAY = date(2026, 11, 29)


def step(operation: str, token: str, before: Any = None, after: Any = None, **more: Any) -> Step:
    given = {
        "stands": operation != "create",
        "protect": False,
        "retained": False,
        "because": (),
        "custom": True,
        **more,
    }
    urn = f"urn:pulumi:prod::flowise::platform:a:A${token}::{given.pop('name', 'thing')}"
    return Step(operation, urn, token, before=before or {}, after=after or {}, parent=STACK, **given)


def judged(*steps: Step, config: Any = None, **more: Any) -> StackReport:
    stack = Step("same", STACK, "pulumi:pulumi:Stack", True, False, False, ())
    return report(Judged("prod", Plan([stack, *steps], config or {}, ()), today=TODAY, **more))


def only(*steps: Step, **more: Any) -> Change:
    (change,) = judged(*steps, **more).changes
    return change


@pytest.mark.parametrize(
    ("operation", "token", "kind", "verdict"),
    [
        ("replace", DATABASE, "lost", "stop"),
        ("delete", DATABASE, "lost", "stop"),
        # no data, but what others stand on
        ("replace", "aws:ec2/vpc:Vpc", "gone", "stop"),
        ("replace", CONFIG, "replace", "look"),
        ("delete", CONFIG, "delete", "look"),
        ("create", DATABASE, "create", "look"),  # nobody gave it an environment, so that it has no price
    ],
)
def test_what_happens_has_a_class_and_a_verdict(operation: str, token: str, kind: str, verdict: str) -> None:
    told = judged(step(operation, token, {"a": 1}, {"a": 2}))
    assert (told.changes[0].kind, told.verdict) == (kind, verdict)


def test_a_replacement_in_three_steps_is_one_change() -> None:
    three = [step(each, CONFIG, {"a": 1}, {"a": 2}) for each in ("create-replacement", "replace", "delete-replaced")]
    assert only(*three).kind == "replace"


def test_what_a_rule_says_otherwise_of_the_stack_is_not_new() -> None:
    """It counts and lists: of a change that makes something unknown it told a finding that came and one that went."""
    thing = step("same", DATABASE)

    def said(*messages: tuple[str, str]) -> list[Finding]:
        return [Finding("all: advice", False, urn, message) for urn, message in messages]

    coverage = "scan-coverage (low): all is judged ({} are not); look. docs/policies.md#x"
    kept = (thing.urn, "rds-private (low) thing: it is private; mend it. docs/policies.md#y")
    before = said(
        (STACK, coverage.format(25)),
        (STACK, "exceptions: 2 in force, the next"),
        kept,
        (thing.urn, "old"),
        (STACK, "exceptions: 1 not needed, a"),
    )
    after = said(
        (STACK, coverage.format(27)),
        (STACK, "exceptions: 3 in force, the next"),
        kept,
        (thing.urn, "new"),
        (STACK, "exceptions: 1 not needed, a"),
    )
    stack = Step("same", STACK, "pulumi:pulumi:Stack", True, False, False, ())
    rules = report(Judged("prod", Plan([stack, thing], {}, (), after), today=TODAY), before).rules
    assert (rules.new, rules.gone, rules.exceptions) == (["thing: new"], ["thing: old"], 3)
    assert [each.partition("(27 ")[0] for each in rules.changed] == [
        "flowise-prod: scan-coverage (low): all is judged ",
        "flowise-prod: exceptions: 3 in force, the next",
    ]


def test_without_a_final_snapshot_all_of_it_is_lost() -> None:
    lost = only(step("replace", DATABASE, {"skipFinalSnapshot": True}, {})).why
    assert "no snapshot is taken" in lost
    assert "since the last snapshot" not in lost
    assert "since the last snapshot" in only(step("replace", DATABASE, {}, {})).why


def test_a_waiver_makes_a_loss_a_look_that_names_owner_and_day() -> None:
    waiver = {"resource": f"{DATABASE}::thing", "operation": "replace", "reason": "empty", "owner": "jo"}
    config = {"guard:waivers": [{**waiver, "expires": "2026-12-31"}]}
    told = judged(step("replace", DATABASE, {"a": 1}, {"a": 2}), config=config)
    assert told.verdict == "look"
    assert told.why == f"replace {DATABASE}::thing: waived until 2026-12-31 by jo: empty"
    ended = {"guard:waivers": [{**waiver, "expires": "2026-11-28"}]}
    assert judged(step("replace", DATABASE), config=ended).verdict == "stop"
    assert judged(step("replace", DATABASE), config={"guard:waivers": "all"}).verdict == "not judged"


def test_a_waiver_that_stands_is_listed_and_a_change_in_place_that_loses_is_a_stop() -> None:
    waiver = {"resource": f"{DATABASE}::thing", "operation": "update", "reason": "moved", "owner": "jo"}
    config = {"guard:waivers": [{**waiver, "expires": "2026-12-31"}]}
    idle = judged(step("same", DATABASE), config=config)
    assert idle.why == judged(step("same", DATABASE)).why  # nobody must look for its sake
    assert idle.waived == [f"update {DATABASE}::thing: waived until 2026-12-31 by jo: moved (nothing of it is planned)"]
    ended = step("update", DATABASE, {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 0})
    told = judged(ended)
    assert (told.verdict, told.data.word) == ("stop", "LOST")
    assert "backups older than that" in told.data.text
    assert "until a new one is there" not in told.service.text  # the database itself stays
    assert judged(ended, config=config).verdict == "look"
    assert judged(ended, config={"guard:waivers": [{**waiver, "expires": "2028-12-31"}]}).verdict == "not judged"


def test_what_a_law_refuses_stops_and_names_law_and_way_out() -> None:
    subnets = step("update", "aws:rds/subnetGroup:SubnetGroup", {"subnetIds": ["a"]}, {"subnetIds": UNKNOWN})
    said = (
        "Preview failed: updating aws:rds/subnetGroup:SubnetGroup: InvalidParameterValue: The new Subnets are not in "
        f"the same Vpc\n  resource: {subnets.urn}\n"
        "  law:      rds-subnet-group-vpc: the subnets of a database stay in their VPC (https://example.com/1)\n"
        "  way out:  leave the VPC as it is"
    )
    told = judged(subnets, refusals=list(refusals([said])))
    (change,) = told.changes
    assert (told.verdict, change.kind, told.time.word, told.service.word) == ("stop", "refused", "never", "down")
    assert change.why == 'the subnets of a database stay in their VPC: "The new Subnets are not in the same Vpc"'
    assert (change.instead, change.source) == ("leave the VPC as it is", "https://example.com/1")
    assert told.decide == ["Do not merge: leave the VPC as it is"]
    # before it had a step, too
    assert judged(refusals=list(refusals([said]))).verdict == "stop"


def test_a_replacement_that_hangs_on_the_unknown_is_perhaps_one() -> None:
    before, after = {"metadata": {"namespace": "a"}}, {"metadata": {"namespace": UNKNOWN}}
    job = step("replace", "kubernetes:batch/v1:Job", before, after, because=("metadata.namespace",))
    home = step("update", "kubernetes:core/v1:Namespace", {"a": 1}, {"a": 2}, name="home")
    came_from = [{"urn": job.urn, "type": job.type, "propertyDependencies": {"metadata": [home.urn]}}]
    kinds = {each.name: each.kind for each in judged(job, home, resources=came_from).changes}
    assert kinds["thing"] == "perhaps"
    replaced = step("replace", "kubernetes:core/v1:ConfigMap", {"a": 1}, {"a": 2}, name="home")
    came_from = [{"urn": job.urn, "type": job.type, "propertyDependencies": {"metadata": [replaced.urn]}}]
    assert {each.name: each.kind for each in judged(job, replaced, resources=came_from).changes}["thing"] == "replace"
    known = step("replace", "kubernetes:batch/v1:Job", before, {"metadata": {"namespace": "b"}}, because=("metadata",))
    assert only(known).kind == "replace"


TAGS = {"tags": {"Owner": "a"}}, {"tags": {"Owner": "b"}}


@pytest.mark.parametrize(
    ("token", "before", "after", "kind"),
    [
        (DATABASE, *TAGS, "tags"),
        (DATABASE, {**TAGS[0], "port": 1}, {**TAGS[1], "port": 2}, "update"),
        (
            TEMPLATE,
            {"tagSpecifications": [{"tags": {"Owner": "a"}}]},
            {"tagSpecifications": [{"tags": {"Owner": "b"}}]},
            "update",
        ),
        ("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", {"spec": TAGS[0]}, {"spec": TAGS[1]}, "update"),
        (
            CONFIG,
            {"metadata": {"labels": {"app.kubernetes.io/version": "1"}}},
            {"metadata": {"labels": {"app.kubernetes.io/version": "2"}}},
            "tags",
        ),
        # selected by, or read by a controller
        (CONFIG, {"metadata": {"labels": {"role": "a"}}}, {"metadata": {"labels": {"role": "b"}}}, "update"),
        (
            DEPLOYMENT,
            {"spec": {"template": {"metadata": {"annotations": {"a": "1"}}}}},
            {"spec": {"template": {"metadata": {"annotations": {"a": "2"}}}}},
            "update",
        ),
    ],
)
def test_tags_alone_are_told_apart_from_what_is_read(token: str, before: Any, after: Any, kind: str) -> None:
    assert only(step("update", token, before, after)).kind == kind


def test_a_class_waits_for_the_window_unless_it_is_applied_at_once() -> None:
    stands = {"multiAz": True, "maintenanceWindow": "sun:03:30-sun:04:30", "instanceClass": "db.m7g.large"}
    larger = {**stands, "instanceClass": "db.r7g.large"}
    told = judged(step("update", DATABASE, stands, larger))
    assert (told.verdict, told.why) == ("look", "the database pauses 1 to 2 min, on Sunday")
    assert "not at `up` but in its window Sunday 03:30-04:30 UTC" in told.service.text
    assert told.decide[0] == "Wait for Sunday?"
    at_once = judged(step("update", DATABASE, stands, {**larger, "applyImmediately": True}))
    assert at_once.why == "the database pauses 1 to 2 min"
    assert at_once.decide[0] == "May thing pause now, for 1 to 2 min?"
    one_zone = judged(step("update", DATABASE, {**stands, "multiAz": False}, {**larger, "multiAz": False}))
    assert "5 to 15 min" in one_zone.why


def test_an_update_that_no_row_speaks_of_is_named_where_the_guard_or_the_clock_knows_the_type() -> None:
    told = judged(step("update", "aws:lb/loadBalancer:LoadBalancer", {"idleTimeout": 1}, {"idleTimeout": 2}))
    assert told.verdict == "look"
    assert told.unjudged == ["lb LoadBalancer thing: no row says what idleTimeout does"]
    assert judged(step("update", "aws:none/thing:Thing", {"a": 1}, {"a": 2})).unjudged == []


def test_pods_restart_by_their_template_and_pause_where_all_end_first() -> None:
    before, after = ({"spec": {"template": {"x": each}}} for each in (1, 2))
    assert only(step("update", DEPLOYMENT, before, after)).effect.word == "restarts"  # type: ignore[union-attr]
    assert only(step("update", DEPLOYMENT, {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}})).effect.word == "none"  # type: ignore[union-attr]
    recreated = {"spec": {**after["spec"], "strategy": {"type": "Recreate"}}}
    assert only(step("update", DEPLOYMENT, before, recreated)).effect.word == "pauses"  # type: ignore[union-attr]


def test_every_row_has_a_source_and_the_types_that_hold_data_have_rows_or_are_named() -> None:
    assert all(row.source.startswith("https://") and row.sentence for row in ROWS)
    assert {
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:eks/cluster:Cluster",
    } <= (LOSS.keys() & {token for row in ROWS for token in row.types})


def test_a_resource_belongs_to_its_outermost_component() -> None:
    inner, outer, thing = (
        f"urn:pulumi:prod::flowise::{each}"
        for each in ("p:a:A$p:b:B::in", "p:a:A::out", "p:a:A$p:b:B$aws:s3/bucket:Bucket::x")
    )
    parents = {thing: inner, inner: outer, outer: STACK, STACK: ""}
    assert component_of(thing, parents) == "A out"
    assert component_of("urn:pulumi:prod::flowise::aws:s3/bucket:Bucket::y", {}) == "(stack)"


def test_an_empty_plan_and_one_with_errors_are_not_judged() -> None:
    for plan in (Plan([], {}, ()), Plan([step("update", CONFIG)], {}, ["no such class"])):
        told = report(Judged("prod", plan))
        assert told.verdict == "not judged"
        assert told.data.word == "unknown"
        assert told.diagnostics
