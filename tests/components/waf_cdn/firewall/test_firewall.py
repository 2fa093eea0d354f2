"""The firewall's logic: the rules as they are handed to AWS, over recorded requests."""

from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.flowise_service.edge import edge_profile
from components.flowise_service.open_paths import OPEN_PATHS, Need
from components.shared.edge_profile import EdgeProfile
from components.waf_cdn.firewall import EdgeFirewall, EdgeFirewallArgs
from components.waf_cdn.firewall_groups import GROUPS as TABLE
from components.waf_cdn.firewall_settings import FirewallSettings
from sandbox import clouds
from sandbox.laws import refusals
from sandbox.laws.law import ResourceOperation
from testing.cloud import Cloud, Created
from tests.components.waf_cdn.firewall.managed import GROUPS
from tests.components.waf_cdn.firewall.model import Firewall, Verdict
from tests.components.waf_cdn.firewall.recorded import ALL_ASKED, AS_THEY_CAME, FLOW, KEY, RECORDED, SESSION
from tests.components.waf_cdn.firewall.request import BROWSER, HOSTED, TOR, Request
from tests.samples import TAGS

# everything on, and a list of each kind
EVERYTHING: dict[str, Any] = {
    "allowed_countries": ["DE", "FR"],
    "denied_cidrs": ["203.0.113.64/26", "2001:db8:bad::/48"],
    "closed_paths": ["/api/v1/user/test", "/api/v1/IP"],
    "anti_ddos": True,
    "bot_control": True,
    "requests_per_five_minutes_per_key": 500,
}


# what a stack may need
EVERY_NEED: frozenset[Need] = frozenset(each.needed_for for each in OPEN_PATHS if each.needed_for)


def deployed(cloud: Cloud, needs: frozenset[Need] = EVERY_NEED, **settings: Any) -> Firewall:
    """Build the firewall, and read its rules and sets as AWS would get them."""
    args = EdgeFirewallArgs(
        settings=FirewallSettings.model_validate(settings),
        profile=edge_profile(needs),
        stack_name="test",
        kms_key_arn="arn:aws:kms:x",
        tags=TAGS,
    )
    cloud.build(lambda: EdgeFirewall("fw", args))
    sets = {_arn(each): each.inputs["addresses"] for each in cloud.of(aws.wafv2.IpSet)}
    return Firewall(cloud.only(aws.wafv2.WebAcl).inputs["rules"], sets)


def _arn(created: Created) -> str:
    urn = f"urn:pulumi:test::flowise::{created.type}::{created.name}"
    return str(clouds.create(created.type, created.name, urn, created.inputs)[1]["arn"])


def said(verdict: Verdict) -> str:
    after = f" after {', '.join(verdict.counted)}" if verdict.blocked_by and verdict.counted else ""
    return f"{verdict}{after}"


def test_every_recorded_request_is_judged_as_the_table_says(cloud: Cloud) -> None:
    firewall = deployed(cloud, **EVERYTHING)
    assert len(RECORDED) >= 60
    judged = {name: said(firewall.judge(request)) for name, (request, _) in RECORDED.items()}
    assert judged == {name: expected for name, (_, expected) in RECORDED.items()}


def test_what_no_stack_asked_for_is_closed_and_the_rest_as_open_as_ever(cloud: Cloud) -> None:
    firewall = deployed(cloud, frozenset(), **EVERYTHING)
    judged = {name: said(firewall.judge(request)) for name, (request, _) in AS_THEY_CAME.items()}
    assert judged == {name: expected for name, (_, expected) in AS_THEY_CAME.items()}


def test_what_a_stack_asks_for_is_open(cloud: Cloud) -> None:
    firewall = deployed(cloud, **EVERYTHING)
    for path in ALL_ASKED:
        assert str(firewall.judge(Request("POST", path))) == "allowed", path


def test_no_path_with_markup_comes_in(cloud: Cloud) -> None:
    # Flowise would serve it without the tags, whatever the firewall compared
    firewall = deployed(cloud, allowed_countries=["DE"])
    for path in (
        "/api/v1/pi<x>ng",
        "/api/v1/pi%3Cx%3Eng",
        "/api/v1/pi%3cx%3eng",
        "/api/v1/account/regis%3Cb%3Eter",
        "/api/v1/metr%3C/i%3Eics",
        "/api/v1/node-load-method/custom%3Cu%3EMCP",
        "/admin/que%3C!--%20--%3Eues",
        "/api/v1/pre&shy;diction/1",
        "/api/v1/pre%26shy;diction/1",
        "/api/v1/auth&sol;login",
    ):
        assert firewall.judge(Request("GET", path)).blocked_by == "closes-markup", path
    # whom the countries let past for the sake of health checks as well
    assert firewall.judge(Request("GET", "/api/v1/ping<x>", country="US")).blocked_by == "closes-markup"


