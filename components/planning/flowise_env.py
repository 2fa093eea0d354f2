"""Flowise's environment: one table, each row with its reason. Facts are of flowise 3.1.4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, Output

from ..settings import ServiceSettings

NAMESPACE = "flowise"
PORT = 3000
HOME = "/home/node"
CONFIG_DIR = "/etc/flowise"
# the rest of the limit is for buffers, code and threads
HEAP_PERCENT = 75
# what the server and its workers must share, or a login on one is void on the other
GENERATED = (
    "EXPRESS_SESSION_SECRET",
    "FLOWISE_SECRETKEY_OVERWRITE",
    "JWT_AUTH_TOKEN_SECRET",
    "JWT_REFRESH_TOKEN_SECRET",
    "TOKEN_HASH_SECRET",
)


@dataclass(frozen=True, kw_only=True)
class Database:
    """How to log in to the database."""

    address: Input[str]
    port: Input[int]
    name: Input[str]
    username: Input[str]
    password: Input[str]


@dataclass(frozen=True, kw_only=True)
class Cache:
    """How to log in to the cache."""

    address: Input[str]
    port: Input[int]
    username: Input[str]
    password: Input[str]


@dataclass(frozen=True)
class Row:
    """One variable; a secret one goes by a Kubernetes Secret."""

    name: str
    value: Input[str]
    why: str
    secret: bool = False


def rows(
    settings: ServiceSettings,
    *,
    database: Database,
    cache: Cache,
    bucket: Input[str],
    region: str,
    site_domain: str | None,
    generated: Mapping[str, Input[str]],
    databricks_token: Input[str] | None,
    embed_origins: Sequence[str] = (),
) -> Sequence[Row]:
    """Give the whole environment of servers and workers."""
    table = [
        *_process(settings),
        *_site(site_domain),
        *_database(database),
        *_storage(bucket, region),
        *(Row(name, generated[name], "the same on all pods", secret=True) for name in GENERATED),
    ]
    if embed_origins:
        table.append(Row("CORS_ORIGINS", ",".join(embed_origins), "whose pages may ask flows; none by default"))
    if settings.mode == "queue":
        table += _queue(settings, cache)
    if settings.databricks is not None:
        table.append(Row("DATABRICKS_URL", settings.databricks.url, "read by flows as a runtime variable"))
        if databricks_token is not None:
            table.append(Row("DATABRICKS_TOKEN", databricks_token, "likewise; flow authors can read it", secret=True))
    return table


def _process(settings: ServiceSettings) -> list[Row]:
    heap = settings.memory_limit_mib * HEAP_PERCENT // 100
    options = f"--max-old-space-size={heap} --require {CONFIG_DIR}/keepalive.cjs"
    return [
        Row("PORT", str(PORT), "the port that Service, probes and policies name"),
        Row("HOME", HOME, "Flowise makes $HOME/.flowise at its start; the image's own HOME is root's"),
        Row("LOG_PATH", f"{HOME}/.flowise/logs", "the default lies in the package, which is read-only"),
        Row("BLOB_STORAGE_PATH", f"{HOME}/.flowise/storage", "made at the start even with S3"),
        Row("NODE_OPTIONS", options, "the heap under the memory limit; connections kept longer than the balancer"),
        Row("NODE_EXTRA_CA_CERTS", f"{CONFIG_DIR}/rds-ca.pem", "RDS's authority is not among Node's own"),
        Row("MODE", settings.mode, "main, or queue with workers"),
        Row("ENABLE_METRICS", "true", "Prometheus scrapes /api/v1/metrics"),
        Row("METRICS_PROVIDER", "prometheus", "the only one with process metrics"),
        Row("CUSTOM_MCP_PROTOCOL", "sse", "stdio would run commands in the pod"),
        Row("LOG_SANITIZE_BODY_FIELDS", "password,pwd,pass,secret,token,apikey,api_key,accesstoken", "none by default"),
        Row("LOG_SANITIZE_HEADER_FIELDS", "authorization,x-api-key,x-auth-token,cookie", "none by default"),
    ]


def _site(domain: str | None) -> list[Row]:
    table = [Row("TRUST_PROXY", "2", "CloudFront and the balancer; the default believes any X-Forwarded-For")]
    if domain is None:
        # see docs/decisions/0002: the balancer speaks HTTP, over which a Secure cookie is never set
        return [*table, Row("SECURE_COOKIES", "false", "no certificate without a domain, so the balancer speaks HTTP")]
    return [
        *table,
        Row("NODE_ENV", "production", "forces Secure cookies"),
        Row("APP_URL", f"https://{domain}", "links in mails, and the origin that may log in"),
    ]


def _database(database: Database) -> list[Row]:
    return [
        Row("DATABASE_TYPE", "postgres", "the default is a file"),
        Row("DATABASE_HOST", database.address, "from the database"),
        Row("DATABASE_PORT", Output.format("{0}", database.port), "from the database"),
        Row("DATABASE_NAME", database.name, "from the database"),
        Row("DATABASE_USER", database.username, "from the database"),
        Row("DATABASE_PASSWORD", database.password, "read once at the start", secret=True),
        Row("DATABASE_SSL", "true", "verified against Node's authorities and NODE_EXTRA_CA_CERTS"),
    ]


def _storage(bucket: Input[str], region: str) -> list[Row]:
    return [
        Row("STORAGE_TYPE", "s3", "pods keep nothing; keys come by Pod Identity"),
        Row("S3_STORAGE_BUCKET_NAME", bucket, "required with s3"),
        Row("S3_STORAGE_REGION", region, "required with s3"),
    ]


def _queue(settings: ServiceSettings, cache: Cache) -> list[Row]:
    return [
        Row("REDIS_HOST", cache.address, "not REDIS_URL, with which the queue does not verify TLS"),
        Row("REDIS_PORT", Output.format("{0}", cache.port), "from the cache"),
        Row("REDIS_USERNAME", cache.username, "a user who may not administer the cache"),
        Row("REDIS_PASSWORD", cache.password, "read once at the start", secret=True),
        Row("REDIS_TLS", "true", "verified; ElastiCache's certificates are public"),
        Row("REDIS_KEEP_ALIVE", "30000", "milliseconds; idle connections are dropped without it"),
        Row("WORKER_CONCURRENCY", str(settings.worker_concurrency), "the default is 100000"),
        Row("REMOVE_ON_AGE", "86400", "seconds; finished jobs stay for ever by default"),
        Row("REMOVE_ON_COUNT", "10000", "likewise"),
    ]
