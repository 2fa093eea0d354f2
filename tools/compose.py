"""Writes what compose/compose.yaml reads: `python -m tools.compose`.

The environment is the one that pods get (components/flowise_service/environment.py), with one machine's addresses.
What is secret is made once and kept, for credentials in the database can be read with its own key alone; delete
compose/generated and the volumes (`docker compose down --volumes`) to begin anew.
"""

import asyncio
import hashlib
import ipaddress
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pulumi import Output

from components.flowise_service.environment import ENCRYPTION_KEY, SERVER_KEYS, key_fingerprint
from components.flowise_service.environment import environment as pods_environment
from components.flowise_service.queue_exporter import SCRIPT as QUEUE_EXPORTER
from components.flowise_service.scripts import scripts
from components.flowise_service.settings import PACKAGE, ServiceSettings
from components.flowise_service.watch import PAGES
from components.shared.external_secrets import SecretField
from components.shared.references import CacheRef, DatabaseRef
from components.web_service.environment import plain, secret
from sandbox import private_files

FOLDER = Path(__file__).parents[1] / "compose" / "generated"
MEMORY_LIMIT_MIB = 2048
BUCKET, REGION = "flowise", "us-east-1"
# what one machine has otherwise than AWS
LOCAL = {
    "NODE_EXTRA_CA_CERTS": "/run/secrets/ca.pem",
    "S3_ENDPOINT_URL": "http://s3:7070",
    "S3_FORCE_PATH_STYLE": "true",
    "TRUST_PROXY": "false",
}
# a variable that is kept like this is secret: it is made here
SECRET = SecretField(arn="made by tools.compose", version_id="")
TLS_NAMES = ("postgres", "valkey")
# what of the dashboards one machine has the metrics for
SHOWN = ("flowise", "queue")
LIFETIME = timedelta(days=3650)


def environment() -> tuple[dict[str, str], set[str]]:
    """Return Flowise's environment on one machine, and the names of its secrets, which have no value yet."""
    return asyncio.run(_environment())


async def _environment() -> tuple[dict[str, str], set[str]]:
    settings = ServiceSettings(mode="queue", memory_limit_mib=MEMORY_LIMIT_MIB)
    table = pods_environment(
        settings,
        database=DatabaseRef(
            address="postgres", port=5432, name="flowise", username="flowise", password=SECRET, certificates=""
        ),
        cache=CacheRef(address="valkey", port=6379, username="flowise", password=SECRET),
        bucket=BUCKET,
        region=REGION,
        site_domain=None,
        encryption_key=SECRET,
        databricks_token=None,
        extra={},
    )
    # the table has Outputs too, though all that goes in is known
    values = {name: str(await Output.from_input(value).future()) for name, value in plain(table).items()}
    return {**values, **LOCAL}, set(secret(table))


def write(folder: Path) -> None:
    """Write all files; secrets that are there already stay what they are."""
    for path in (folder, folder / "secrets", folder / "dashboards", folder / "scripts"):
        path.mkdir(parents=True, exist_ok=True)
    # containers read their files as other users, and nobody else comes this far
    folder.chmod(0o700)
    known, names = environment()
    s3 = _kept(
        folder / "s3.env", {"ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"}, {"VGW_REGION": REGION, "VGW_HEALTH": "/health"}
    )
    keys = {"S3_STORAGE_ACCESS_KEY_ID": s3["ROOT_ACCESS_KEY"], "S3_STORAGE_SECRET_ACCESS_KEY": s3["ROOT_SECRET_KEY"]}
    made = _kept(folder / "flowise.secret.env", names, keys)
    _kept(folder / "server.secret.env", set(SERVER_KEYS), {})
    setup = {
        "FLOWISE_PACKAGE": PACKAGE,
        "KEY_FINGERPRINT": key_fingerprint(made[ENCRYPTION_KEY]),
        "OWNER_EMAIL": "owner@example.com",
        "OWNER_NAME": "Owner",
    }
    owner = _kept(folder / "owner.env", {"OWNER_PASSWORD", "METRICS_API_KEY"}, setup)
    _write_env(folder / "flowise.env", known)

    files = folder / "secrets"
    (files / "postgres_password").write_text(made["DATABASE_PASSWORD"])
    (files / "metrics_key").write_text(owner["METRICS_API_KEY"])
    (files / "valkey_users").write_text(_valkey_users(made["REDIS_PASSWORD"]))
    if not (files / "grafana_password").exists():
        (files / "grafana_password").write_text(_new_secret())
    if not (files / "ca.pem").exists():
        _write_certificates(files)
    for name, text in {**scripts(), QUEUE_EXPORTER.name: QUEUE_EXPORTER.read_text()}.items():
        (folder / "scripts" / name).write_text(text)
    # of the others nothing is scraped here
    for page in SHOWN:
        (folder / "dashboards" / f"{page}.json").write_text((PAGES / f"{page}.json").read_text())


def _new_secret() -> str:
    # Flowise wants a small letter, a capital, a digit and a sign in its owner's password
    return secrets.token_hex(24) + "-aA1"


def _kept(path: Path, names: set[str], known: Mapping[str, str]) -> dict[str, str]:
    """Write an environment file of what is known and of named secrets, each as it was or new."""
    lines = path.read_text().splitlines() if path.exists() else []
    before = dict(line.split("=", 1) for line in lines)
    values = {**{name: before.get(name) or _new_secret() for name in sorted(names)}, **known}
    _write_env(path, values)
    return values


def _write_env(path: Path, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if "\n" in value:
            raise ValueError(f"{name} has several lines, which an environment file cannot hold")
    private_files.write(path, "".join(f"{name}={values[name]}\n" for name in sorted(values)))


def _valkey_users(password: str) -> str:
    # the first as in production (redis_cache.ACCESS), but for CLIENT LIST, by which a worker's health is told
    digest = hashlib.sha256(password.encode()).hexdigest()
    return (
        "user default off\n"
        f"user flowise on #{digest} ~* &* +@all -@admin -@dangerous +info +client|list\n"
        "user health on nopass +ping\n"
    )


def _write_certificates(folder: Path) -> None:
    """Write an authority's certificate, whose key is kept nowhere, and one for each server."""
    now = datetime.now(UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Flowise on one machine")])

    def signed(name: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool, hosts: tuple[str, ...] = ()) -> bytes:
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + LIFETIME)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        )
        if hosts:
            local = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            names = x509.SubjectAlternativeName([*(x509.DNSName(host) for host in hosts), local])
            built = built.add_extension(names, critical=False)
        return built.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    for name in TLS_NAMES:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        (folder / f"{name}.pem").write_bytes(signed(subject, key, ca=False, hosts=(name, "localhost")))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    (folder / "ca.pem").write_bytes(signed(authority, authority_key, ca=True))


def main() -> int:
    """Write compose/generated and say where the logins are."""
    write(FOLDER)
    print(f"written: {FOLDER}\nFlowise's owner: owner.env   Grafana's admin: secrets/grafana_password")
    return 0


if __name__ == "__main__":
    sys.exit(main())
