"""The check of restored databases with its real packages, on a real PostgreSQL that takes nobody without TLS."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import nodejs
from sandbox.nodejs import NODE
from tests.components.backups.account import Account, account
from tests.node import SCRIPTS
from tests.waiting import PATIENCE_SECONDS

from .servers import HOST, Authority, make_authority, postgres, program

pytestmark = pytest.mark.live
PASSWORD = "not-a-secret-here"
TOOLS = Path(__file__).parents[2] / "image" / "platform-tools"


@dataclass
class Trial:
    """An account with a trial of which nobody has said anything, and the database that it is."""

    aws: Account
    authority: Authority
    modules: Path
    port: int
    stop: Callable[[], None]

    def sql(self, *statements: str) -> None:
        """Run statements as the application does."""
        where = f"host={HOST} port={self.port} user=orders_a dbname=orders sslmode=require"
        for statement in statements:
            subprocess.run(
                [program("psql"), where, "-v", "ON_ERROR_STOP=1", "-c", statement],
                env={**os.environ, "PGPASSWORD": f"{PASSWORD}-a"},
                check=True,
                capture_output=True,
            )

    def check(self, *passwords: str, authority: Path | None = None) -> tuple[int, str]:
        """Run the script with these passwords of its logins; give its exit status and what it said."""
        logins = []
        for slot, password in zip("ba", passwords, strict=True):
            self.aws.secrets[f"arn:{slot}"] = json.dumps({"username": f"orders_{slot}", "password": password})
            logins.append({"username": f"orders_{slot}", "secret": f"arn:{slot}", "field": "password"})
        bundle = str(authority or self.authority.bundle)
        return self.aws.check(self.modules, logins, NODE_EXTRA_CA_CERTS=bundle)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Give a trial whose logins the database's setup made as it makes them."""
    modules = nodejs.tree(TOOLS, "platform-tools", "the platform's tools", "half a minute and 60 MB") / "node_modules"
    authority = make_authority(tmp_path)
    with postgres(authority, PASSWORD) as (port, stop), account(signed=True) as aws:
        aws.endpoints["awsbackup-restore-test-one"] = (HOST, port)
        aws.restored("one", time.time() - 600)
        found = Trial(aws, authority, modules, port, stop)
        aws.secrets["arn:master"] = json.dumps({"username": "master", "password": PASSWORD})
        for slot in "ab":
            aws.secrets[f"arn:{slot}"] = json.dumps({"username": f"orders_{slot}", "password": f"{PASSWORD}-{slot}"})
        setup = {
            **aws.environment(),
            **{"NODE_PATH": str(modules), "NODE_EXTRA_CA_CERTS": str(authority.bundle)},
            **{"DATABASE_HOST": HOST, "DATABASE_PORT": str(port), "DATABASE_NAME": "orders", "OWNER_ROLE": "orders"},
            **{"MASTER_SECRET_ARN": "arn:master", "LOGIN_SECRET_ARNS": "arn:a,arn:b"},
        }
        subprocess.run([NODE, "database_setup.cjs"], cwd=SCRIPTS, env=setup, check=True, timeout=PATIENCE_SECONDS)
        yield found


RIGHT = tuple(f"{PASSWORD}-{slot}" for slot in "ba")
TABLES = ('CREATE TABLE "Chats" AS SELECT generate_series(1, 100100) AS id', "CREATE TABLE users AS SELECT 1 AS id")


def test_a_trial_with_rows_is_good_by_either_login(trial: Trial) -> None:
    trial.sql(*TABLES)
    status, said = trial.check("changed since", RIGHT[1])
    assert status == 0, said
    assert trial.aws.verdicts == {"job-one": ("SUCCESSFUL", "2 tables; rows: Chats 100000 or more, users 1")}
    assert trial.aws.figures == [("Succeeded", 1), ("Failed", 0)]
    assert PASSWORD not in said


def test_one_without_tables_is_bad(trial: Trial) -> None:
    assert trial.check(*RIGHT)[0] == 0
    assert trial.aws.verdicts["job-one"][0] == "FAILED"


def test_one_that_knows_neither_login_is_bad(trial: Trial) -> None:
    assert trial.check("wrong", "wrong")[0] == 0
    status, said = trial.aws.verdicts["job-one"]
    assert status == "FAILED"
    assert "password authentication failed" in said


def test_one_whose_tables_may_not_be_read_is_bad(trial: Trial) -> None:
    trial.sql(*TABLES, "REVOKE ALL ON users FROM orders")
    assert trial.check(*RIGHT)[0] == 0
    status, said = trial.aws.verdicts["job-one"]
    assert (status, said) == ("FAILED", "permission denied for table users")


def test_a_server_that_is_not_rdss_or_gone_is_no_verdict(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    status, said = trial.check(*RIGHT, authority=make_authority(tmp_path / "other").bundle)
    assert (status, trial.aws.verdicts) == (1, {})
    assert "certificate" in said
    trial.stop()
    status, said = trial.check(*RIGHT)
    assert (status, trial.aws.verdicts) == (1, {})
    assert "ECONNREFUSED" in said
