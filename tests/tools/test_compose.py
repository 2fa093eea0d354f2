import json
import re
import socket
import ssl
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.flowise_service.environment import CONFIG_DIR, NAMESPACE, key_fingerprint
from components.flowise_service.metrics import PODS_JOB, QUEUE_JOB, SERVERS_JOB
from components.flowise_service.queues import QUEUE_NAME
from components.flowise_service.scripts import scripts
from components.flowise_service.settings import DatabricksSettings, ServiceSettings
from components.flowise_service.watch import PAGES
from components.rds_postgres.settings import DatabaseSettings
from components.redis_cache.settings import CacheSettings
from components.web_service.timeouts import timeouts_of
from tests.waiting import PATIENCE_SECONDS
from tools.compose import LOCAL, SHOWN, environment, write

COMPOSE = Path(__file__).parents[2] / "compose"
FILE: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
FLOWISE = {"bucket", "setup", "main", "worker"}


def loaded(name: str) -> Any:
    return yaml.safe_load((COMPOSE / name).read_text())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write(tmp_path / "generated")
    return tmp_path / "generated"


def variables(path: Path) -> dict[str, str]:
    return variables_of(path.read_text())


def variables_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def test_pods_get_the_same_but_for_where_things_are(written: Path) -> None:
    plain, secret = environment()
    assert plain["DATABASE_HOST"] == "postgres"
    assert plain["REDIS_HOST"] == "valkey"
    # verified as in production
    assert (plain["DATABASE_SSL"], plain["REDIS_TLS"], plain["MODE"]) == ("true", "true", "queue")
    assert {"DATABASE_PASSWORD", "REDIS_PASSWORD", "FLOWISE_SECRETKEY_OVERWRITE"} <= secret
    assert plain.items() >= LOCAL.items()
    # and the same files before Flowise's own
    mounted = next(volume.split(":")[0] for volume in SERVICES["main"]["volumes"] if ":/etc/flowise:" in volume)
    assert mounted == "./generated/scripts"
    assert f"--require {CONFIG_DIR}/preload.cjs" in plain["NODE_OPTIONS"]
    files = {path.name: path.read_text() for path in (written / "scripts").glob("*.cjs")}
    assert files.items() > scripts().items()
    # and its exporter finds the packages
    assert SERVICES["queue-exporter"]["environment"]["NODE_PATH"] == ServiceSettings().script_image().modules


def test_no_secret_is_among_what_is_plain(written: Path) -> None:
    plain, secret = variables(written / "flowise.env"), variables(written / "flowise.secret.env")
    assert not plain.keys() & secret.keys()
    assert not any(value in json.dumps(plain) for value in secret.values())
    assert len(set(secret.values())) == len(secret)
    assert all(len(value) >= 48 for value in secret.values())


def test_a_second_time_keeps_every_secret(written: Path) -> None:
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    write(written)
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def test_what_a_person_adds_reaches_all_of_flowise_last_and_is_never_written(written: Path) -> None:
    for name in FLOWISE:
        assert SERVICES[name]["env_file"][-1] == {"path": "own.env", "required": False, "format": "raw"}
    assert not (written.parent / "own.env").exists()
    assert "compose/own.env" in (COMPOSE.parent / ".gitignore").read_text().splitlines()
    example = variables_of((COMPOSE / "own.env.example").read_text())
    # what pods get where a stack names a workspace, and what the compose file's own environment lacks
    asked = ServiceSettings(databricks=DatabricksSettings(url=example["DATABRICKS_URL"], token_secret_name="a"))
    assert asked.databricks is not None
    assert set(example) == {"DATABRICKS_URL", "DATABRICKS_TOKEN"}
    # Flowise 3.1.4 reads it to force Secure cookies and to hide stacks, and HTTP carries no such cookie
    assert "NODE_ENV" not in environment()[0]
    assert environment()[0]["SECURE_COOKIES"] == "false"


