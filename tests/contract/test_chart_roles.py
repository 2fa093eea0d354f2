"""Roles of ours stand where a chart's are left out: they let its accounts do what those did, but for what is listed.

`charts.json` holds what the chart's own roles of that very version grant (`tools.charts`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from testing.cloud import Created
from testing.program import run
from tools.charts.store import facts_of
from tools.shapes import made

RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
OPERATOR, PROMETHEUS, ADMISSION = (
    f"monitoring/prometheus-{each}" for each in ("operator", "prometheus", "admission")
)  # fmt: skip
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
WRITES = ("create", "update", "patch", "delete", "deletecollection")
# group or nothing, resource or path, verb
Right = tuple[str, str, str]

MONITORS = ("podmonitors", "probes", "prometheusrules", "scrapeconfigs", "servicemonitors")
OPERATED = ("alertmanagers", "prometheusagents", "prometheuses", "thanosrulers")
# What the operator's clients never ask (its cmd/ and pkg/, v0.93.0), though its chart grants it by a star or by name.
NOT_ASKED: Mapping[tuple[str, str], tuple[str, ...]] = {
    **{("monitoring.coreos.com", kind): WRITES for kind in (*MONITORS, "alertmanagerconfigs")},
    **{("monitoring.coreos.com", kind): ("create", "delete", "deletecollection") for kind in OPERATED},
    **{
        ("monitoring.coreos.com", f"{kind}/status"): ("list", "watch", "create", "delete", "deletecollection")
        for kind in (*MONITORS, *OPERATED)
    },
    # a garbage collector's kind of right: whoever sets an owner must be able to update its finalizers
    **{
        ("monitoring.coreos.com", f"{kind}/finalizers"): tuple(verb for verb in VERBS if verb != "update")
        for kind in OPERATED
    },
    **dict.fromkeys([("apps", "statefulsets"), ("", "configmaps"), ("", "secrets")], ("deletecollection",)),
    ("networking.k8s.io", "ingresses"): ("get", "list", "watch"),
}  # fmt: skip
# What its chart lets the operator do everywhere and ours everywhere too; all else is of its namespace.
EVERYWHERE = {
    *(("monitoring.coreos.com", kind) for kind in MONITORS),
    *(("monitoring.coreos.com", f"{kind}/status") for kind in MONITORS),
    *(("", kind) for kind in ("nodes", "namespaces", "events")),
    ("events.k8s.io", "events"),
    ("storage.k8s.io", "storageclasses"),
}


def rights(rules: list[dict[str, Any]]) -> Iterator[Right]:
    """Yield each right of a role's rules, a star as all the verbs that it stands for."""
    for rule in rules:
        for verb in rule["verbs"]:
            for one in VERBS if verb == "*" else (verb,):
                yield from (("", url, one) for url in rule.get("nonResourceURLs", ()))
                for group in rule.get("apiGroups", ()):
                    yield from ((group, resource, one) for resource in rule["resources"])


@cache
def recorded() -> Mapping[str, Any]:
    (row,) = (row for row in facts_of(run("prod")) if "rights_left_out" in row)
    assert row["chart"].startswith("kube-prometheus-stack ")
    return row


def charts(account: str) -> set[Right]:
    return {
        right for each in recorded()["rights_left_out"] if each["account"] == account for right in rights(each["rules"])
    }


@cache
def bound() -> list[tuple[str, str | None, Created]]:
    """Return each role of the program's that an account has: whose, where (nowhere is everywhere), the role."""
    cloud = run("prod").cloud
    found = []
    for each in (*cloud.of(f"{RBAC}RoleBinding"), *cloud.of(f"{RBAC}ClusterRoleBinding")):
        kind = each.inputs["roleRef"]["kind"]
        (role,) = (
            one
            for one in cloud.of(f"{RBAC}{kind}")
            if one.inputs["metadata"].get("name", one.name) == each.inputs["roleRef"]["name"]
        )
        where = each.inputs["metadata"]["namespace"] if each.type.endswith(":RoleBinding") else None
        found += [(f"{one['namespace']}/{one['name']}", where, role) for one in each.inputs["subjects"]]
    return found


