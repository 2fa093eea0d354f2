"""KEDA's operator itself: it is started as its Deployment says, finds the cache by its name, and is let in."""

import hashlib
import json
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox.clusters import charts
from sandbox.clusters.placeholders import secret_of
from sandbox.clusters.registry import Clusters
from sandbox.clusters.scaled_objects import ScaledObjects
from sandbox.commands.parser import parser
from sandbox.commands.run_options import run_options
from sandbox.controllers import beside, caches, keda, resolver
from sandbox.controllers.pods import NotPlayedError, Told
from sandbox.workspace import SandboxError
from sandbox.world import Record

NAME = "master.cache.abc123.euce.cache.amazonaws.com"


def deployment(env: Sequence[Mapping[str, Any]] = (), **container: Any) -> dict[str, Any]:
    """As KEDA's chart renders it."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "keda-operator", "namespace": "scaling", "uid": "d", "generation": 1},
        "spec": {
            "selector": {"matchLabels": {"app": "keda-operator"}},
            "template": {
                "spec": {
                    "serviceAccountName": "narrow",
                    "containers": [
                        {
                            "name": "keda-operator",
                            "image": "ghcr.io/kedacore/keda:2.19.0",
                            "args": ["--leader-elect", "--cert-dir=/certs", "--cert-secret-name=kedaorg-certs"],
                            "env": [
                                {"name": "WATCH_NAMESPACE", "value": "jobs"},
                                {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                                *env,
                            ],
                            "volumeMounts": [{"name": "certificates", "mountPath": "/certs"}],
                            **container,
                        }
                    ],
                    "volumes": [{"name": "certificates", "secret": {"secretName": "kedaorg-certs"}}],
                }
            },
        },
    }


def test_it_is_told_what_its_deployment_says_and_nothing_else() -> None:
    told = Told.of(deployment(), "keda-operator-1")
    mounts = {"/certs": Path("/here/certs")}
    reached = keda.Reached("127.0.0.1:53", Path("/here/trusted"))
    started = keda.command(Path("/keda"), told, mounts, reached, ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"])
    assert started == [
        "/keda",
        "--leader-elect",
        "--cert-dir=/here/certs",
        "--cert-secret-name=kedaorg-certs",
        "--metrics-bind-address=127.0.0.1:1",
        "--health-probe-bind-address=127.0.0.1:2",
        "--metrics-service-bind-address=127.0.0.1:3",
        "--ca-dir=/here/trusted",
    ]
    given = keda.environment(told, Path("/here/kubeconfig.yaml"), reached)
    assert {key: given[key] for key in given.keys() - {"PATH", "HOME"}} == {
        "WATCH_NAMESPACE": "jobs",
        "POD_NAME": "keda-operator-1",
        "KUBECONFIG": "/here/kubeconfig.yaml",
        "KEDA_CLUSTER_OBJECT_NAMESPACE": "scaling",
        "SANDBOX_RESOLVER": "127.0.0.1:53",
    }
    assert (told.account, told.token, told.secrets) == ("narrow", True, {"/certs": "kedaorg-certs"})


@pytest.mark.parametrize(
    "taken",
    [
        {"env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
        {"envFrom": [{"secretRef": {"name": "s"}}]},
    ],
)
def test_what_no_process_here_can_have_is_refused_and_not_left_out(taken: dict[str, Any]) -> None:
    with pytest.raises(NotPlayedError, match="not read here"):
        Told.of(deployment(**taken), "pod")


def test_one_that_ends_is_started_at_once_and_then_ever_later() -> None:
    assert [keda.backoff(times) for times in (0, 1, 2, 3, 9)] == [0, 10, 20, 40, 300]


class Served:
    """An API server that holds a Deployment and a Secret, and gives an account its token."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = list(items)
        self.transport = self
        self.asked: list[str] = []

    def list(self, _api: str, kind: str, _namespace: str = "", **_: str) -> list[dict[str, Any]]:
        return [each for each in self.items if each["kind"] == kind]

    def find(self, _api: str, kind: str, name: str, namespace: str) -> dict[str, Any] | None:
        wanted = {"name": name, "namespace": namespace}
        return next((e for e in self.items if e["kind"] == kind and wanted.items() <= e["metadata"].items()), None)

    def delete(self, _api: str, kind: str, name: str, namespace: str) -> None:
        self.asked.append(f"delete {kind} {namespace}/{name}")

    def resource(self, _api: str, _kind: str) -> Any:
        return self

    def path(self, name: str, namespace: str, subresource: str) -> str:
        return f"{namespace}/{name}/{subresource}"

    def request(self, method: str, path: str, _body: Any) -> dict[str, Any]:
        self.asked.append(f"{method} {path}")
        return {"status": {"token": "the-account's"}}


