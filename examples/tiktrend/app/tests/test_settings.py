"""What the environment says."""

from typing import Any

import pytest
import uvicorn
from opentelemetry import trace
from tiktrend import observed, serve
from tiktrend.database import make_engine
from tiktrend.settings import read

CLUSTER = {
    "DATABASE_HOST": "db", "DATABASE_NAME": "tiktrend", "DATABASE_USER": "a", "DATABASE_PASSWORD": "p@ss/word",
    "DATABASE_CERTIFICATES": "/etc/app/rds-ca.pem", "REDIS_HOST": "cache", "REDIS_USERNAME": "tiktrend",
    "REDIS_PASSWORD": "p/w", "REDIS_TLS": "true", "REDIS_CERTIFICATES": "/ca.pem",
    "SEARCH_URL": "http://search", "SEARCH_KEY": "k",
}  # fmt: skip


def test_in_the_cluster_all_is_verified() -> None:
    given = read(CLUSTER)
    assert given.database_arguments == {"sslmode": "verify-full", "sslrootcert": "/etc/app/rds-ca.pem"}
    assert given.broker == "rediss://tiktrend:p%2Fw@cache:6379/0?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem"
    assert (given.redis["ssl"], given.redis["ssl_cert_reqs"]) == (True, "required")
    assert given.database.password == "p@ss/word"
    # what is said of it tells no password
    assert "p@ss" not in str(given.database)


def test_a_pool_has_as_many_connections_as_the_stack_counts() -> None:
    pool: Any = make_engine(read({**CLUSTER, "DATABASE_POOL_SIZE": "3", "DATABASE_POOL_OVERFLOW": "1"})).pool
    assert (pool.size(), pool._max_overflow) == (3, 1)


def test_one_machine_needs_no_tls() -> None:
    given = read({key: value for key, value in CLUSTER.items() if "CERTIFICATES" not in key and key != "REDIS_TLS"})
    assert given.broker == "redis://tiktrend:p%2Fw@cache:6379/0"
    assert given.database_arguments == {}


def test_the_server_believes_its_proxies_alone_and_outlives_the_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **given: told.update(given, app=app))
    monkeypatch.setattr(serve, "settings", lambda: read({**CLUSTER, "TRUSTED_PROXIES": "10.70.0.0/16"}))
    serve.main([])
    assert (told["forwarded_allow_ips"], told["timeout_keep_alive"], told["reload"]) == ("10.70.0.0/16", 75, False)
    assert told["timeout_graceful_shutdown"] == 15


def test_traces_go_to_the_collector_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(trace, "set_tracer_provider", given.append)
    observed.configure("api", "")
    assert given == []
    observed.configure("api", "http://collector:4318")
    (provider,) = given
    assert provider.resource.attributes["service.name"] == "tiktrend-api"
    provider.shutdown()
