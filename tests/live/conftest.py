"""A place in which the real Flowise runs as a stack would run it."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3  # type: ignore[import-untyped] # it ships no types
import pytest
import yaml
from moto.server import ThreadedMotoServer

from sandbox.workspace import Workspace
from sandbox.world import World
from tests.engine.conftest import REPOSITORY, Sandbox
from tests.ports import free_port
from tests.waiting import wait_until
from tools.soak.runs import link_program

from . import flowise
from .client import Browser, Model, flow, model
from .flowise import Process, running
from .rendered import Stack
from .servers import HOST, READY_SECONDS, Authority, CacheLogin, make_authority, postgres, program, redis

MASTER_PASSWORD, TOKEN = "live-master", "live-databricks-token"
SHOP = "https://shop.example.com"
# an objective that can be broken within a test's patience
OBJECTIVES = {"prediction_seconds": 5}
# receivers of three kinds
MONITORING = {
    "notifications": {
        "receivers": {
            "oncall": {"pagerduty_secret_name": "flowise/pagerduty-key"},
            "chat": {"slack_secret_name": "flowise/slack-webhook"},
        },
        "routes": [{"receiver": "oncall", "severities": ["critical"]}, {"receiver": "chat"}],
        "heartbeat_secret_name": "flowise/heartbeat-url",
    },
}
CHANGED: dict[str, str] = {}
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass
class Place:
    """A stack's Flowise on this machine: what the program rendered, and what had to differ."""

    stack: Stack
    folder: Path
    changed: dict[str, str]
    model: Model
    authority: Authority
    s3: Any
    bucket: str
    stop_database: Callable[[], None]

    def setup_database(self) -> str:
        """Run the Job that makes roles and database."""
        return flowise.run(self.stack.pod("setup-job"), self.folder / f"database-{free_port()}", self.changed)

    def setup(self, **changed: str) -> str:
        """Run the Job that makes Flowise ready."""
        pod = self.stack.pod("app-setup-job")
        return flowise.run(pod, self.folder / f"setup-{free_port()}", {**self.changed, **self._ports(), **changed})

    @contextmanager
    def pod(
        self, role: str, *, files: Mapping[str, str] = NOTHING, changed: Mapping[str, str] = NOTHING
    ) -> Iterator[tuple[Process, Browser, Browser]]:
        """Run a pod, with these files and variables changed; give the process, who asks it, and who asks its probes."""
        pod = self.stack.pod(role)
        pod = replace(pod, files={**pod.files, **files})
        ports = {number: free_port() for number in pod.ports}
        local = {
            name: str(ports[int(value)])
            for name, value in pod.environment.items()
            if name.endswith("PORT") and value.isdigit() and int(value) in ports
        }
        folder = self.folder / f"{role}-{'-'.join(map(str, ports.values()))}"
        with running(pod, folder, {**self.changed, **local, **changed}, ports) as process:
            # the first is the site's, where there is one, and the last answers the kubelet
            yield process, *(Browser(f"http://127.0.0.1:{ports[pod.ports[each]]}") for each in (0, -1))  # type: ignore[misc] # two of them

    @contextmanager
    def ready(
        self, role: str, *, files: Mapping[str, str] = NOTHING, changed: Mapping[str, str] = NOTHING
    ) -> Iterator[tuple[Process, Browser, Browser]]:
        """Run a pod once it is ready."""
        with self.pod(role, files=files, changed=changed) as (process, site, probe):
            wait_until(lambda: is_ready(process, probe), f"{role} ready", READY_SECONDS)
            yield process, site, probe

    def ask_database(self, statement: str) -> None:
        """Run a statement in Flowise's database, as Flowise itself."""
        pod = self.stack.pod("app-server-pods").environment
        where = {"host": HOST, "port": self.changed["DATABASE_PORT"], "dbname": pod["DATABASE_NAME"]}
        login = {"user": pod["DATABASE_USER"], "password": pod["DATABASE_PASSWORD"], "sslmode": "require"}
        address = " ".join(f"{name}='{value}'" for name, value in {**where, **login}.items())
        subprocess.run(
            [program("psql"), "-v", "ON_ERROR_STOP=1", "-c", statement, address], check=True, capture_output=True
        )

    def owner(self) -> dict[str, str]:
        """Return what the owner logs in with."""
        pod = self.stack.pod("app-setup-job").environment
        return {"email": pod["OWNER_EMAIL"], "password": pod["OWNER_PASSWORD"]}

    def log_in(self, site: Browser) -> None:
        """Log the owner in."""
        status, said = site("POST", "/api/v1/auth/login", self.owner())
        assert status == 200, said

    def make_flow(self, site: Browser, make: Callable[[Path, str, str], dict[str, Any]] = flow, **changed: Any) -> str:
        """Make a flow that asks the model, with these of its properties changed; give its id."""
        _, credentials = site("GET", "/api/v1/credentials")
        named = [each["id"] for each in credentials if each["name"] == "Databricks"]
        body = make(flowise.package(), self.model.url, named[0] if named else "") | changed
        status, made = site("POST", "/api/v1/chatflows", body)
        assert status == 200, made
        return str(made["id"])

    @contextmanager
    def serving(self) -> Iterator[Browser]:
        """Run a server and a worker; give a browser in which the owner has logged in."""
        with self.pod("app-server-pods") as server, self.pod("app-worker-pods") as worker:
            for process, _, probe in (server, worker):
                wait_until(partial(is_ready, process, probe), "ready", READY_SECONDS)
            self.log_in(server[1])
            yield server[1]

    def grace(self, role: str) -> int:
        """Return the seconds that a pod of this role has to end."""
        return self.stack.pod(role).grace_seconds

    def _ports(self) -> dict[str, str]:
        return {"PORT": str(free_port()), "PROBE_PORT": str(free_port())}


