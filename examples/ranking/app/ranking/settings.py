"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The application's environment; `database` are psycopg's own connection parameters."""

    database: Mapping[str, str]
    pool_size: int
    flags_application: str
    flags_environment: str
    region: str
    signs_in: bool
    origins: tuple[str, ...]


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises KeyError for a variable that is missing."""
    certificates = environ.get("DB_CERTIFICATES")
    # libpq verifies nothing unless it is told to, and knows no authority of RDS's
    verified = {"sslmode": "verify-full", "sslrootcert": certificates} if certificates else {}
    return Settings(
        database={
            "host": environ["DB_HOST"],
            "port": environ["DB_PORT"],
            "dbname": environ["DB_NAME"],
            "user": environ["DB_USER"],
            "password": environ["DB_PASSWORD"],
            "connect_timeout": "3",
            "application_name": "ranking",
            **verified,
        },
        pool_size=int(environ.get("DB_POOL_SIZE", "5")),
        flags_application=environ.get("FLAGS_APPLICATION", ""),
        flags_environment=environ.get("FLAGS_ENVIRONMENT", ""),
        region=environ.get("AWS_REGION", ""),
        signs_in=environ.get("SIGN_IN") == "true",
        origins=tuple(each for each in environ.get("CORS_ORIGINS", "").split(",") if each),
    )