def test_a_job_outlives_a_restart_of_the_cache() -> None:
    settings = dict(
        line.split(None, 1) for line in (COMPOSE / "valkey.conf").read_text().splitlines() if line[0] != "#"
    )
    assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "everysec")
    assert f"valkey:{settings['dir']}" in SERVICES["valkey"]["volumes"]
    assert settings["dir"] not in [mounted.split(":")[0] for mounted in SERVICES["valkey"].get("tmpfs", [])]


def test_nobody_else_on_the_machine_reads_them(written: Path) -> None:
    assert stat.S_IMODE(written.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in written.glob("*.env")} == {0o600}


def test_both_ends_of_each_login_agree(written: Path) -> None:
    flowise, s3 = variables(written / "flowise.secret.env"), variables(written / "s3.env")
    assert (written / "secrets" / "postgres_password").read_text() == flowise["DATABASE_PASSWORD"]
    assert s3["ROOT_ACCESS_KEY"] == flowise["S3_STORAGE_ACCESS_KEY_ID"]
    assert s3["ROOT_SECRET_KEY"] == flowise["S3_STORAGE_SECRET_ACCESS_KEY"]
    # a digest, which the server alone reads
    assert flowise["REDIS_PASSWORD"] not in (written / "secrets" / "valkey_users").read_text()


@pytest.mark.parametrize("host", ["postgres", "valkey"])
def test_the_servers_certificates_are_verified_by_name(written: Path, host: str) -> None:
    files = written / "secrets"
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files / f"{host}.pem", files / f"{host}.key")
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(files / "ca.pem")
    for name in (host, "127.0.0.1", "other"):
        here, there = socket.socketpair()
        here.settimeout(PATIENCE_SECONDS)
        there.settimeout(PATIENCE_SECONDS)

        def answer(there: socket.socket = there) -> None:
            try:
                server.wrap_socket(there, server_side=True).close()
            except ssl.SSLError:
                there.close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            if name == "other":
                with pytest.raises(ssl.SSLCertVerificationError):
                    client.wrap_socket(here, server_hostname=name)
            else:
                client.wrap_socket(here, server_hostname=name).close()
        finally:
            here.close()
            thread.join()


