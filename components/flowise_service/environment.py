"""Flowise's environment: one table, each row with its reason. Facts are of flowise 3.1.4."""

import hashlib
from collections.abc import Mapping, Sequence

from pulumi import Input, Output

from ..shared.external_secrets import Source
from ..shared.references import CacheRef, DatabaseRef
from ..web_service.environment import EnvVar
from .open_paths import closed_inside
from .settings import ServiceSettings

NAMESPACE = "flowise"
PORT, PROBE_PORT = 3000, 3001
HOME = "/home/node"
CONFIG_DIR = "/etc/flowise"
# the rest of the limit is for buffers, code and threads
HEAP_PERCENT = 75
ENCRYPTION_KEY = "FLOWISE_SECRETKEY_OVERWRITE"
FINGERPRINT_LENGTH = 16
# What signs logins, which servers must share, or a login on one is void on another. No worker reads them
# (dist/enterprise/utils/authSecrets.js, which dist/index.js alone brings in), and flows' own code runs there.
SERVER_KEYS = ("EXPRESS_SESSION_SECRET", "JWT_AUTH_TOKEN_SECRET", "JWT_REFRESH_TOKEN_SECRET", "TOKEN_HASH_SECRET")
GENERATED = tuple(sorted((*SERVER_KEYS, ENCRYPTION_KEY)))


def key_fingerprint(key: str) -> str:
    """Return what tells one encryption key from another: the digest of a long random key tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def environment(
    settings: ServiceSettings,
    *,
    database: DatabaseRef,
    cache: CacheRef,
    bucket: Input[str],
    region: str,
    site_domain: str | None,
    encryption_key: Source,
    databricks_token: Source | None,
    extra: Mapping[str, Source],
    embed_origins: Sequence[str] = (),
    traces_url: str | None = None,
) -> Sequence[EnvVar]:
    """Return the environment of servers and workers; `extra` are the settings' own variables that are not plain."""
    table = [
        *_process(settings),
        *_site(embed_origins, site_domain),
        *_database(database),
        *_storage(bucket, region),
        EnvVar(ENCRYPTION_KEY, encryption_key, "of credentials in flows; the same on all pods"),
    ]
    if settings.flow_costs.counted:
        table.append(EnvVar("COUNT_MODEL_CALLS", "true", "read by process_metrics.cjs; without it nothing is counted"))
    if traces_url is not None:
        # one of OpenTelemetry's own, which its packages read too
        table.append(
            EnvVar("OTEL_EXPORTER_OTLP_ENDPOINT", traces_url, "read by tracing.cjs; without it nothing is traced")
        )
    if settings.mode == "queue":
        table += _queue(settings, cache)
    if settings.databricks is not None:
        table.append(EnvVar("DATABRICKS_URL", settings.databricks.url, "read by flows as a runtime variable"))
        if databricks_token is not None:
            table.append(EnvVar("DATABRICKS_TOKEN", databricks_token, "likewise; flow authors can read it"))
    asked = "by flowise:service.environment"
    table += [EnvVar(name, each.value, asked) for name, each in settings.environment.items() if each.value is not None]
    return [*table, *(EnvVar(name, source, asked) for name, source in extra.items())]


def _process(settings: ServiceSettings) -> list[EnvVar]:
    timeouts = settings.timeouts()
    heap = settings.memory_limit_mib * HEAP_PERCENT // 100
    options = f"--max-old-space-size={heap} --require {CONFIG_DIR}/preload.cjs"
    return [
        EnvVar("PORT", str(PORT), "the port that Service, probes and policies name"),
        EnvVar("HOME", HOME, "Flowise makes $HOME/.flowise at its start; the image's own HOME is root's"),
        EnvVar("LOG_PATH", f"{HOME}/.flowise/logs", "the default lies in the package, which is read-only"),
        EnvVar("BLOB_STORAGE_PATH", f"{HOME}/.flowise/storage", "made at the start even with S3"),
        EnvVar(
            "NODE_OPTIONS",
            options,
            "the heap under the memory limit; logs, probes and the end of workers as Kubernetes wants",
        ),
        EnvVar("PROBE_PORT", str(PROBE_PORT), "read by probes.cjs"),
        EnvVar("KEEP_ALIVE_SECONDS", str(timeouts.keep_alive), "read by keep_alive.cjs; longer than the balancer's"),
        EnvVar("DRAIN_SECONDS", str(timeouts.worker_drain), "read by drain.cjs; the longest answer"),
        EnvVar("NODE_EXTRA_CA_CERTS", f"{CONFIG_DIR}/rds-ca.pem", "RDS's authority is not among Node's own"),
        EnvVar("MODE", settings.mode, "main, or queue with workers"),
        EnvVar("ENABLE_METRICS", "true", "Prometheus scrapes /api/v1/metrics"),
        EnvVar("METRICS_PROVIDER", "prometheus", "the only one with process metrics"),
        EnvVar("DENYLIST_URLS", ",".join(closed_inside(settings.needs())), "not without a login; open_paths.py"),
        EnvVar("DISABLED_NODES", ",".join(settings.disabled_nodes), "flows with one fail; none by default"),
        EnvVar("HTTP_DENY_LIST", ",".join(settings.denied_addresses), "beside Flowise's own list, which stays"),
        EnvVar("LOG_LEVEL", settings.log_level, "error, warn, info or debug, which shows bodies"),
        *_custom_mcp(settings.custom_mcp_scripts),
        EnvVar(
            "LOG_SANITIZE_BODY_FIELDS", "password,pwd,pass,secret,token,apikey,api_key,accesstoken", "none by default"
        ),
        EnvVar("LOG_SANITIZE_HEADER_FIELDS", "authorization,x-api-key,x-auth-token,cookie", "none by default"),
    ]