def test_other_signs_in_a_path_are_no_markup(cloud: Cloud) -> None:
    firewall = deployed(cloud)
    for path in ("/", "/canvas/a;b", "/files/a+b (1)%20%C3%BC.png", "/%253Cx%253E", '/"quoted"', "/a'b"):
        assert firewall.judge(Request("GET", path, "q=a<b&r=a%3Cb")).blocked_by is None, path


def test_no_statement_nests_deeper_than_the_provider_takes_it(cloud: Cloud) -> None:
    # more than one pattern takes
    paths = [f"/api/v1/a-path-that-is-rather-long-{number}" for number in range(20)]
    deployed(cloud, **EVERYTHING, exemptions={LABEL: paths})
    (acl,) = cloud.of(aws.wafv2.WebAcl)
    assert refusals(ResourceOperation("create", acl.type, acl.name, "urn", acl.inputs)) == []


def test_every_rule_of_ours_blocks_something_in_the_table(cloud: Cloud) -> None:
    firewall = deployed(cloud, **EVERYTHING)
    ours = {
        rule["name"] for rule in firewall.rules if "action" in rule and "rateBasedStatement" not in rule["statement"]
    }
    blocked = {firewall.judge(request).blocked_by for request, _ in RECORDED.values()}
    assert ours - blocked == set()


def test_the_standins_know_the_rules_and_labels_of_the_planned_groups() -> None:
    known = {group.name: group.labels() for group in TABLE.values() if group.rules}
    assert {name: {rule.name: rule.label for rule in GROUPS[name]} for name in known} == known


def test_all_may_come_in_where_nobody_is_listed(cloud: Cloud) -> None:
    firewall = deployed(cloud)
    assert str(firewall.judge(Request("GET", "/", country="KP", address="203.0.113.77"))) == "allowed"


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("192.0.2.200", "allowed"),
        ("2001:db8:1::5", "allowed"),
        ("192.0.2.7", "blocked by other-addresses"),
        ("2001:db8:2::5", "blocked by other-addresses"),
    ],
)
def test_only_listed_addresses_come_in(cloud: Cloud, address: str, verdict: str) -> None:
    firewall = deployed(cloud, allowed_cidrs=["192.0.2.128/25", "2001:db8:1::/48"])
    assert str(firewall.judge(Request("GET", "/", address=address))) == verdict


def test_health_checks_come_from_outside_of_every_list(cloud: Cloud) -> None:
    firewall = deployed(cloud, allowed_cidrs=["192.0.2.128/25"], allowed_countries=["DE"])
    assert firewall.judge(Request("GET", "/api/v1/ping", country="US", address=HOSTED)).blocked_by is None


def test_a_denied_address_of_either_version_stays_out(cloud: Cloud) -> None:
    firewall = deployed(cloud, **EVERYTHING)
    for address in ("203.0.113.64", "203.0.113.127", "2001:db8:bad::1"):
        assert firewall.judge(Request("GET", "/", address=address)).blocked_by == "denied-addresses"
    assert firewall.judge(Request("GET", "/", address="203.0.113.128")).blocked_by is None


def test_custom_mcp_is_had_for_the_asking(cloud: Cloud) -> None:
    request, _ = RECORDED["CVE-2025-59528, code in a custom MCP"]
    assert str(deployed(cloud, frozenset({"custom_mcp"})).judge(request)) == "allowed"


QUESTION = Request("GET", "/api/v1/webhook/1", "q=1 UNION SELECT 1", SESSION)


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("/api/v1/chatflows", "allowed"),
        (f"/api/v1/chatflows/{FLOW}", "allowed"),
        ("/api/v1/tools", "blocked by closes-to-programs"),
        # as it is spelled in the stack's file, and not otherwise
        ("/api/v1/Chatflows", "blocked by closes-to-programs"),
        ("/api/v1/%63hatflows", "blocked by closes-to-programs"),
    ],
)
def test_programs_that_manage_flows_are_had_for_the_naming(cloud: Cloud, path: str, verdict: str) -> None:
    firewall = deployed(cloud, frozenset(), program_paths=["/api/v1/chatflows"])
    assert str(firewall.judge(Request("GET", path, headers=KEY))) == verdict


