"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The application's environment; `database` are psycopg's own connection parameters."""

    database: Mapping[str, str]
    pool_size: int
    redis: Mapping[str, object]
    secret_key: str
    environment: str
    proxy_hops: int
    signs_in: bool


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises KeyError for a variable that is missing."""
    certificates = environ.get("DB_CERTIFICATES")
    verified = {"sslmode": "verify-full", "sslrootcert": certificates} if certificates else {}
    return Settings(
        database={
            "host": environ["DB_HOST"],
            "port": environ["DB_PORT"],
            "dbname": environ["DB_NAME"],
            "user": environ["DB_USER"],
            "password": environ["DB_PASSWORD"],
            "connect_timeout": "3",
            "application_name": "aps",
            **verified,
        },
        pool_size=int(environ.get("DB_POOL_SIZE", "4")),
        redis={
            "host": environ["REDIS_HOST"],
            "port": int(environ["REDIS_PORT"]),
            "username": environ.get("REDIS_USERNAME"),
            "password": environ.get("REDIS_PASSWORD"),
            "ssl": environ.get("REDIS_TLS") == "true",
            "ssl_ca_certs": environ.get("REDIS_CERTIFICATES"),
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
        },
        secret_key=environ["SECRET_KEY"],
        environment=environ.get("FLASK_ENV", "development"),
        proxy_hops=int(environ.get("PROXY_HOPS", "0")),
        signs_in=environ.get("SIGN_IN") == "true",
    )