class Plane:
    url, ca_pem = "https://127.0.0.1:1", "PEM"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Stands for the operator: notes how it was started, and ends where it has no certificate, as the operator does."""
    path = tmp_path / "operator"
    path.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, sys, time\n"
        "noted = pathlib.Path(os.environ['HOME']) / 'started'\n"
        "with noted.open('a') as file: file.write(' '.join(sys.argv[1:]) + '\\n')\n"
        "certs = [each.partition('=')[2] for each in sys.argv if each.startswith('--cert-dir=')]\n"
        "time.sleep(60 if os.path.exists(certs[0] + '/tls.crt') else 0)\n"
    )
    path.chmod(0o700)
    return path


def test_it_runs_under_its_accounts_token_and_anew_when_its_deployment_changes(tmp_path: Path, program: Path) -> None:
    secret = {
        "kind": "Secret",
        "metadata": {"name": "kedaorg-certs", "namespace": "scaling"},
        "data": {"tls.crt": "eA=="},
    }
    served: Any = Served(deployment(), secret)
    plane: Any = Plane()
    folder = tmp_path / "keda"
    operator = keda.KedaOperator(served, plane, folder, program, keda.Reached("127.0.0.1:53", tmp_path))
    try:
        operator.reconcile()
        operator.reconcile()
        assert served.asked == ["delete Lease scaling/operator.keda.sh", "POST scaling/narrow/token"]
        assert "the-account's" in (folder / "kubeconfig.yaml").read_text()
        assert (folder / "mounts" / "kedaorg-certs" / "tls.crt").read_text() == "x"
        served.items[0] = deployment(args=["--cert-dir=/certs", "--more"])
        operator.reconcile()
        assert len(served.asked) == 4
        served.items[0] = deployment(image="stand-in")  # what only stands in for it runs nothing
        operator.reconcile()
        operator.reconcile()
        assert len(served.asked) == 4
    finally:
        operator.stop()


def question(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def test_the_resolver_answers_for_what_is_known_and_for_nothing_else() -> None:
    known = {NAME: "127.1.2.3"}.get
    found = resolver.answer(question(NAME.upper()), known)
    assert struct.unpack_from("!6H", found) == (7, 0x8580, 1, 1, 0, 0)
    assert found.endswith(bytes([127, 1, 2, 3]))
    assert struct.unpack_from("!6H", resolver.answer(question(NAME, 28), known)) == (7, 0x8580, 1, 0, 0, 0)
    assert struct.unpack_from("!6H", resolver.answer(question("other"), known)) == (7, 0x8583, 1, 0, 0, 0)
    for broken in (b"", question(NAME)[:-5], question(NAME)[:20]):
        with pytest.raises(ValueError, match="no question"):
            resolver.answer(broken, known)


def test_the_resolver_listens_where_it_says() -> None:
    served = resolver.Resolver({NAME: "127.1.2.3"}.get)
    try:
        host, _, port = served.address.partition(":")
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(60)
            client.sendto(b"x", (host, int(port)))  # what it cannot read gets no answer, and stops nothing
            client.sendto(question(NAME), (host, int(port)))
            assert client.recv(512) == resolver.answer(question(NAME), {NAME: "127.1.2.3"}.get)
    finally:
        served.stop()


def record(token: str, identity: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None = None) -> Record:
    return Record(token, identity, f"urn:{identity}", 0, dict(inputs), {**inputs, **(outputs or {})})


def standing(*records: Record) -> Any:
    return lambda *tokens: [each for each in records if each.token in tokens]


USER = {"userName": "observer", "accessString": "on ~queue* -@all +llen", "passwords": ["one", "other"]}


def test_a_cache_lets_in_its_users_with_each_of_their_passwords() -> None:
    one, other = (f"#{hashlib.sha256(each.encode()).hexdigest()}" for each in ("one", "other"))
    assert list(caches.access([USER], "")) == [
        "user default off",
        f"user observer on ~queue* -@all +llen {one} {other}",
    ]
    anybody = {
        "userName": "default",
        "accessString": "on ~* +@all",
        "authenticationMode": {"type": "no-password-required"},
    }
    assert list(caches.access([anybody], "")) == ["user default on ~* +@all nopass"]
    assert list(caches.access([], "one")) == [f"user default on {one} ~* &* +@all"]
    assert list(caches.access([], "")) == ["user default on nopass ~* &* +@all"]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for redis-server on PATH: it notes its arguments and listens."""
    path = tmp_path / "bin" / "redis-server"
    path.parent.mkdir()
    path.write_text(
        f"#!{sys.executable}\n"
        "import socket, sys, time\n"
        "open('started', 'w').write(' '.join(sys.argv[1:]))\n"
        "told = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "served = socket.create_server((told['--bind'], int(told['--tls-port'])))\n"
        "time.sleep(60)\n"
    )
    path.chmod(0o700)
    monkeypatch.setenv("PATH", str(path.parent))
    return path