def ours(account: str, where: str | None) -> set[Right]:
    return {
        right
        for who, namespace, role in bound()
        if (who, namespace) == (account, where)
        for right in rights(role.inputs["rules"])
    }


def test_the_chart_leaves_out_the_roles_of_three_accounts_and_keeps_the_metrics_own() -> None:
    assert {each["account"] for each in recorded()["rights_left_out"]} == {OPERATOR, PROMETHEUS, ADMISSION}
    assert {each["account"] for each in recorded()["rights"]} == {"monitoring/monitoring-prometheus-kube-state-metrics"}


@pytest.mark.parametrize("account", [OPERATOR, PROMETHEUS, ADMISSION])
def test_an_account_may_what_the_charts_role_lets_it_but_for_what_it_never_asks(account: str) -> None:
    left_out = {(*key, verb) for key, verbs in NOT_ASKED.items() for verb in verbs} if account == OPERATOR else set()
    mine = ours(account, None) | ours(account, "monitoring")
    assert charts(account) - mine == left_out, "the chart grants what ours do not: grant it, or say who never asks"


@pytest.mark.parametrize("account", [OPERATOR, PROMETHEUS, ADMISSION])
def test_an_account_may_no_more_than_the_charts_role_lets_it(account: str) -> None:
    eks = {("metrics.eks.amazonaws.com", f"{part}/metrics", "get") for part in ("ksh", "kcm")}
    more = (ours(account, None) | ours(account, "monitoring")) - charts(account)
    assert more == (eks if account == PROMETHEUS else set())


def test_the_operator_acts_in_its_own_namespace_alone() -> None:
    assert {(group, resource) for group, resource, _ in ours(OPERATOR, None)} == EVERYWHERE
    writes = {right for right in ours(OPERATOR, None) if right[2] in WRITES}
    assert {resource for _, resource, _ in writes} == {"events", *(f"{kind}/status" for kind in MONITORS)}


def test_nobody_of_the_release_reads_a_secret_beyond_its_namespace() -> None:
    everywhere = [
        *((who, role.inputs["rules"]) for who, where, role in bound() if where is None),
        *((each["account"], each["rules"]) for each in recorded()["rights"] if each["namespace"] is None),
    ]
    assert len(everywhere) > 3
    readers = {who for who, rules in everywhere for _, resource, _ in rights(rules) if resource in ("secrets", "*")}
    assert readers == set()
    homes = {
        where for _, where, role in bound() for _, resource, _ in rights(role.inputs["rules"]) if resource == "secrets"
    }
    assert homes == {"monitoring"}


def test_the_webhooks_jobs_read_one_secret_and_write_two_configurations_by_name() -> None:
    rules = [rule for who, _, role in bound() if who == ADMISSION for rule in role.inputs["rules"]]
    by_name = {(tuple(rule["verbs"]), tuple(rule.get("resourceNames", ()))) for rule in rules}
    own = ("prometheus-admission",)
    assert by_name == {(("get",), own), (("create",), ()), (("get", "update", "patch"), own)}


@pytest.mark.parametrize("stack", ["prod", "dev-with-traces-and-datadog"])
def test_what_is_scraped_with_a_secret_says_so_where_the_operator_may_read_it(stack: str) -> None:
    customs = [each for each in made(stack).cloud.created if each.type.startswith("kubernetes:monitoring.coreos.com/")]
    with_secret = {each.inputs["metadata"]["namespace"] for each in customs if _selects_a_key(each.inputs["spec"])}
    assert with_secret == {"monitoring"}


def _selects_a_key(spec: Any) -> bool:
    """Return whether a SecretKeySelector is somewhere in it."""
    if isinstance(spec, Mapping):
        return {"name", "key"} <= set(spec) or any(_selects_a_key(each) for each in spec.values())
    return isinstance(spec, list) and any(_selects_a_key(each) for each in spec)
