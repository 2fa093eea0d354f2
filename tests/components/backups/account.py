"""AWS as the check of restored databases asks it: restore jobs, addresses of instances, figures, secrets.

What it answers and what it is asked are of the forms that the API models in botocore give.
"""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.validate import validate_parameters

from sandbox.nodejs import NODE
from tests.node import SCRIPTS
from tests.ports import free_port

PLAN = "arn:aws:backup:eu-west-1:123456789012:restore-testing-plan:orders_test-1"
KEY, SECRET, REGION = "AKIALIVE", "not-a-secret", "eu-west-1"
MODELS = botocore.session.get_session()


@dataclass
class Account:
    """Its restore jobs, secrets and endpoints of instances by name; what it was told; what it does not answer."""

    url: str
    jobs: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, tuple[str, int]] = field(default_factory=dict)
    figures: list[tuple[str, float]] = field(default_factory=list)
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    signed: bool = True

    def environment(self) -> dict[str, str]:
        """Return what sends a script here."""
        services = ("BACKUP", "RDS", "CLOUDWATCH", "SECRETS_MANAGER")
        return {
            **{f"AWS_ENDPOINT_URL_{service}": self.url for service in services},
            **{"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION},
            **{"DNS_SUFFIX": "amazonaws.com", "PLAN_ARN": PLAN, "STACK": "orders-test"},
        }

    def check(self, modules: Path, logins: list[dict[str, str]], **environment: str) -> tuple[int, str]:
        """Run the check once, with the packages of a folder; give its exit status and what it said."""
        done = subprocess.run(
            [NODE, "restore_check.cjs"],
            cwd=SCRIPTS,
            env={
                **os.environ,
                **self.environment(),
                **{"NODE_PATH": str(modules), "DATABASE_NAME": "orders", "LOGINS": json.dumps(logins)},
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def restored(self, name: str, created: float, **more: Any) -> str:
        """Add a restore job of the plan that has ended well; give its id."""
        arn = f"arn:aws:rds:{REGION}:123456789012:db:awsbackup-restore-test-{name}"
        known = {
            "RestoreJobId": f"job-{name}",
            "Status": "COMPLETED",
            "CreationDate": created,
            "CreatedResourceArn": arn,
        }
        self.jobs.append({**known, "ResourceType": "RDS", "plan": PLAN, **more})
        return f"job-{name}"


@contextmanager
def account(*, signed: bool) -> Iterator[Account]:
    """Serve an account on this machine; where it is `signed`, it refuses a wrong signature."""
    port = free_port()
    found = Account(f"http://127.0.0.1:{port}", signed=signed)

    class Handler(_Handler):
        known = found

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    known: Account

    def do_GET(self) -> None:
        self._answer("")

    def do_PUT(self) -> None:
        self._answer(self._body())

    def do_POST(self) -> None:
        self._answer(self._body())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""

    def _body(self) -> str:
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def _answer(self, body: str) -> None:
        account, service = self.known, self.headers["Authorization"].split("/")[3]
        try:
            if account.signed:
                self._judge_signature(service, body)
            if service in account.refuses:
                raise ValueError("AccessDenied")
            status, text = 200, {"backup": self._backup, "rds": self._rds, "monitoring": self._figures,
                                 "secretsmanager": self._secret}[service](body)  # fmt: skip
        except (AssertionError, KeyError, ValueError) as error:
            status, text = 400, f"{type(error).__name__}: {error}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def _judge_signature(self, service: str, body: str) -> None:
        scheme, _, rest = self.headers["Authorization"].partition(" ")
        told = dict(part.strip().split("=", 1) for part in rest.split(","))
        names = told["SignedHeaders"].split(";")
        asked = AWSRequest(
            method=self.command,
            url=f"http://{self.headers['Host']}{self.path}",
            data=body.encode(),
            headers={name: self.headers[name] for name in names},
        )
        asked.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(Credentials(KEY, SECRET), service, REGION)
        expected = signer.signature(signer.string_to_sign(asked, signer.canonical_request(asked)), asked)
        assert (scheme, told["Signature"]) == ("AWS4-HMAC-SHA256", expected), "SignatureDoesNotMatch"

    def _backup(self, body: str) -> str:
        url = urlsplit(self.path)
        if self.command == "GET":
            assert url.path == "/restore-jobs/", url.path
            asked = {key: value for key, (value,) in parse_qs(url.query).items()}
            members = MODELS.get_service_model("backup").operation_model("ListRestoreJobs").input_shape.members.values()
            assert asked.keys() <= {each.serialization["name"] for each in members}, asked
            return self._jobs(asked)
        _, path, job, action = url.path.split("/")
        assert (path, action) == ("restore-jobs", "validations"), url.path
        told = json.loads(body)
        shape = MODELS.get_service_model("backup").operation_model("PutRestoreValidationResult").input_shape
        validate_parameters({**told, "RestoreJobId": job}, shape)
        assert job not in self.known.verdicts, "a verdict is given once"
        self.known.verdicts[job] = (told["ValidationStatus"], told["ValidationStatusMessage"])
        (of,) = [each for each in self.known.jobs if each["RestoreJobId"] == job]
        of["ValidationStatus"] = told["ValidationStatus"]
        return ""

    def _jobs(self, asked: dict[str, str]) -> str:
        # one by one, so that whoever asks must turn the pages
        chosen = [
            each
            for each in self.known.jobs
            if each["plan"] == asked["restoreTestingPlanArn"] and each["Status"] == asked["status"]
        ]
        page = int(asked.get("nextToken", "0"))
        told = [{key: value for key, value in each.items() if key != "plan"} for each in chosen[page : page + 1]]
        return json.dumps({"RestoreJobs": told, **({"NextToken": str(page + 1)} if page + 1 < len(chosen) else {})})

    def _rds(self, body: str) -> str:
        asked = {key: value for key, (value,) in parse_qs(body).items()}
        assert (asked["Action"], asked["Version"]) == ("DescribeDBInstances", "2014-10-31"), asked
        name = asked["DBInstanceIdentifier"]
        host, port = self.known.endpoints[name]
        return (
            '<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult>'
            f"<DBInstances><DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><DbInstancePort>0</DbInstancePort>"
            f"<Endpoint><Address>{host}</Address><Port>{port}</Port></Endpoint></DBInstance></DBInstances>"
            "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        )

    def _figures(self, body: str) -> str:
        told = json.loads(body)
        assert self.headers["X-Amz-Target"] == "GraniteServiceVersion20100801.PutMetricData"
        validate_parameters(told, MODELS.get_service_model("cloudwatch").operation_model("PutMetricData").input_shape)
        assert told["Namespace"] == "Platform/Restores"
        for each in told["MetricData"]:
            assert each["Dimensions"] == [{"Name": "Stack", "Value": "orders-test"}]
            self.known.figures.append((each["MetricName"], each["Value"]))
        return "{}"

    def _secret(self, body: str) -> str:
        return json.dumps({"SecretString": self.known.secrets[json.loads(body)["SecretId"]]})