def test_a_cache_runs_from_when_its_name_is_asked_for(tmp_path: Path, server: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    group = {"transitEncryptionEnabled": True, "userGroupIds": ["users"], "port": port}
    there = standing(
        record(caches.GROUP, "cache", group, {"primaryEndpointAddress": NAME}),
        record(caches.USER_GROUP, "users", {"userIds": ["observer"]}),
        record(caches.USER, "observer", USER),
        record(caches.USER, "of-another", {**USER, "userName": "stranger"}),
    )
    played = caches.Caches(tmp_path / "caches", there)
    try:
        assert played.address("other.example.com") is None
        assert not (tmp_path / "caches" / "cache").exists()
        assert played.address(NAME) == "127.0.0.1"
        folder = tmp_path / "caches" / "cache"
        started = (folder / "started").read_text()
        assert f"--bind 127.0.0.1 --port 0 --tls-port {port} --tls-cert-file server.crt" in started
        assert "user observer " in (folder / "users.acl").read_text()
        assert "stranger" not in (folder / "users.acl").read_text()
        assert "one" not in (folder / "users.acl").read_text().split()
        assert played.address(NAME) == "127.0.0.1"
    finally:
        played.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_without_a_server_on_path_no_name_is_found_and_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    played = caches.Caches(
        tmp_path / "caches", standing(record(caches.GROUP, "c", {}, {"primaryEndpointAddress": NAME}))
    )
    assert [played.address(NAME), played.address(NAME)] == [None, None]
    assert capsys.readouterr().err == "no cache is played: neither valkey-server nor redis-server is on PATH\n"


def test_a_secret_that_is_read_holds_what_the_stack_wrote() -> None:
    there = standing(
        record("aws:secretsmanager/secret:Secret", "arn:s", {}, {"name": "cache"}),
        *(
            record(
                "aws:secretsmanager/secretVersion:SecretVersion",
                f"arn:s|{version}",
                {"secretId": "arn:s", "secretString": json.dumps({"password": version, "port": 6379})},
                {"versionId": version},
            )
            for version in ("old", "new")
        ),
    )

    def value(**reference: str) -> str | None:
        return beside.secret_value(there, reference)

    assert value(key="arn:s", property="password") == "new"
    assert value(key="cache", property="port") == "6379"
    assert value(key="arn:s", property="password", version="uuid/old") == "old"
    assert value(key="arn:s", property="password", version="uuid/none") is None
    assert value(key="arn:s", property="user") is None
    assert value(key="arn:other") is None
    assert json.loads(value(key="cache") or "") == {"password": "new", "port": 6379}
    external = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "app", "namespace": "n", "uid": "1"},
        "spec": {
            "data": [
                {"secretKey": "A", "remoteRef": {"key": "arn:s", "property": "password"}},
                {"secretKey": "B", "remoteRef": {"key": "arn:other"}},
            ]
        },
    }
    made = secret_of(external, lambda reference: beside.secret_value(there, reference))
    assert made["stringData"] == {"A": "new", "B": "stand-in"}


def test_a_cluster_keeps_the_real_ones_once_it_has_had_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they hold back, a finalizer's object say, goes by them alone."""

    class Beside:
        def __init__(self, folder: Path, _standing: Any) -> None:
            self.folder = folder

        def secret_value(self, reference: Mapping[str, Any]) -> str | None:
            return f"of {reference['key']}"

        def stop(self) -> None:
            pass

    monkeypatch.setattr(beside, "Beside", Beside)
    cluster = record("aws:eks/cluster:Cluster", "prod", {"name": "prod", "version": "1.35"})

    def known(*, controllers: bool) -> str | None:
        clusters = Clusters(tmp_path, standing(cluster), controllers=controllers)
        return clusters._cluster(cluster).secret_value({"key": "s"})

    assert known(controllers=False) is None
    assert known(controllers=True) == "of s"
    assert known(controllers=False) == "of s"


def test_the_stand_in_leaves_a_charts_own_operator_alone() -> None:
    own = deployment()
    scaled = {"kind": "ScaledObject", "metadata": {"name": "s", "namespace": "jobs", "uid": "u", "generation": 1}}

    class Scaled(Served):
        def apply(self, manifest: dict[str, Any], **_: Any) -> None:
            self.asked.append(manifest["kind"])

        def tell(self, _item: Any, _status: Any) -> None:
            pass

    spec = {"scaleTargetRef": {"name": "keda-operator"}, "triggers": []}
    target = {**deployment(), "metadata": {"name": "keda-operator", "namespace": "jobs"}}

    def made(operator: dict[str, Any], *, beside_its_own: bool) -> list[str]:
        served: Any = Scaled(operator, {**scaled, "spec": spec}, target)
        ScaledObjects(served, beside_its_own=beside_its_own).reconcile()
        asked: list[str] = served.asked
        return asked

    (stands_in, *_) = charts.objects("keda", "r", "scaling", {"watchNamespace": "jobs"})
    assert made(own, beside_its_own=False) == ["HorizontalPodAutoscaler"]
    assert made(stands_in, beside_its_own=True) == ["HorizontalPodAutoscaler"]
    assert made(own, beside_its_own=True) == []


def test_controllers_are_asked_for_with_the_charts_that_say_how_they_run(tmp_path: Path) -> None:
    def asked(*arguments: str) -> bool:
        return run_options(parser().parse_args(["up", "--stack", "dev", *arguments])).controllers

    assert asked("--controllers", "--charts", str(tmp_path))
    assert not asked("--charts", str(tmp_path))
    for arguments in (["--controllers"], ["--controllers", "--charts", str(tmp_path), "--kubernetes", "schema"]):
        with pytest.raises(SandboxError, match="name a folder of charts"):
            asked(*arguments)
