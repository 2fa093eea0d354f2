"""Makes what a cluster trusts and is trusted by: its CA, server certificate, service-account keys and tokens."""

import csv
import io
import ipaddress
import os
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .. import private_files
from .users import TOKENS, USERS

# A world may be kept for years, and nobody rotates what never leaves the machine.
VALID_DAYS = 3650
# A clock that was set back must not make a new certificate one of the future.
_BACKDATED = timedelta(days=1)


def make(folder: Path) -> None:
    """Write all files into a folder that gets its name last, so that an interrupted run leaves nothing that counts."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob("pki-*"):
        shutil.rmtree(stale)
    shutil.rmtree(folder, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix="pki-", dir=folder.parent))
    # The CA's key is not kept: nothing is ever signed by it again.
    authority = Authority("sandbox Kubernetes CA")
    authority.write(made)
    authority.write_server(made, "kube-apiserver", ("localhost",), ("127.0.0.1",))
    service_accounts = _key()
    private_files.write(made / "service-account.key", _private(service_accounts))
    public = service_accounts.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private_files.write(made / "service-account.pub", public)
    tokens = io.StringIO()
    csv.writer(tokens, lineterminator="\n").writerows(
        (secrets.token_urlsafe(32), user, user, groups) for user, groups in USERS.items()
    )
    private_files.write(made / TOKENS, tokens.getvalue())
    os.replace(made, folder)


class Authority:
    """A CA whose key lives for as long as this object does."""

    def __init__(self, name: str) -> None:
        self._key = _key()
        self._certificate = _authority(self._key, _name(name))

    def write(self, folder: Path) -> None:
        """Write its certificate, `ca.crt`."""
        private_files.write(folder / "ca.crt", self._certificate.public_bytes(Encoding.PEM))

    def write_server(self, folder: Path, name: str, hosts: Sequence[str], addresses: Sequence[str] = ()) -> None:
        """Write what a server shows for these hosts and addresses, `server.crt`, and its key, `server.key`."""
        key = _key()
        names: Sequence[x509.GeneralName] = (
            *(x509.DNSName(each) for each in hosts),
            *(x509.IPAddress(ipaddress.ip_address(each)) for each in addresses),
        )
        server = _server(key, _name(name), names, self._certificate, self._key)
        private_files.write(folder / "server.crt", server.public_bytes(Encoding.PEM))
        private_files.write(folder / "server.key", _private(key))


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _authority(key: ec.EllipticCurvePrivateKey, name: x509.Name) -> x509.Certificate:
    return (
        _certificate(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey,
    name: x509.Name,
    names: Sequence[x509.GeneralName],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _certificate(name, authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=VALID_DAYS))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
