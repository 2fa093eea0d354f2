"""Which controls the rules say that they cover."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from platform_policies import RULE_SETS
from platform_policies.commands import main
from platform_policies.frameworks import claims, frameworks, page, unknown
from platform_policies.kit.rule import CONCERNS, Concern, RuleMetadata

from .faults import faults
from .packs import NAMES, stack_rules

RULES = [rule for rule_set in RULE_SETS.values() for rule in rule_set.every]
ELSEWHERE = json.loads(Path(__file__).with_name("controls.json").read_text(encoding="utf-8"))
"""By control what others call their check of it (`python -m tools.policy_controls`)."""
# What a check's name says where it is about such a concern.
ABOUT: dict[Concern, str] = {
    "at-rest": "encrypt|cmk|kms_enabled",
    "in-transit": "transit|ssl|https|tls|secure_|node_encryption|no_ftp",
    "boundary": "waf|ingress|public|vpc_routing|isolation|subnet|default_security|restricted_common|internet"
    "|securitygroup_default|cross_account|in_vpc|resource_based_policy|stateless_action|desync|invalid_header|origin_access|network_mode",
    "privilege": "inline|attached_only|root_?dir|root_?file|root_access|host_namespace|privilege|decrypt|user_access"
    "|service_wild|cmk_policy|non_root",
    "identity": "auth|imds|metadata|user_identity|password|advanced_security|default_admin|database_name|fine_grained",
    "secrets": "secret|credential",
    "audit": "audit|record|log|health|insights|monitor|tracing|trail|guardduty|config_enabled|xray|alarm_action",
    "backup": "backup|pitr|point_in_time|versioning|automatic_snapshot|deletion_protection",
    "availability": "failover|multi_az|dedicated_master|cross_zone|deletion_protection|fault_tolerance",
    "patching": "version|runtime|scan|managed_updates",
    "configuration": "immutab|root_object|launch_template|copy_tags",
    "cost": "lifecycle|unassigned",
}
# A claim that others' names cannot bear out: what it says in words of our own is what the control comes to.
OTHERWISE = {
    ("WAF.1", "waf-classic"): "no such web ACL is left that would have to log",
    ("Lambda.1", "lambda-url-auth"): "a URL that asks nobody is public access",
    ("ECS.18", "ecs-files-in-transit"): "the encryption of EFS that a task definition has is that of the way to it",
}
# Controls for which neither source has a check, most of them beside the standard: the rule of AWS Config by which AWS
# judges each, as its own page has it (docs.aws.amazon.com/securityhub/latest/userguide/<service>-controls.html). What
# EC2.182 is called was read in findings that others published; the rule's own page wants all public sharing blocked.
BY_AWS = {
    "CloudTrail.3": "cloudtrail-enabled",
    "CloudWatch.15": "cloudwatch-alarm-action-check",
    "CloudWatch.16": "cw-loggroup-retention-period-check",
    "CloudWatch.17": "cloudwatch-alarm-action-enabled-check",
    "Cognito.6": "cognito-user-pool-deletion-protection-enabled",
    "EC2.182": "ebs-snapshot-block-public-access",
    "ECS.17": "ecs-task-definition-network-mode-not-host",
    "ECS.18": "ecs-task-definition-efs-encryption-enabled",
    "ECS.20": "ecs-task-definition-linux-user-non-root",
    "ELB.8": "elb-predefined-security-policy-ssl-check",
    "ElasticBeanstalk.2": "elastic-beanstalk-managed-updates-enabled",
    # one rule for seven controls: letters in upper case, in lower case, symbols, numbers, 14 letters, no reuse, 90 days
    **{f"IAM.{number}": "iam-password-policy" for number in range(11, 18)},
    "Lambda.7": "lambda-function-xray-enabled",
    "Opensearch.11": "opensearch-primary-node-fault-tolerance",
    "RDS.26": "rds-resources-protected-by-backup-plan",
    "RDS.46": "rds-instance-subnet-igw-check",
    "SES.3": "ses-sending-tls-required",
}
# Words of titles that say nothing of what a control is about.
_ANYWHERE = re.compile(
    "access|admission|amazon|and|are|clusters?|containers|created?|enabled|ensure|have|kubernetes|minimize|not|only"
    "|set|that|the|used?|using|where|with"
)
# A claim of CIS EKS that has no word of the control's title.
UNSAID = {
    ("5.2.1", "iam-trust-oidc"): "a service account of one's own is one by this trust",
    ("4.3.1", "eks-addons"): "the VPC CNI is one of the add-ons",
    ("4.2.1", "k8s-ns-pss-label"): "restricted admits no privileged container",
}


def asked(control: str, framework: str = "FSBP") -> str:
    """What the control asks for, in others' words."""
    known = ELSEWHERE[framework].get(control.lower() if framework == "FSBP" else control, ())
    return " ".join(known) or BY_AWS.get(control, "").replace("-", "_")