def _custom_mcp(scripts: Sequence[str]) -> list[EnvVar]:
    if not scripts:
        return [EnvVar("CUSTOM_MCP_PROTOCOL", "sse", "stdio would run commands in the pod")]
    return [
        EnvVar("CUSTOM_MCP_PROTOCOL", "stdio", "asked for by flowise:service.custom_mcp_scripts"),
        EnvVar("CUSTOM_MCP_ALLOWED_COMMANDS", "node", "the only one in the image"),
        EnvVar("CUSTOM_MCP_ALLOWED_ABSOLUTE_SCRIPT_PATHS", ",".join(scripts), "these and no others"),
    ]


def _site(embed_origins: Sequence[str], domain: str | None) -> list[EnvVar]:
    table = [EnvVar("TRUST_PROXY", "2", "CloudFront and the balancer; the default believes any X-Forwarded-For")]
    if embed_origins:
        origins = ",".join(embed_origins)
        table += [
            EnvVar("CORS_ORIGINS", origins, "sites that ask from their own pages; none by default"),
            EnvVar("IFRAME_ORIGINS", f"'self',{origins}", "sites that embed the chat; only itself by default"),
        ]
    if domain is None:
        # see docs/decisions/0002: the balancer speaks HTTP, over which a Secure cookie is never set
        return [
            *table,
            EnvVar("SECURE_COOKIES", "false", "without a domain the balancer speaks HTTP"),
        ]
    return [
        *table,
        EnvVar("NODE_ENV", "production", "forces Secure cookies"),
        EnvVar("APP_URL", f"https://{domain}", "links in mails, and the origin that may log in"),
    ]


def _database(database: DatabaseRef) -> list[EnvVar]:
    return [
        EnvVar("DATABASE_TYPE", "postgres", "the default is a file"),
        EnvVar("DATABASE_HOST", database.address, "from the database"),
        EnvVar("DATABASE_PORT", Output.format("{0}", database.port), "from the database"),
        EnvVar("DATABASE_NAME", database.name, "from the database"),
        EnvVar("DATABASE_USER", database.username, "from the database"),
        EnvVar("DATABASE_PASSWORD", database.password, "read once at the start"),
        EnvVar("DATABASE_SSL", "true", "verified against Node's authorities and NODE_EXTRA_CA_CERTS"),
    ]


def _storage(bucket: Input[str], region: str) -> list[EnvVar]:
    return [
        EnvVar("STORAGE_TYPE", "s3", "pods keep nothing; keys come by Pod Identity"),
        EnvVar("S3_STORAGE_BUCKET_NAME", bucket, "required with s3"),
        EnvVar("S3_STORAGE_REGION", region, "required with s3"),
    ]


def _queue(settings: ServiceSettings, cache: CacheRef) -> list[EnvVar]:
    return [
        EnvVar("REDIS_HOST", cache.address, "not REDIS_URL, with which the queue does not verify TLS"),
        EnvVar("REDIS_PORT", Output.format("{0}", cache.port), "from the cache"),
        EnvVar("REDIS_USERNAME", cache.username, "a user who may not administer the cache"),
        EnvVar("REDIS_PASSWORD", cache.password, "read once at the start"),
        EnvVar("REDIS_TLS", "true", "verified; ElastiCache's certificates are public"),
        EnvVar("REDIS_KEEP_ALIVE", "30000", "milliseconds; idle connections are dropped without it"),
        EnvVar("WORKER_CONCURRENCY", str(settings.worker_concurrency), "the default is 100000"),
        EnvVar("REMOVE_ON_AGE", "86400", "seconds; finished jobs stay for ever by default"),
        EnvVar("REMOVE_ON_COUNT", "10000", "likewise"),
    ]