def test_fails_where_programs_are_named_whom_nothing_keeps_out(cloud: Cloud) -> None:
    args = EdgeFirewallArgs(
        settings=FirewallSettings(program_paths=("/api/orders",)),
        profile=EdgeProfile(),
        stack_name="test",
        kms_key_arn="arn:aws:kms:x",
        tags=TAGS,
    )
    with pytest.raises(pulumi.RunError, match=r"edge.firewall.program_paths: .* leave it out"):
        cloud.build(lambda: EdgeFirewall("fw", args))


LABEL = "awswaf:managed:aws:sql-database:SQLi_QueryArguments"


def test_an_exempt_label_counts_on_its_path_and_nowhere_else(cloud: Cloud) -> None:
    firewall = deployed(cloud, exemptions={LABEL: ["/api/v1/webhook"]})
    assert str(firewall.judge(QUESTION)) == "counted SQLi_QUERYARGUMENTS"
    elsewhere = firewall.judge(replace(QUESTION, path="/api/v1/chatflows"))
    assert elsewhere.blocked_by == "outside-exemptions"


def test_without_an_exemption_the_group_itself_blocks(cloud: Cloud) -> None:
    assert deployed(cloud).judge(QUESTION).blocked_by == "sql-injection: SQLi_QUERYARGUMENTS"


def test_an_exemption_adds_to_those_that_every_stack_has(cloud: Cloud) -> None:
    firewall = deployed(cloud, exemptions={"awswaf:managed:aws:core-rule-set:SizeRestrictions_Body": ["/api/v1/leads"]})
    long = Request("POST", "/api/v1/variables", headers=SESSION, body="x" * 9000)
    for path in ("/api/v1/leads", "/api/v1/chatflows"):
        assert str(firewall.judge(replace(long, path=path))) == "counted SizeRestrictions_BODY"
    assert firewall.judge(long).blocked_by == "outside-exemptions"


def test_a_label_may_be_exempt_everywhere(cloud: Cloud) -> None:
    firewall = deployed(cloud, exemptions={"awswaf:managed:aws:anonymous-ip-list:AnonymousIPList": ["/"]})
    assert str(firewall.judge(Request("GET", "/signin", address=TOR))) == "counted AnonymousIPList"


@pytest.mark.parametrize(
    ("authorization", "verdict"),
    [
        ("Bearer Ab-_9.x", "allowed"),
        ("Ab-_9", "blocked by closes-odd-keys"),
        ("x Bearer Ab-_9", "blocked by closes-odd-keys"),
        ("Bearer Ab-_9 ", "blocked by closes-odd-keys"),
        ("Bearer x Bearer Ab-_9", "blocked by closes-odd-keys"),
        ("Bearer  Ab-_9", "blocked by closes-odd-keys"),
    ],
)
def test_where_keys_are_counted_a_key_has_one_spelling(cloud: Cloud, authorization: str, verdict: str) -> None:
    request_ = Request("POST", "/api/v1/prediction/1", headers={**BROWSER, "authorization": authorization})
    firewall = deployed(cloud, requests_per_five_minutes_per_key=500)
    assert str(firewall.judge(request_)) == verdict
    assert "rate-key" in firewall.rated_by(request_)
    assert str(firewall.judge(Request("POST", "/api/v1/prediction/1"))) == "allowed"


def test_without_a_limit_of_keys_none_is_refused_for_its_spelling(cloud: Cloud) -> None:
    odd = Request("POST", "/api/v1/prediction/1", headers={**BROWSER, "authorization": "x Bearer Ab-_9"})
    assert str(deployed(cloud).judge(odd)) == "allowed"


@pytest.mark.parametrize(
    ("request_", "rates"),
    [
        (Request("GET", "/"), {"rate"}),
        (Request("POST", "/api/v1/auth/login"), {"rate", "rate-login"}),
        (Request("POST", "/API/V1/account/Forgot-Password"), {"rate", "rate-login"}),
        (Request("POST", "/api/v1/prediction/1"), {"rate", "rate-costly"}),
        (Request("POST", "/api/v1/internal-prediction/1"), {"rate", "rate-costly"}),
        (Request("POST", "/api/v1/webhook/1"), {"rate", "rate-costly"}),
        (Request("POST", "/api/v1/mcp/1"), {"rate", "rate-costly"}),
        (Request("GET", "/api/v1/predictions"), {"rate"}),
        (Request("GET", "/api/v1/mcp-server"), {"rate"}),
    ],
)
def test_a_request_counts_towards_the_rates_of_its_path(cloud: Cloud, request_: Request, rates: set[str]) -> None:
    assert deployed(cloud).rated_by(request_) == rates