def bears(control: str, one: RuleMetadata, framework: str = "FSBP") -> bool:
    return re.search(ABOUT[one.concern], asked(control, framework)) is not None or (control, one.id) in OTHERWISE


def shares_a_word(title: str, one: RuleMetadata) -> bool:
    """Whether a rule says a word of a title that is not in most of them; its first letters will do."""
    said = f"{one.id} {one.sentence} {one.advice} {getattr(one, 'types', '')} {getattr(one, 'judges', '')}".lower()
    words = [word for word in title.split() if not _ANYWHERE.fullmatch(word)]
    return any(re.search(rf"\b{word[:5]}" if len(word) < 5 else word[:5], said) for word in words)


def rule(refs: str, level: str = "mandatory") -> RuleMetadata:
    return RuleMetadata("k8s-any", "low", "s", "a", "privilege", refs=refs, level=level)  # type: ignore[arg-type]


def test_no_rule_claims_a_control_that_its_framework_does_not_have() -> None:
    assert unknown(RULES) == []
    assert unknown([rule("CIS AWS 9.9, CIS EKS 4.1.1, CKV_AWS_1")]) == ["CIS AWS 9.9"]


def test_a_rule_is_about_what_the_control_asks_for_that_it_claims() -> None:
    """A number that is one beside the right one mostly asks for something else."""
    claimed = [(control, one) for (key, control), by in claims(RULES).items() if key == "FSBP" for one in by]
    assert [control for control, _ in claimed if not asked(control)] == []
    assert BY_AWS.keys() - {control for control, _ in claimed} == set()
    assert [(control, one.id, asked(control)) for control, one in claimed if not bears(control, one)] == []
    assert len(claimed) > 250
    others = [
        bears(other, one)
        for control, one in claimed
        for other in ELSEWHERE["FSBP"]
        if other.partition(".")[0] == control.partition(".")[0].lower() and other != control.lower()
    ]
    assert sum(others) / len(others) < 0.2


def test_a_rule_is_about_what_the_control_of_cis_aws_asks_for() -> None:
    claimed = [(control, one) for (key, control), by in claims(RULES).items() if key == "CIS AWS" for one in by]
    assert [(control, one.id) for control, one in claimed if not bears(control, one, "CIS AWS")] == []
    assert len(claimed) > 25


def test_a_rule_says_what_the_control_of_kubernetes_is_called_by() -> None:
    claimed = [
        (benchmark, control, one)
        for one in RULES
        for benchmark, control in re.findall(r"(CIS EKS|CIS Kubernetes) ([\d.]+)", one.refs)
    ]
    assert [control for benchmark, control, _ in claimed if control not in ELSEWHERE[benchmark]] == []
    unsaid = [
        (control, one.id)
        for benchmark, control, one in claimed
        if not shares_a_word(ELSEWHERE[benchmark][control], one)
    ]
    assert sorted(unsaid) == sorted(UNSAID)
    assert len(claimed) > 45
    others = [
        shares_a_word(title, one)
        for benchmark, control, one in claimed
        for other, title in ELSEWHERE[benchmark].items()
        if other != control
    ]
    assert sum(others) / len(others) < 0.25