def test_all_that_the_file_mounts_is_there_or_is_written(written: Path) -> None:
    sources = [secret["file"] for secret in FILE["secrets"].values()]
    for service in SERVICES.values():
        sources += [entry["path"] for entry in service.get("env_file", []) if entry.get("required", True)]
        sources += [source for volume in service["volumes"] if (source := volume.split(":")[0]).startswith(".")]
    for source in sources:
        inside = source.removeprefix("./").removeprefix("generated/")
        generated = "generated/" in source
        assert ((written if generated else COMPOSE) / inside).exists(), source


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_container_is_closed(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    # another machine reaches none of them
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    # a version, not whatever is newest
    assert re.search(r":v?\d+\.\d+", service["image"])


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_what_a_service_names_exists(service: dict[str, Any]) -> None:
    assert set(service.get("secrets", [])) <= set(FILE["secrets"])
    assert set(service["networks"]) <= set(FILE["networks"])
    volumes = {volume.split(":")[0] for volume in service["volumes"]}
    assert {name for name in volumes if not name.startswith(".")} <= set(FILE["volumes"])
    for other, how in service.get("depends_on", {}).items():
        # Flowise's is in its image
        if how["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        else:
            assert other in ("bucket", "setup")
            assert SERVICES[other]["restart"] == "no"


def test_stores_are_reached_from_inside_alone() -> None:
    assert FILE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "valkey", "s3"):
        assert SERVICES[name]["networks"] == ["data"]
        assert "ports" not in SERVICES[name]


def test_servers_and_workers_start_on_tables_that_one_process_made() -> None:
    for name in ("main", "worker"):
        assert SERVICES[name]["depends_on"]["setup"] == {"condition": "service_completed_successfully"}
    patience = timeouts_of(ServiceSettings().max_answer_seconds).worker_termination_grace
    assert SERVICES["worker"]["stop_grace_period"] == f"{patience}s"
    assert SERVICES["worker"]["command"] == ["flowise", "worker"]
    assert "command" not in SERVICES["main"]


@pytest.mark.parametrize("name", sorted(FLOWISE - {"bucket"}))
def test_flowise_finds_its_authority_and_its_memory(name: str) -> None:
    plain, _ = environment()
    targets = [volume.split(":")[1] for volume in SERVICES[name]["volumes"]]
    assert plain["NODE_EXTRA_CA_CERTS"] in targets
    heap = re.match(r"--max-old-space-size=(\d+) ", plain["NODE_OPTIONS"])
    assert heap
    assert int(heap[1]) == int(SERVICES[name]["mem_limit"].removesuffix("m")) * 3 // 4
    assert [entry["path"] for entry in SERVICES[name]["env_file"]][:2] == [
        "generated/flowise.env",
        "generated/flowise.secret.env",
    ]


def test_the_stores_are_of_productions_major_versions() -> None:
    # ElastiCache's 8.2 is AWS's own: Valkey itself went from 8.1 to 9.0
    for service, image, settings in (
        ("postgres", "postgres", DatabaseSettings),
        ("valkey", "valkey/valkey", CacheSettings),
    ):
        major = settings.model_fields["engine_version"].default.split(".")[0]
        assert SERVICES[service]["image"].startswith(f"{image}:{major}.")


@pytest.mark.parametrize("page", SHOWN)
def test_a_dashboard_finds_its_data_source_and_its_metrics(written: Path, page: str) -> None:
    text = (written / "dashboards" / f"{page}.json").read_text()
    assert text == (PAGES / f"{page}.json").read_text()
    [source] = loaded("grafana/datasources.yaml")["datasources"]
    dashboard = json.loads(text)
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"] if "targets" in panel} == {source["uid"]}
    jobs = {scraped["job_name"]: scraped["static_configs"] for scraped in loaded("prometheus.yaml")["scrape_configs"]}
    targets = [target for configs in jobs.values() for target in configs]
    asked = [each["current"]["value"] for each in dashboard["templating"]["list"] if each["name"] == "namespace"]
    assert {target["labels"]["namespace"] for target in targets} == set(asked or [NAMESPACE])
    assert all("pod" in target["labels"] for target in targets)
    assert set(jobs) == {SERVERS_JOB, PODS_JOB, QUEUE_JOB}
    assert {host.split(":")[0] for target in targets for host in target["targets"]} <= set(SERVICES)


def test_the_exporter_reads_the_queues_that_flowise_fills() -> None:
    told = SERVICES["queue-exporter"]["environment"]
    assert told["QUEUE_NAMES"] == QUEUE_NAME
    [scraped] = [each for each in loaded("prometheus.yaml")["scrape_configs"] if each["job_name"] == QUEUE_JOB]
    assert scraped["static_configs"][0]["targets"] == [f"queue-exporter:{told['METRICS_PORT']}"]


def test_prometheus_reads_the_key_that_the_setup_puts_in_its_place(written: Path) -> None:
    [scraped] = [each for each in loaded("prometheus.yaml")["scrape_configs"] if each["job_name"] == SERVERS_JOB]
    assert scraped["authorization"]["credentials_file"] == "/run/secrets/metrics_key"
    assert SERVICES["prometheus"]["secrets"] == ["metrics_key"]
    owner = variables(written / "owner.env")
    assert (written / FILE["secrets"]["metrics_key"]["file"].removeprefix("generated/")).read_text() == (
        owner["METRICS_API_KEY"]
    )
    key = variables(written / "flowise.secret.env")["FLOWISE_SECRETKEY_OVERWRITE"]
    assert owner["KEY_FINGERPRINT"] == key_fingerprint(key)
