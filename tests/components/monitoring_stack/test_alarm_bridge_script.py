"""The alarm bridge, in a real Node: SQS, SNS and CloudWatch are moto's, Alertmanager writes down what it is told."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped] # it ships no types
import pytest
from moto.server import ThreadedMotoServer

from tests.live import flowise
from tests.node import ask, running
from tests.ports import free_port
from tests.waiting import wait_until

EXPIRED = """{"detail-type": "Backup Job State Change", "source": "aws.backup",
 "detail": {"state": "EXPIRED", "resourceArn": "db"}}"""
EVENT = '{"Event Source": "db-instance", "Event Message": "%s"}'
HOME, EDGE = "eu-west-1", "us-east-1"
# as much of the SDK as the bridge uses; moto finds a region by what a request is signed for
SDK = """
exports.SecretsManagerClient = class {
  constructor({ region }) {
    const sign = async ({ headers }, { signingService, signingRegion }) => ({ headers: { ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=a/20261121/${signingRegion}/${signingService}/aws4_request, ` +
        'SignedHeaders=host, Signature=s' } });
    this.config = { signer: async (scheme) => {
      if (scheme.signingRegion !== region) throw new Error('signed for another region');
      return { sign };
    } };
  }
};
"""
START = """
let skew = 0;
const { now } = Date;
Date.now = () => now() + skew;
process.on('SIGUSR2', () => { skew += 6 * 60 * 1000; });
const { promises } = require('dns');
promises.lookup = async () => process.env.ADDRESSES.split(',').map((address) => ({ address, family: 4 }));
require('./alarm_bridge.cjs');
require('fs').writeSync(1, 'ready\\n');
"""


@dataclass
class Alertmanager:
    """What it was told last of each alert, by its alarm; it takes nothing while `refuses`, nor what is `unwanted`."""

    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuses: bool = False
    unwanted: str = ""
    refused: int = 0

    def firing(self) -> set[str]:
        now = datetime.now().astimezone()
        return {key for key, each in self.told.items() if datetime.fromisoformat(each["endsAt"]) > now}


@contextmanager
def alertmanager(address: str, port: int) -> Iterator[Alertmanager]:
    found = Alertmanager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            right = self.path == "/api/v2/alerts" and self.headers["Content-Type"] == "application/json"
            right = right and not found.refuses
            right = right and not [each for each in body if each["labels"].get("alarm") == (found.unwanted or "-")]
            found.refused += not right
            if right:
                found.told |= {each["labels"].get("alarm") or each["annotations"]["summary"]: each for each in body}
            self.send_response(200 if right else 503)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((address, port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Place:
    """An account with the stack's topics and queue, and two Alertmanagers."""

    url: str
    queue: str
    topics: dict[str, str]
    managers: list[Alertmanager]
    alertmanager: str
    folder: Path

    def client(self, service: str, region: str = HOME) -> Any:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        return boto3.client(service, endpoint_url=self.url, region_name=region, **keys)

    def alarm(self, name: str, state: str, region: str = HOME, *, topic: str = "", description: str = "") -> str:
        """Set an alarm; moto's tell nobody of it."""
        cloudwatch = self.client("cloudwatch", region)
        cloudwatch.put_metric_alarm(
            AlarmName=name, AlarmActions=[topic or self.topics[region]], AlarmDescription=description, Namespace="n",
            MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="Threshold Crossed")
        return f"arn:aws:cloudwatch:{region}:123456789012:alarm:{name}"

    def says(self, name: str, state: str, when: datetime, description: str = "", region: str = HOME) -> None:
        """Say what CloudWatch says of an alarm that changes (user guide, alarms: notifications)."""
        message = {
            "AlarmName": name,
            "AlarmDescription": description,
            "AWSAccountId": "123456789012",
            "NewStateValue": state,
            "NewStateReason": "Threshold Crossed",
            "StateChangeTime": when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
            "Region": "EU (Ireland)",
            "AlarmArn": f"arn:aws:cloudwatch:{region}:123456789012:alarm:{name}",
            "OldStateValue": "OK",
        }
        self.publish(json.dumps(message), f"{state}: {name}", region)

    def publish(self, message: str, subject: str, region: str = HOME) -> None:
        self.client("sns", region).publish(TopicArn=self.topics[region], Subject=subject, Message=message)

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        got = self.client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(got[name]) for name in names)

    @contextmanager
    def bridge(self, package: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
        port = str(free_port())
        environment = {
            "NODE_PATH": str(package.parent if package else self.folder / "node_modules"),
            "PORT": port,
            "AWS_REGION": HOME,
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_ENDPOINT_URL_CLOUDWATCH": self.url,
            "QUEUE_URL": self.queue,
            "TOPIC_ARNS": ",".join(self.topics.values()),
            "TEAM": "platform",
            "ALERTMANAGER": self.alertmanager,
            "ADDRESSES": "127.0.0.1,127.0.0.2",
            "WAIT_SECONDS": "1",
        }
        with running(START, **environment) as process:
            yield process, port


@pytest.fixture(scope="module")
def account() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def place(account: str, tmp_path: Path) -> Iterator[Place]:
    sdk = tmp_path / "node_modules" / "@aws-sdk" / "client-secrets-manager"
    sdk.mkdir(parents=True)
    (sdk / "index.js").write_text(SDK)
    port = free_port()
    with ExitStack() as managers:
        both = [managers.enter_context(alertmanager(address, port)) for address in ("127.0.0.1", "127.0.0.2")]
        made = Place(account, "", {}, both, f"alertmanager:{port}", tmp_path)
        made.queue = made.client("sqs").create_queue(QueueName=f"q{port}", Attributes={"VisibilityTimeout": "2"})[
            "QueueUrl"
        ]
        queue_arn = f"arn:aws:sqs:{HOME}:123456789012:q{port}"
        for region in (HOME, EDGE):
            made.topics[region] = made.client("sns", region).create_topic(Name=f"t{port}")["TopicArn"]
            made.client("sns", region).subscribe(TopicArn=made.topics[region], Protocol="sqs", Endpoint=queue_arn)
        yield made


def utc(minutes: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def everywhere(place: Place, name: str, *, firing: bool) -> bool:
    return all(name in each.told and (name in each.firing()) is firing for each in place.managers)


def test_an_alarm_fires_everywhere_and_is_over_when_cloudwatch_says_so(place: Place) -> None:
    with place.bridge() as (_, port):
        place.says("db-storage", "ALARM", utc(-1), "[critical] The database's storage is nearly full")
        wait_until(lambda: everywhere(place, "db-storage", firing=True))
        told = place.managers[1].told["db-storage"]
        assert told["labels"] == {
            "alertname": "CloudWatchAlarm",
            "alarm": "db-storage",
            "severity": "critical",
            "team": "platform",
            "source": "cloudwatch",
            "region": HOME,
        }
        assert told["annotations"]["summary"] == "The database's storage is nearly full"
        assert told["generatorURL"].endswith("region=eu-west-1#alarmsV2:alarm/db-storage")
        # it ends by itself where nobody tells it anew
        assert utc(5) < datetime.fromisoformat(told["endsAt"]) < utc(15)
        wait_until(lambda: place.left() == 0)
        place.says("db-storage", "OK", utc(), "[critical] The database's storage is nearly full")
        wait_until(lambda: everywhere(place, "db-storage", firing=False))
        assert place.managers[0].told["db-storage"]["labels"] == told["labels"]
        assert ask(port, "/readyz") == (200, "ok\n")


def test_what_comes_late_does_not_count(place: Place) -> None:
    with place.bridge():
        place.says("late", "OK", utc(-1))
        place.says("after", "ALARM", utc())
        wait_until(lambda: everywhere(place, "late", firing=False) and everywhere(place, "after", firing=True))
        place.says("late", "ALARM", utc(-2))
        wait_until(lambda: place.left() == 0)
        place.says("mark", "ALARM", utc())
        wait_until(lambda: everywhere(place, "mark", firing=True))
        assert everywhere(place, "late", firing=False)


def test_a_start_finds_what_is_in_alarm_in_both_regions_and_in_this_stack_alone(place: Place) -> None:
    place.alarm("home", "ALARM", description="[info] as you like")
    place.alarm("edge", "ALARM", EDGE)
    place.alarm("well", "OK")
    place.alarm("foreign", "ALARM", topic=f"arn:aws:sns:{HOME}:123456789012:other")
    with place.bridge():
        wait_until(lambda: everywhere(place, "home", firing=True) and everywhere(place, "edge", firing=True))
        labels = {name: each["labels"] for name, each in place.managers[0].told.items()}
    assert set(labels) == {"home", "edge"}
    assert [labels[each]["severity"] for each in ("home", "edge")] == ["info", "warning"]
    assert labels["edge"]["region"] == EDGE


def test_an_end_that_was_never_heard_of_is_found_out(place: Place) -> None:
    place.alarm("forgotten", "ALARM")
    with place.bridge() as (process, _):
        wait_until(lambda: everywhere(place, "forgotten", firing=True))
        place.alarm("forgotten", "OK")
        place.says("heard", "ALARM", utc())
        place.alarm("heard", "ALARM")
        wait_until(lambda: everywhere(place, "heard", firing=True))
        process.send_signal(signal.SIGUSR2)  # six minutes pass
        wait_until(lambda: "forgotten" not in names_firing(place, minutes=6))
        assert "heard" in names_firing(place, minutes=6)


def names_firing(place: Place, minutes: float) -> set[str]:
    later = utc(minutes)
    return {name for name, each in place.managers[0].told.items() if datetime.fromisoformat(each["endsAt"]) > later}


def test_an_alarm_lasts_for_as_long_as_it_is_told_of(place: Place) -> None:
    place.alarm("lasting", "ALARM")
    with place.bridge() as (process, _):
        wait_until(lambda: everywhere(place, "lasting", firing=True))
        first = place.managers[0].told["lasting"]
        for _ in range(3):
            process.send_signal(signal.SIGUSR2)
        wait_until(lambda: place.managers[0].told["lasting"]["endsAt"] > first["endsAt"])
        assert place.managers[0].told["lasting"]["startsAt"] == first["startsAt"]


@pytest.mark.parametrize(
    ("subject", "message", "severity", "source"),
    [
        ("Backup Job State Change EXPIRED db", EXPIRED, "warning", "backup"),
        ("AWS Budgets: flowise-prod has exceeded your alert threshold", "Dear AWS Customer", "warning", "budgets"),
        ("RDS Notification Message", EVENT % "DB instance restarted", "info", "rds"),
        ("RDS Notification Message", EVENT % "Storage is full", "warning", "rds"),
        ("Something else", "[1, 2", "warning", "aws"),
    ],
    ids=["backup", "budget", "event", "trouble", "other"],
)
def test_what_is_no_alarm_is_told_for_an_hour(
    place: Place, subject: str, message: str, severity: str, source: str
) -> None:
    with place.bridge():
        # EventBridge gives what it publishes no subject
        place.publish(message, "-" if source == "backup" else subject)
        summary = json.loads(message)["Event Message"] if source == "rds" else subject
        wait_until(lambda: everywhere(place, summary, firing=True))
        wait_until(lambda: place.left() == 0)
    told = place.managers[0].told[summary]
    labels = {key: told["labels"][key] for key in ("alertname", "severity", "source")}
    assert labels == {"alertname": "AwsNotice", "severity": severity, "source": source}
    lasts = datetime.fromisoformat(told["endsAt"]) - datetime.fromisoformat(told["startsAt"])
    assert lasts == timedelta(hours=1)


def test_a_message_is_gone_only_once_it_was_told(place: Place) -> None:
    for each in place.managers:
        each.refuses = True
    place.says("patient", "ALARM", utc())
    with place.bridge() as (_, port):
        wait_until(lambda: "no Alertmanager takes alerts" in ask(port, "/readyz")[1])
        assert ask(port, "/readyz")[0] == 503
        assert ask(port, "/livez") == (200, "ok\n")
        # it was not even taken, so that it does not wear out
        attributes = {"QueueUrl": place.queue, "AttributeNames": ["ApproximateNumberOfMessages"]}
        assert place.client("sqs").get_queue_attributes(**attributes)["Attributes"] == {
            "ApproximateNumberOfMessages": "1"
        }
        place.managers[1].refuses = False
        wait_until(lambda: "patient" in place.managers[1].firing())
        wait_until(lambda: place.left() == 0)
        assert ask(port, "/readyz") == (200, "ok\n")
        # and the other one hears of it later
        place.managers[0].refuses = False
        wait_until(lambda: everywhere(place, "patient", firing=True))


def test_a_message_that_was_taken_comes_back_until_it_was_told(place: Place) -> None:
    for each in place.managers:
        each.unwanted = "taken"
    with place.bridge() as (_, port):
        wait_until(lambda: ask(port, "/readyz") == (200, "ok\n"))
        place.says("taken", "ALARM", utc())
        wait_until(lambda: all(each.refused for each in place.managers))
        assert place.left() == 1
        for each in place.managers:
            each.unwanted = ""
        wait_until(lambda: everywhere(place, "taken", firing=True))
        wait_until(lambda: place.left() == 0)


def test_what_is_of_no_topic_of_the_stack_is_dropped(place: Place) -> None:
    forged = {"Type": "Notification", "TopicArn": f"arn:aws:sns:{HOME}:123456789012:other", "Message": "{}"}
    for body in (json.dumps(forged), "no JSON"):
        place.client("sqs").send_message(QueueUrl=place.queue, MessageBody=body)
    with place.bridge():
        wait_until(lambda: place.left() == 0)
    assert place.managers[0].told == {}


@pytest.mark.live
def test_flowises_own_tree_signs_what_aws_is_asked(place: Place) -> None:
    place.alarm("signed-edge", "ALARM", EDGE)
    place.says("signed", "ALARM", utc())
    with place.bridge(flowise.package()) as (_, port):
        wait_until(lambda: everywhere(place, "signed", firing=True) and everywhere(place, "signed-edge", firing=True))
        wait_until(lambda: place.left() == 0)
        assert ask(port, "/readyz") == (200, "ok\n")
