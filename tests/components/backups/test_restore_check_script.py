"""The check of restored databases, in a real Node: AWS and the database's client are stand-ins.

tests/live has the real ones.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.components.backups.account import Account, account

# as much of the SDK as the script uses
SDK = """
exports.GetSecretValueCommand = class { constructor(asked) { Object.assign(this, asked); } };
exports.SecretsManagerClient = class {
  constructor({ region }) {
    const sign = async ({ headers }, { signingService, signingRegion }) => ({ headers: { ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=a/20261121/${signingRegion}/${signingService}/aws4_request` } });
    this.config = { signer: async () => ({ sign }) };
  }
  async send({ SecretId }) {
    return { SecretString: JSON.stringify({ password: `of ${SecretId}` }) };
  }
};
"""
# a database as TRIAL says: tables with their rows, or what it refuses
PG = """
const trial = JSON.parse(process.env.TRIAL);
exports.Client = class {
  constructor(given) { Object.assign(this, given); }
  on() {}
  escapeIdentifier(name) { return `"${name}"`; }
  async end() {}
  async connect() {
    if (this.ssl.rejectUnauthorized !== true) throw new Error('without TLS');
    const code = trial.refuses[this.user];
    if (code) throw Object.assign(new Error(`refused: ${code}`), code === 'slow' ? {} : { code });
    if (this.password !== `of arn:${this.user}`) throw new Error('another password');
  }
  async query(text) {
    if (text.includes('pg_class')) return { rows: Object.keys(trial.tables).map((name) => ({ name })) };
    const [, name, most] = /public[.]"(.+?)" LIMIT (\\d+)/.exec(text);
    return { rows: [{ found: Math.min(trial.tables[name], Number(most)) }] };
  }
};
"""
LOGINS = [{"username": name, "secret": f"arn:{name}", "field": "password"} for name in ("orders_b", "orders_a")]


@dataclass
class Check:
    """The script beside an account."""

    aws: Account
    modules: Path

    def __call__(self, tables: dict[str, int] | None = None, **refuses: str) -> tuple[int, str]:
        """Run it once on trials with these tables; give its exit status and what it said."""
        trial = {"tables": {"chats": 3} if tables is None else tables, "refuses": refuses}
        return self.aws.check(self.modules, LOGINS, TRIAL=json.dumps(trial))


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Check]:
    for name, text in (("@aws-sdk/client-secrets-manager", SDK), ("pg", PG)):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "index.js").write_text(text)
    with account(signed=False) as aws:
        yield Check(aws, tmp_path)


def trial(aws: Account, name: str = "one", days_ago: float = 0.1, **more: Any) -> str:
    aws.endpoints[f"awsbackup-restore-test-{name}"] = ("localhost", 5432)
    return aws.restored(name, time.time() - days_ago * 86400, **more)


def test_a_trial_is_opened_counted_and_found_good(check: Check) -> None:
    job = trial(check.aws)
    assert check({"chats": 100_000, "users": 2, "empty": 0})[0] == 0
    assert check.aws.verdicts == {job: ("SUCCESSFUL", "3 tables; rows: chats 100000 or more, users 2, empty 0")}
    assert check.aws.figures == [("Succeeded", 1), ("Failed", 0)]


@pytest.mark.parametrize(
    ("tables", "said"),
    [({}, "0 tables; rows: none"), ({"chats": 0}, "1 tables; rows: chats 0")],
    ids=["no tables", "no rows"],
)
def test_one_that_holds_nothing_is_bad(check: Check, tables: dict[str, int], said: str) -> None:
    job = trial(check.aws)
    assert check(tables)[0] == 0
    assert check.aws.verdicts == {job: ("FAILED", said)}
    assert check.aws.figures == [("Failed", 1)]


def test_a_login_whose_password_came_after_the_backup_is_not_the_only_one(check: Check) -> None:
    job = trial(check.aws)
    check(orders_b="28P01")
    assert check.aws.verdicts[job][0] == "SUCCESSFUL"


@pytest.mark.parametrize("code", ["28P01", "3D000", "42501", "XX001", "58030"])
def test_what_the_database_itself_says_is_a_verdict(check: Check, code: str) -> None:
    job = trial(check.aws)
    assert check(orders_a=code, orders_b=code)[0] == 0
    assert check.aws.verdicts == {job: ("FAILED", f"refused: {code}")}


@pytest.mark.parametrize("code", ["ECONNREFUSED", "57P03", "53300", "42601", "slow"])
def test_what_may_be_gone_in_an_hour_is_no_verdict(check: Check, code: str) -> None:
    job = trial(check.aws)
    status, said = check(orders_a=code, orders_b=code)
    assert (status, check.aws.verdicts) == (1, {})
    assert code in said
    check()
    assert check.aws.verdicts[job][0] == "SUCCESSFUL"


def test_a_verdict_is_given_once_and_a_bad_one_told_every_hour_until_the_next_trial(check: Check) -> None:
    trial(check.aws, days_ago=7)
    check({})
    check()
    assert check.aws.figures == [("Failed", 1), ("Failed", 1)]
    later = trial(check.aws, "two")
    check()
    assert check.aws.figures[2:] == [("Succeeded", 1), ("Failed", 0)]
    assert list(check.aws.verdicts) == ["job-one", later]


def test_one_that_ran_out_of_time_is_told_as_bad(check: Check) -> None:
    trial(check.aws, ValidationStatus="TIMED_OUT", DeletionStatus="DELETING")
    assert check()[0] == 0
    assert check.aws.figures == [("Failed", 1)]


def test_others_restores_are_left_alone(check: Check) -> None:
    trial(check.aws, "theirs", plan="arn:aws:backup:eu-west-1:123456789012:restore-testing-plan:billing-1")
    trial(check.aws, "running", Status="RUNNING")
    assert check()[0] == 0
    assert (check.aws.verdicts, check.aws.figures) == ({}, [("Failed", 0)])


def test_each_of_several_is_looked_into_whatever_becomes_of_another(check: Check) -> None:
    gone, good = trial(check.aws, "gone"), trial(check.aws, "good", days_ago=0.2)
    del check.aws.endpoints["awsbackup-restore-test-gone"]
    assert check()[0] == 1
    assert (gone in check.aws.verdicts, check.aws.verdicts[good][0]) == (False, "SUCCESSFUL")


@pytest.mark.parametrize("service", ["backup", "rds", "monitoring"])
def test_where_aws_refuses_nothing_is_decided_and_the_run_fails(check: Check, service: str) -> None:
    job = trial(check.aws)
    check.aws.refuses.add(service)
    status, said = check()
    assert (status, check.aws.verdicts) == (1, {})
    assert f"{service}: status 400" in said
    check.aws.refuses.clear()
    check()
    assert check.aws.verdicts[job][0] == "SUCCESSFUL"
    assert ("Succeeded", 1) in check.aws.figures