def test_the_control_of_nist_that_a_concern_serves_is_the_one_that_others_name() -> None:
    named = [
        (one.concern, CONCERNS[one.concern][0] in ELSEWHERE["NIST"][told].split())
        for (key, control), by in claims(RULES).items()
        for one in by
        for told in [f"{key} {control.lower() if key == 'FSBP' else control}"]
        if told in ELSEWHERE["NIST"] and CONCERNS[one.concern][0]
    ]
    assert len(named) > 90
    assert sum(same for _, same in named) / len(named) > 0.89
    by_concern = {concern: [same for about, same in named if about == concern] for concern, _ in named}
    # secrets: the one that they have is of rotation, which they hold to be about who has access
    assert {concern for concern, found in by_concern.items() if sum(found) / len(found) < 0.6} == {"secrets"}
    assert CONCERNS.keys() - by_concern.keys() == {"cost", "configuration"}


def test_what_is_claimed_in_part_is_told_with_what_is_missing() -> None:
    told = page(RULES)
    for control in ("CloudWatch.16", "ECS.20"):
        assert f"{control} (partly)" in told
        assert f"- {control} partly: " in told
    assert "5.4.2 | a private endpoint | partly: " in told


def test_a_framework_has_the_numbers_that_others_have() -> None:
    found = {one.key: {each.id for each in one.controls} for one in frameworks([])}
    assert found["CIS AWS"] == ELSEWHERE["CIS AWS"].keys()
    assert found["CIS EKS"] == set(ELSEWHERE["CIS EKS"])
    ours = {control.lower() for control in found["FSBP"]}
    assert {control for control in ELSEWHERE["FSBP"] if control not in ours} == set()


def test_every_control_of_the_pod_security_standards_has_a_rule() -> None:
    found = {one.key: one for one in frameworks(RULES)}
    for key in ("PSS baseline", "PSS restricted"):
        assert [each.id for each in found[key].controls if each.state != "covered"] == []


def test_a_control_is_covered_by_a_rule_that_is_on_and_partly_by_one_that_is_off() -> None:
    def state(*rules: RuleMetadata) -> str:
        (cis,) = [one for one in frameworks(rules) if one.key == "CIS EKS"]
        return next(each.state for each in cis.controls if each.id == "4.1.3")

    assert state() == "not"
    assert state(rule("CIS EKS 4.1.3")) == "covered"
    assert state(rule("CIS EKS 4.1.3", "disabled")) == "partly"
    (cis,) = [one for one in frameworks([]) if one.key == "CIS AWS"]
    assert next(each for each in cis.controls if each.id == "1.5").state == "outside"


def test_what_is_outside_is_claimed_by_nobody() -> None:
    """Else either the claim or the word is wrong."""
    outside = {(one.key, each.id) for one in frameworks([]) for each in one.controls if each.state == "outside"}
    assert outside & claims(RULES).keys() == set()


def test_a_control_that_is_claimed_has_a_fault_that_is_found() -> None:
    """test_faults finds each; rules over a stack, and those that serve CIS EKS, have cases of their own."""
    over_stacks = {rule for pack in NAMES for rule in stack_rules(pack)}
    shown = {fault.control.lower() for fault in faults()}
    assert [
        f"{framework} {control}"
        for (framework, control), by in claims(RULES).items()
        if framework in ("FSBP", "CIS AWS")
        and f"{framework} {control}".lower() not in shown
        and not any(rule.id in over_stacks for rule in by)
    ] == []


def test_a_rule_claims_the_controls_of_the_faults_that_it_is_shown_by() -> None:
    claimed = {(f"{key} {control}".lower(), rule.id) for (key, control), by in claims(RULES).items() for rule in by}
    # `CIS AWS 2.1.4 account` is another way to break that control
    whole = [each for each in faults() if re.fullmatch(r"(FSBP \w+\.\d+|CIS AWS [\d.]+)", each.control)]
    assert len(whole) > 200
    assert [(each.control, each.rule) for each in whole if (each.control.lower(), each.rule) not in claimed] == []


def test_a_service_is_known_however_it_is_written() -> None:
    (found,) = [one for one in frameworks([rule("FSBP Autoscaling.1")]) if one.key == "FSBP"]
    assert [each.id for each in found.controls if each.state == "covered"] == ["AutoScaling.1"]


def test_the_command_prints_what_the_page_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out == page(RULES)
    assert main(["coverage", "--pack", "cost"]) == 0
    assert "| 62 | 0 | 0 |" in capsys.readouterr().out


def test_the_package_runs_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_policies", "coverage"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("| framework |")
