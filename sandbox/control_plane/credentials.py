"""What a cluster trusts and is trusted by, as files: kept with its data, and made by `certificates` the first time.

A kubeconfig stays good for as long as the cluster stands. All of it belongs to one sandbox on one machine: it opens
nothing but a server on 127.0.0.1.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from .users import TOKENS


@dataclass(frozen=True)
class Credentials:
    """The files of one cluster. What is private can be read by its owner alone."""

    folder: Path

    @classmethod
    def of(cls, cluster: Path) -> "Credentials":
        """Return the credentials of the cluster whose data is in a folder, made where there are none."""
        folder = cluster / "pki"
        if not (folder / TOKENS).is_file():
            from .certificates import make  # noqa: PLC0415 # slow to load, and needed once in a cluster's life

            make(folder)
        return cls(folder)

    @property
    def ca(self) -> Path:
        """The certificate that clients of the API server trust, PEM."""
        return self.folder / "ca.crt"

    @property
    def server_certificate(self) -> Path:
        """For 127.0.0.1 and localhost, signed by the CA, PEM."""
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        """The server's private key, PEM."""
        return self.folder / "server.key"

    @property
    def service_account_key(self) -> Path:
        """Signs the tokens of service accounts, PEM."""
        return self.folder / "service-account.key"

    @property
    def service_account_public_key(self) -> Path:
        """Checks the tokens of service accounts, PEM."""
        return self.folder / "service-account.pub"

    @property
    def tokens(self) -> Path:
        """The file that the API server's `--token-auth-file` reads: token, user, uid, groups."""
        return self.folder / TOKENS

    def token(self, user: str) -> str:
        """Return the bearer token of a user."""
        with self.tokens.open(encoding="utf-8", newline="") as file:
            return next(row[0] for row in csv.reader(file) if row[1] == user)
