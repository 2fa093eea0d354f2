"""What the environment says; in the cluster it is what examples/tiktrend/application.py renders."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from sqlalchemy import URL


@dataclass(frozen=True)
class Settings:
    """All that differs from one place to another."""

    database: URL
    database_arguments: Mapping[str, str]
    pool_size: int
    pool_overflow: int
    redis: Mapping[str, object]
    broker: str
    search_url: str
    search_key: str
    search_index: str
    queue: str
    longest_task_seconds: int
    stores: Mapping[str, str]
    requests_per_minute: int
    port: int
    metrics_port: int
    keep_alive_seconds: int
    shutdown_seconds: int
    trusted_proxies: str
    traces_url: str
    process: str


def read(given: Mapping[str, str]) -> Settings:
    """Return the settings of an environment."""
    tls = given.get("REDIS_TLS") == "true"
    authorities = given.get("REDIS_CERTIFICATES")
    user, password = given.get("REDIS_USERNAME", "default"), given.get("REDIS_PASSWORD", "")
    at = f"{given['REDIS_HOST']}:{given.get('REDIS_PORT', '6379')}"
    broker = f"{'rediss' if tls else 'redis'}://{quote(user, safe='')}:{quote(password, safe='')}@{at}/0"
    if tls:
        # without it the broker is believed whoever it is (Celery, "Using Redis": SSL)
        broker += "?ssl_cert_reqs=required" + (f"&ssl_ca_certs={quote(authorities)}" if authorities else "")
    certificates = given.get("DATABASE_CERTIFICATES")
    return Settings(
        database=URL.create(
            "postgresql+psycopg",
            given["DATABASE_USER"],
            given["DATABASE_PASSWORD"],
            given["DATABASE_HOST"],
            int(given.get("DATABASE_PORT", "5432")),
            given["DATABASE_NAME"],
        ),
        # libpq verifies nothing unless it is told to
        database_arguments={"sslmode": "verify-full", "sslrootcert": certificates} if certificates else {},
        pool_size=int(given.get("DATABASE_POOL_SIZE", "4")),
        pool_overflow=int(given.get("DATABASE_POOL_OVERFLOW", "2")),
        redis={
            "host": given["REDIS_HOST"],
            "port": int(given.get("REDIS_PORT", "6379")),
            "username": user,
            "password": password,
            "ssl": tls,
            **({"ssl_cert_reqs": "required", "ssl_ca_certs": authorities} if tls else {}),
        },
        broker=broker,
        search_url=given["SEARCH_URL"],
        search_key=given["SEARCH_KEY"],
        search_index=given.get("SEARCH_INDEX", "products"),
        queue=given.get("QUEUE", "tasks"),
        longest_task_seconds=int(given.get("LONGEST_TASK_SECONDS", "60")),
        stores=json.loads(given.get("STORES", "{}")),
        requests_per_minute=int(given.get("REQUESTS_PER_MINUTE", "120")),
        port=int(given.get("PORT", "8000")),
        metrics_port=int(given.get("METRICS_PORT", "9100")),
        keep_alive_seconds=int(given.get("KEEP_ALIVE_SECONDS", "75")),
        shutdown_seconds=int(given.get("SHUTDOWN_SECONDS", "15")),
        trusted_proxies=given.get("TRUSTED_PROXIES", "127.0.0.1"),
        traces_url=given.get("TRACES_URL", ""),
        process=given.get("PROCESS", "api"),
    )


@cache
def settings() -> Settings:
    """Return those of this process."""
    return read(os.environ)
