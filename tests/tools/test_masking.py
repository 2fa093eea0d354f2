import json
from typing import Any

import pytest

from sandbox.plans import Finding, Plan, Step
from tools.masking import in_text, masked
from tools.report import comment, page, terminal
from tools.report.build import not_judged, report
from tools.report.classes import Judged
from tools.report.model import Report, StackReport

CANARY = "Kx9fQ2mZr7TbW4vLp1Yc8NdJ"
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": CANARY}


def every_face(stack: StackReport) -> str:
    whole = Report(base="3f2c1ab", head="9d41e07", stacks=[stack])
    return "\n".join(
        [whole.model_dump_json(), terminal.face(whole, 120, full=True), comment.face(whole), page.face(whole)]
    )


def changed(before: dict[str, Any], after: dict[str, Any], token: str = "kubernetes:core/v1:ConfigMap") -> StackReport:
    urn = f"urn:pulumi:prod::p::{token}::thing"
    step = Step("update", urn, token, True, False, False, (), "", True, before, after, tuple(after))
    return report(Judged("prod", Plan([step], {}, ())))


@pytest.mark.parametrize(
    "inputs",
    [
        {"password": CANARY},
        {"data": {"DATABASE_PASSWORD": CANARY.lower()}},
        {"spec": {"env": [{"name": "API_TOKEN", "value": CANARY.lower()}]}},
        {"data": {"anything": CANARY}},
        {"data": {"url": f"postgres://admin:{CANARY.lower()}@db:5432"}},
        {"data": {"config": json.dumps({"secretKey": CANARY.lower()})}},
        {"secretString": MARK},
        {"data": {"file": f"a: b\npassword: {CANARY.lower()}\n"}},
        {"data": {"key": f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----"}},
    ],
)
def test_no_face_shows_a_secret_wherever_it_stands(inputs: dict[str, Any]) -> None:
    empty = {key: {} if isinstance(value, dict) else "" for key, value in inputs.items()}
    for before, after in ((empty, inputs), (inputs, empty)):
        shown = every_face(changed(before, after))
        assert CANARY not in shown
        assert CANARY.lower() not in shown


def test_errors_and_findings_are_masked_too() -> None:
    assert CANARY not in every_face(not_judged("prod", [f"login failed: token={CANARY} is wrong"]))
    finding = Finding("p: rules", True, "", f"the value {CANARY} stands in clear")
    step = Step("same", "urn:pulumi:prod::p::a:b:C::x", "a:b:C", True, False, False, ())
    assert CANARY not in every_face(report(Judged("prod", Plan([step], {}, (), [finding])), (), [finding]))


def test_that_a_secret_changes_is_told() -> None:
    (change,) = changed(
        {"secretString": MARK}, {"secretString": MARK}, "aws:secretsmanager/secretVersion:SecretVersion"
    ).changes
    assert [(each.path, each.new) for each in change.properties] == [("secretString", "(secret), another")]


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:flowise-dev-db-login-a-secret-725465-8ec423",
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "flowise-prod.8365695b0947.eu-west-1.rds.amazonaws.com",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "rds-ca-rsa2048-g1",
        "subnet-08f2eaf3de1df836b",
        "give a password of at least 12 characters",
    ],
)
def test_what_is_no_secret_is_shown(value: str) -> None:
    assert in_text(value) == value
    assert masked({"secretArn": value}) == {"secretArn": value}


def test_the_settings_of_a_secret_are_shown() -> None:
    told = {"password_generation": "2", "tokenSecretName": "flowise/token", "kmsKeyId": "key-1", "secretStores": "one"}
    assert masked(told) == told