def is_ready(process: Process, probe: Browser) -> bool:
    """Return whether the kubelet would call it ready; fail where it has ended."""
    assert process.ended is None, process.said
    try:
        return probe("GET", "/readyz")[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def package() -> Path:
    """Install Flowise, once for all runs."""
    return flowise.package()


@pytest.fixture(scope="session")
def ranges(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a function that makes a place for a stack, with settings changed: a mapping for each section."""
    with ExitStack() as stack:

        def make(name: str, **sections: Mapping[str, Any]) -> Place:
            return stack.enter_context(_place(name, sections, package, tmp_path_factory.mktemp(name)))

        yield make


@pytest.fixture(scope="session")
def queue(ranges: Callable[..., Place]) -> Place:
    """Prod, ready for its pods: servers that hand predictions to workers, and a shop that embeds the chat."""
    place: Place = ranges(
        "prod",
        service={"max_answer_seconds": 60, "objectives": OBJECTIVES},
        edge={"embed_origins": [SHOP]},
        monitoring=MONITORING,
    )
    place.setup_database()
    place.setup()
    return place


@contextmanager
def _place(name: str, sections: Mapping[str, Mapping[str, Any]], package: Path, folder: Path) -> Iterator[Place]:
    stack = Stack(World(_brought_up(name, sections, folder / "program")), {"flowise/databricks-token": TOKEN})
    authority = make_authority(folder)
    server = stack.pod("app-server-pods").environment
    with ExitStack() as running_:
        database_port, stop_database = running_.enter_context(postgres(authority, MASTER_PASSWORD))
        cache_port = running_.enter_context(redis(authority, folder, list(_cache_logins(stack))))
        talker = running_.enter_context(model())
        moto = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
        moto.start()
        running_.callback(moto.stop)
        endpoint = f"http://127.0.0.1:{moto.get_host_and_port()[1]}"
        aws = {"aws_access_key_id": "live", "aws_secret_access_key": "live", "region_name": "eu-west-1"}
        s3 = boto3.client("s3", endpoint_url=endpoint, **aws)
        bucket = server["S3_STORAGE_BUCKET_NAME"]
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        secrets = boto3.client("secretsmanager", endpoint_url=endpoint, **aws)
        arns = _kept(secrets, stack, folder.name)
        # everything that differs from what a pod is given, and why
        changed = {
            # the services stand on this machine
            "DATABASE_HOST": HOST,
            "DATABASE_PORT": str(database_port),
            "REDIS_HOST": HOST,
            "REDIS_PORT": str(cache_port),
            # their certificates are of this run's authority, not of RDS's and ElastiCache's
            "NODE_EXTRA_CA_CERTS": str(authority.bundle),
            # S3 and Secrets Manager are moto, which has no Pod Identity and no names for buckets
            "S3_ENDPOINT_URL": endpoint,
            "S3_FORCE_PATH_STYLE": "true",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "live",
            "AWS_SECRET_ACCESS_KEY": "live",
            **arns,
            # the package lies in a folder of this machine
            "NODE_PATH": str(package.parent),
            "FLOWISE_PACKAGE": str(package),
        }
        CHANGED.update(changed)
        yield Place(stack, folder, changed, talker, authority, s3, bucket, stop_database)


def _cache_logins(stack: Stack) -> Iterator[CacheLogin]:
    """Yield the cache's users with what pods log in with, as far as any does."""
    pods = [stack.pod(each).environment for each in ("app-server-pods", "app-queue-exporter-pods") if stack.has(each)]
    passwords = {pod["REDIS_USERNAME"]: pod["REDIS_PASSWORD"] for pod in pods if "REDIS_PASSWORD" in pod}
    for username, access in stack.cache_users().items():
        yield CacheLogin(username, access, passwords.get(username, "no-cache"))


def _brought_up(name: str, sections: Mapping[str, Mapping[str, Any]], folder: Path) -> Path:
    folder.mkdir()
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        (folder / file).write_text((REPOSITORY / file).read_text())
    link_program(folder)
    settings = yaml.safe_load((folder / f"Pulumi.{name}.yaml").read_text())
    for section, changed in sections.items():
        settings["config"][f"flowise:{section}"] |= changed
    (folder / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(settings))
    Sandbox(folder)("up", stack=name)
    return Workspace.of(folder, name).world_file


def _kept(secrets: Any, stack: Stack, prefix: str) -> dict[str, str]:
    """Keep in moto what the setup of the database reads; give its variables."""
    environment = stack.pod("setup-job").environment
    master = secrets.create_secret(
        Name=f"{prefix}-master", SecretString=json.dumps({"username": "master", "password": MASTER_PASSWORD})
    )
    logins = [
        secrets.create_secret(Name=f"{prefix}-login-{index}", SecretString=stack.secret_text(arn))["ARN"]
        for index, arn in enumerate(environment["LOGIN_SECRET_ARNS"].split(","))
    ]
    return {"MASTER_SECRET_ARN": master["ARN"], "LOGIN_SECRET_ARNS": ",".join(logins)}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what differed from a pod's environment."""
    if CHANGED:
        terminalreporter.write_line("changed for localhost, beside ports and folders: " + ", ".join(sorted(CHANGED)))
