"""Draws stack settings: mostly sensible, at the edges of what is allowed, and now and then wrong.

Numbers, choices and truth values are read from the settings' models; texts have candidates below. A test demands
that every key of the models can be drawn.
"""

import json
import random
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from itertools import accumulate
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from components.config.floor import floors
from components.rds_postgres.settings import IOPS_PER_MIBPS, LEAST_IOPS, STRIPED_GIB
from components.vpc.settings import EndpointService
from stack import StackSettings

# Regions with zones a, b and c for every account, in each of which the types below are sold.
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2")
# Key -> (what is right, what somebody might write instead).
TEXTS: Mapping[str, tuple[Sequence[Any], Sequence[Any]]] = {
    "region": (REGIONS, ("eu-west-9", "Ireland", "cn-north-1")),
    "tags": (
        ({}, {"Owner": "a team", "CostCenter": "42"}, {"Project": "another"}, {"a/b:c=d": "e+f@g"}),
        ({"aws:mine": "no"}, {"Owner": "x" * 257}, {"": "empty"}, {"Owner": "semi;colon"}, "Owner"),
    ),
    "network.cidr": (
        (
            "10.20.0.0/16",
            "10.0.0.0/20",
            "172.16.0.0/16",
            "192.168.0.0/16",
            "10.255.240.0/20",
            "172.31.0.0/18",
            "172.20.0.0/16",
            "10.100.0.0/18",
        ),
        ("10.20.0.0/8", "10.20.0.0/24", "10.20.0.1/16", "8.8.0.0/16", "10.20.0.0", "100.64.0.0/16"),
    ),
    "network.zones": ((), (["eu-west-1a"], [], ["eu-west-1a", "eu-west-1a"], ["mars-north-1a", "mars-north-1b"])),
    "network.interface_endpoints": (
        ([], ["ecr.api", "ecr.dkr", "sts"], ["ssm", "ssmmessages", "ec2messages", "bedrock-runtime"]),
        (["s4"], ["sts", "sts"]),
    ),
    "network.pod_cidr": (("100.64.0.0/16", "100.127.240.0/20"), ("10.0.0.0/16", "100.64.0.0/8", "100.64.0.1/16")),
    "network.egress_allowed_domains": (
        ([], ["api.openai.com"], ["*.example.com", "pypi.org"]),
        (["https://api.openai.com"], ["*"], ["openai"]),
    ),
    "network.existing.vpc_id": (("vpc-0123456789abcdef0",), ("vpc-1", "subnet-0123456789abcdef0")),
    "network.existing.private_subnet_ids": ((["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],), (["a"], [])),
    "network.existing.data_subnet_ids": ((["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],), (["a"], [])),
    "cluster.public_access_cidrs": (([], ["198.51.100.7/32"], ["203.0.113.0/24"]), (["0.0.0.0/0"], ["anywhere"])),
    "cluster.admin_principal_arns": (
        (["arn:aws:iam::111122223333:role/deployer"], ["arn:aws:iam::111122223333:user/ada"]),
        ([], ["deployer"], ["arn:aws:iam::1:role/deployer"], ["arn:aws:iam::111122223333:root"]),
    ),
    "cluster.deployer_principal_arns": (([], ["arn:aws:iam::111122223333:role/release"]), (["release"],)),
    "cluster.viewer_principal_arns": (([], ["arn:aws:iam::111122223333:role/support"]), (["support"],)),
    **{
        f"cluster.{group}.instance_types": (
            (["m7g.large"], ["t4g.large"], ["m7g.xlarge", "m6g.xlarge"], ["r7g.2xlarge"], ["c7g.4xlarge"]),
            (["m7i.large"], [], ["large"], ["m7g.huge"]),
        )
        for group in ("system_nodes", "app_nodes")
    },
    "cluster.node_release": (("1.35.2-20261120",), ("1.34.2-20261120", "latest", "20261120")),
    "cluster.karpenter.image_version": (("v20261120",), ("latest", "20261120")),
    "cluster.karpenter.chart_version": (("1.14.0", "1.13.2"), ("1.9.0", "latest")),
    "cluster.karpenter.instance_categories": ((["c"], ["m", "r"]), (["t"], [])),
    "cluster.karpenter.capacity_types": ((["spot", "on-demand"], ["on-demand"]), (["ON_DEMAND"], [])),
    "database.engine_version": (("15", "16.4", "17", "17.7", "18.1"), ("14", "15.1", "17.99", "18.5", 17)),
    "database.backup_window": (("02:00-03:00", "23:45-00:30"), ("02:00-02:10", "2:00-3:00", "24:00-01:00")),
    "database.maintenance_window": (
        ("sun:03:30-sun:04:30", "mon:05:00-mon:06:00"),
        ("sun:23:50-mon:00:00", "sunday:03:30-04:30", "sun:02:15-sun:03:15"),
    ),
    "backup.daily_at": (("21:00", "19:30"), ("9:00", "01:30", "25:00")),
    "database.instance_class": (
        ("db.t4g.micro", "db.t4g.medium", "db.m7g.large", "db.r7g.xlarge", "db.m6g.2xlarge"),
        ("m7g.large", "db.m7g", "db.m7g.huge"),
    ),
    "backup.copy_region": (("eu-central-1", "us-west-2"), ("eu-west-9", "")),
    "database.restore.snapshot": (("flowise-prod-final-1a2b3c4d",), ("a snapshot", "")),
    "database.restore.source_instance": (("flowise-prod-damaged",), ("Flowise", "-x")),
    "database.restore.automated_backup_arn": (
        ("arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-0123456789abcdef",),
        ("ab-0123456789abcdef",),
    ),
    "database.restore.time": (("2026-11-21T14:30:00Z",), ("yesterday", "2026-11-21")),
    "service.storage_expire_days": (({}, {"models/": 365, "exports/": 30}), ({"logs/": 1}, {"models": 1}, {"a/": 0})),
    "service.flow_export.daily_at": (("00:00", "23:59"), ("3:30", "24:00", "daily")),
    "service.flow_export.secret_variables": (([], ["partner_pin"]), (["partner pin"], [""])),
    "service.databricks.serving_endpoints": ((["chat"], ["chat-model", "embed_2"]), ([""], ["a b"])),
    "backup.cost_anomaly_monitor_arn": (
        ("arn:aws:ce::111122223333:anomalymonitor/01234567-89ab-cdef-0123-456789abcdef",),
        ("Default-Services-Monitor", "arn:aws:ce::111122223333:anomalysubscription/0"),
    ),
    "database.existing.name": (("flowise",), ("a database", "7up")),
    "database.existing.ca_certificates": (
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" * 2,),
        ("MIIB", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"),
    ),
    "database.existing.instance_identifier": (("orders-prod",), ("Orders",)),
    "cache.existing.replication_group_id": (("orders-prod",), ("orders--prod", "Orders")),
    **{
        f"{section}.existing.{key}": texts
        for section in ("database", "cache")
        for key, texts in {
            "host": (("orders.abc.eu-west-1.rds.amazonaws.com",), ("10.0.0.1", "postgres://orders", "Orders")),
            "username": (("flowise", "default"), ("a b", "")),
            "secret_arn": (
                ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:flowise/login-AbCdEf",),
                ("flowise/login", "arn:aws:iam::111122223333:role/a"),
            ),
            "secret_field": (("password", "pw"), ("",)),
            "secret_key_arn": (
                ("arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",),
                ("alias/orders", "arn:aws:kms:eu-west-1:111122223333:alias/orders"),
            ),
            "cidrs": ((["10.20.192.0/22"],), ([], ["10.20.192.1"])),
            "security_group_id": (("sg-0123456789abcdef0",), ("sg-1", "vpc-0123456789abcdef0")),
        }.items()
    },
    "cache.restore_snapshot": (("flowise-prod-final-1a2b3c4d",), ("A snapshot",)),
    "cache.node_type": (
        ("cache.t4g.micro", "cache.t4g.small", "cache.m7g.large", "cache.r7g.xlarge"),
        ("m7g.large", "cache.small", "cache.m7g.huge"),
    ),
    "service.image": (
        ("flowiseai/flowise:3.1.4", "registry.example.com:5000/team/flowise:3.2.0@sha256:" + "0" * 64),
        ("flowiseai/flowise", "flowiseai/flowise:latest", "flowiseai/flowise:3.1.3"),
    ),
    "service.owner_email": (("owner@example.com",), ("owner", "")),
    "service.custom_mcp_scripts": (([], ["/opt/server.mjs"]), (["npx"], ["/bin/sh"])),
    "service.open_features": (
        ([], ["speech"], ["assistant_files", "custom_mcp", "oauth2_connections", "public_executions"]),
        (["everything"], "speech"),
    ),
    "open_egress.owner": (("platform-engineering",), ("",)),
    "open_egress.reason": (("names are listed later",), ("",)),
    "open_egress.expires": ((str(date.today() + timedelta(days=90)),), ("2026-02-30", "soon")),
    "open_to_all.owner": (("platform-engineering",), ("",)),
    "open_to_all.reason": (("an embedded chat serves everybody",), ("",)),
    "open_to_all.expires": ((str(date.today() + timedelta(days=90)),), ("2026-02-30", "soon")),
    "service.disabled_nodes": (([], ["customFunction", "playwrightWebScraper"]), (["a node"], ["a,b"])),
    "service.denied_addresses": (([], ["100.64.0.0/10", "2002::/16"]), (["localhost"], ["100.64.0.0/33"])),
    "service.bedrock_model_arns": (
        ([], ["arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"]),
        (["amazon.nova-lite-v1:0"], ["arn:aws:bedrock:eu-west-1::foundation-model/*"]),
    ),
    "service.flow_costs.prices": (
        ({}, {"gpt-4o": {"input_usd_per_million": 2.5, "output_usd_per_million": 10}}),
        (
            {"gpt-4o": {"input_usd_per_million": 2.5}},
            {"gpt 4o": {"input_usd_per_million": 2.5, "output_usd_per_million": 10}},
        ),
    ),
    "service.flow_costs.flow_budgets": (
        ({}, {"3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d": {"tokens_per_day": 1000}}),
        ({"3f2c0a44": {"tokens_per_day": 1000}}, {"3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d": {"tokens_per_day": 0}}),
    ),
    "service.environment": (
        ({}, {"SMTP_HOST": {"value": "smtp.example.com"}, "SMTP_PASSWORD": {"secret_name": "flowise/smtp"}}),
        (
            {"REDIS_URL": {"value": "redis://a"}},
            {"smtp": {"value": "a"}},
            {"SMTP_HOST": {}},
            {"ALLOW_BUILTIN_DEP": {"value": "true"}},
        ),
    ),
    **{
        f"service.blue_green.{colour}_image": (("flowiseai/flowise:3.1.4",), ("flowiseai/flowise", ""))
        for colour in ("blue", "green")
    },
    "service.keys_secret_name": ((), ("two words",)),
    **{
        f"image_cache.{account}_secret_name": ((f"ecr-pullthroughcache/{account}",), (f"flowise/{account}", ""))
        for account in ("docker_hub", "github")
    },
    "tools_image": (("registry.example.com/platform-tools:1.0.0",), ("registry.example.com/platform-tools", "")),
    "service.databricks.url": (("https://dbc-1.cloud.databricks.com",), ("http://dbc-1.cloud.databricks.com", "dbc")),
    "service.databricks.token_secret_name": (("flowise/token",), ("a name with spaces", "")),
    "monitoring.alarm_emails": (([], ["platform@example.com"]), (["platform"],)),
    "monitoring.prometheus_chart_version": (("88.5.3",), ("latest", "88")),
    "monitoring.notifications.receivers": (
        ({},),
        ({"chat": {}}, {"Chat": {}}, {"alarm-topic": {"slack_secret_name": "flowise/slack"}}),
    ),
    "monitoring.notifications.routes": (
        ([], [{"receiver": "alarm-topic", "severities": ["critical"]}], [{"receiver": "alarm-topic", "teams": ["a"]}]),
        ([{"receiver": "nobody"}], [{"receiver": "alarm-topic", "severities": ["fatal"]}]),
    ),
    "monitoring.notifications.smtp.host": (("smtp.example.com",), ("smtp://example.com",)),
    "monitoring.notifications.smtp.from_address": (("alerts@example.com",), ("alerts",)),
    "monitoring.notifications.smtp.username": (("mailer",), ("",)),
    "monitoring.notifications.smtp.password_secret_name": (("flowise/smtp-password",), ("a secret",)),
    "monitoring.notifications.heartbeat_secret_name": (("flowise/heartbeat-url",), ("a secret",)),
    "monitoring.notifications.working_hours.start": (("08:00",), ("8", "24:00")),
    "monitoring.notifications.working_hours.end": (("18:00",), ("6 pm",)),
    "monitoring.notifications.working_hours.time_zone": (("UTC", "Europe/Berlin"), ("+01:00",)),
    "monitoring.notifications.working_hours.weekdays": ((["monday"], ["monday", "friday"]), ([], ["Monday"])),
    "monitoring.team": (("platform", "team-a"), ("The team", "")),
    "monitoring.runbook_base_url": (("https://example.com/runbooks",), ("http://example.com", "runbooks")),
    **{f"service.objectives.{path}_seconds": ((0.2, 1, 30), (3, -1, "fast")) for path in ("prediction", "api", "page")},
    "monitoring.logs.loki_chart_version": (("18.4.2",), ("v18.4.2", "")),
    "monitoring.logs.alloy_chart_version": (("1.11.1",), ("v1.11.1", "")),
    "monitoring.traces.tempo_chart_version": (("2.2.4",), ("v2.2.4", "")),
    "monitoring.datadog.chart_version": (("3.240.0",), ("v3.240.0", "")),
    "monitoring.datadog.api_key_secret_name": (("flowise/datadog-api-key",), ("no spaces", "")),
    "pipeline.repository": (
        ("acme/flowise", "acme@1234/flow.ise@5678"),
        ("flowise", "acme/*", "https://github.com/acme/flowise", "acme/flowise:ref"),
    ),
    "pipeline.environment": (("shop-prod", "prod_1.eu"), ("*", "prod:ref:x", "")),
    "pipeline.existing_provider_arn": (
        ("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",),
        ("token.actions.githubusercontent.com", "arn:aws:iam::111122223333:oidc-provider/example.com"),
    ),
    "pipeline.state_bucket": (("acme-pulumi-state",), ("s3://acme-pulumi-state", "Acme")),
    "pipeline.state_key_arn": (
        ("arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",),
        ("alias/pulumi", ""),
    ),
    "edge.domain.name": (("flowise.example.com", "a.b-c.example.org"), ("flowise", "Flowise.example.com", "*.a.com")),
    "edge.domain.hosted_zone_id": (("Z0123456789ABCDEFGHIJ",), ("example.com", "")),
    "edge.embed_origins": (
        ([], ["https://shop.example.com"], ["https://a.example.org:8443"]),
        (["*"], ["https://*.example.com"], ["http://shop.example.com"], ["https://shop.example.com/"]),
    ),
    **{
        f"edge.sign_in.{endpoint}": (
            (f"https://login.example.com/{endpoint.split('_')[0]}",),
            ("login.example.com", "http://login.example.com"),
        )
        for endpoint in ("issuer", "authorization_endpoint", "token_endpoint", "user_info_endpoint")
    },
    "edge.sign_in.client_id": (("flowise", "0oa1b2c3.apps"), ("two words", "")),
    "edge.sign_in.client_secret_name": (("flowise/sign-in",), ("two words", "")),
    "edge.api_key_paths": (([], ["/api/v1/prediction"]), (["api"], ["/"])),
    "edge.static_site.path": (("/portal", "/a/b"), ("/api", "portal", "/portal/", "/Portal")),
    "edge.failover.load_balancer_arn": (
        ("arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/flowise/0123456789abcdef",),
        ("arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/x/1", "flowise"),
    ),
    "edge.failover.load_balancer_dns_name": (
        ("internal-flowise-1234567890.eu-central-1.elb.amazonaws.com",),
        ("flowise.example.com", ""),
    ),
    "synthetic_check.flow_id": (
        ("3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d",),
        ("3f2c0a44", "3F2C0A44-9A1E-4C55-8F5E-0D2F6B7A1C9D", ""),
    ),
    "synthetic_check.question": (("Say pong.", "x" * 1000), ("", "x" * 1001)),
    "synthetic_check.expected": (("pong", "P"), ("", "x" * 201)),
    "synthetic_check.api_key_secret_name": (("flowise/synthetic-check",), ("a b", "")),
    "synthetic_check.edge_key_secret_name": (("flowise/synthetic-check-edge",), ("a b", "")),
    "synthetic_check.region": (("eu-west-1", "us-east-1"), ("eu-west-9", "Ireland")),
    "edge.firewall.allowed_countries": (([], ["DE"], ["GB", "IE", "FR"]), (["Germany"], ["de"], ["XX"])),
    "edge.firewall.allowed_cidrs": (([], ["198.51.100.0/24"], ["2001:db8::/32", "198.51.100.7/32"]), (["0.0.0.0/0"],)),
    "edge.firewall.denied_cidrs": (([], ["203.0.113.0/24"]), (["somebody"], ["203.0.113.7/24"])),
    "edge.firewall.program_paths": (([], ["/api/v1/chatflows"]), (["api"], ["/api/*"])),
    "edge.firewall.closed_paths": (([], ["/api/v1/user/test"], ["/api/v1/ip", "/a.b"]), (["ip"], ["/"], ["/(a|b)"])),
    "edge.firewall.exemptions": (
        ({}, {"awswaf:managed:aws:sql-database:SQLi_QueryArguments": ["/api/v1/webhook"]}),
        ({"SQLi_QueryArguments": ["/"]}, {"awswaf:managed:aws:sql-database:SQLi_QueryArguments": []}),
    ),
}
# What stands where production wants anything at all.
_GIVEN: Mapping[str, Any] = {
    "edge.domain": {"name": "flowise.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"},
    "backup.copy_region": "eu-central-1",
    "monitoring.alarm_emails": ["platform@example.com"],
    "service.image": "flowiseai/flowise:3.1.4@sha256:" + "0" * 64,
    "image_cache": {
        "docker_hub_secret_name": "ecr-pullthroughcache/docker-hub",
        "github_secret_name": "ecr-pullthroughcache/github",
    },
}
# What must not decrease from key to key of a section.
RISING = (
    ("cluster.system_nodes", "min_size", "desired_size", "max_size"),
    ("cluster.app_nodes", "min_size", "desired_size", "max_size"),
    ("service", "replicas_min", "replicas_max"),
    ("service", "worker_replicas_min", "worker_replicas_max"),
    ("service", "memory_request_mib", "memory_limit_mib"),
)
_OMITTED, _WRONG, _UNRELATED = 0.5, 0.3, 0.15
_STRANGE: tuple[Any, ...] = (-1, 10**9, "many", "", None, [], {}, 1.5, True)


def draw(seed: int) -> dict[str, Any]:
    """Return the settings of one stack, nested as `flowise:<section>` has them, with `region` among them."""
    dice = random.Random(seed)
    settings = _section(dice, StackSettings, "")
    region = settings["region"]
    # on the sandbox us-east-1c is use1-az3, where CloudFront reaches nobody
    letters = dice.choice(("ab", "ba") if region == "us-east-1" else ("ab", "abc", "bc", "ca"))
    settings["network"]["zones"] = [f"{region}{letter}" for letter in letters]
    if settings["environment"] == "prod" and dice.random() >= _UNRELATED:
        _raise_to_floor(settings)
    for section in ("network", "database", "cache"):
        settings.get(section, {}).pop("existing", None)  # nothing of the sort stands on the sandbox
    if dice.random() >= _UNRELATED:
        _agree(settings)
    if dice.random() < _WRONG:
        _spoil(dice, settings)
    return settings


def keys(model: type[BaseModel] = StackSettings, prefix: str = "") -> list[str]:
    """Return every key of the settings, as `section.key`."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        nested = nested_model(field)
        found += keys(nested, f"{prefix}{name}.") if nested else [f"{prefix}{name}"]
    return found


def nested_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a section; None where the field is a value."""
    kinds = get_args(field.annotation) if get_origin(field.annotation) in (Union, UnionType) else (field.annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _section(dice: random.Random, model: type[BaseModel], prefix: str) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not field.is_required() and dice.random() < _OMITTED:
            continue
        nested = nested_model(field)
        path = f"{prefix}{name}"
        drawn[name] = _section(dice, nested, f"{path}.") if nested else value(dice, field, path)
    return drawn


def value(dice: random.Random, field: FieldInfo, path: str) -> Any:
    """Draw a value of a setting. Raises LookupError where nobody has said which there are."""
    if path in TEXTS:
        right = TEXTS[path][0]
        return dice.choice(right) if right else None
    # of a choice that may be none, the choice
    kinds = (field.annotation, *get_args(field.annotation))
    if choice := next((kind for kind in kinds if get_origin(kind) is Literal), None):
        return dice.choice(get_args(choice))
    if field.annotation is bool:
        return dice.random() < 0.5  # noqa: PLR2004 # a coin
    if not {int, float} & {get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds}:
        raise LookupError(f"{path} is no number: give it candidates in TEXTS, right and wrong ones")
    least, most = _range(field)
    number = dice.choice((least, most, least + (most - least) * dice.random() ** 3))
    return max(least, min(most, round(number, 1))) if field.annotation is float else int(number)


def _range(field: FieldInfo) -> tuple[float, float]:
    least, most = 0.1, 10_000.0
    for mark in field.metadata:
        if isinstance(mark, Ge):
            least = float(str(mark.ge))
        elif isinstance(mark, Gt):
            least = float(str(mark.gt)) + 0.1
        elif isinstance(mark, Le):
            most = float(str(mark.le))
    return least, most


def _agree(settings: dict[str, Any]) -> None:
    """Mend what only several keys show to be wrong."""
    for path, *names in RISING:
        owner: Any = settings
        model: Any = StackSettings
        for section in path.split("."):
            owner = owner.get(section, {})
            model = nested_model(model.model_fields[section])
        if owner:
            values = [owner.get(name, model.model_fields[name].default) for name in names]
            owner.update(zip(names, accumulate(values, max), strict=True))
    if settings.get("backup", {}).get("copy_region") == settings["region"]:
        settings["backup"]["copy_region"] = next(each for each in REGIONS if each != settings["region"])
    edge = settings.get("edge", {})
    _agree_on_a_door(settings, edge)
    _agree_on_names(settings, settings["network"])
    _agree_on_watching(settings.get("monitoring", {}), settings.get("synthetic_check"), edge)
    if edge.get("sign_in"):
        edge.setdefault("domain", deepcopy(_GIVEN["edge.domain"]))
    told = settings.get("monitoring", {}).get("notifications", {})
    if told.get("routes"):
        told["receivers"] = {"oncall": {"pagerduty_secret_name": "flowise/pagerduty-key"}}
        told["routes"] = [*told["routes"], {"receiver": "oncall"}]
        edge.setdefault("domain", deepcopy(_GIVEN["edge.domain"]))
    restore = settings.get("database", {}).get("restore")
    if restore:
        kept = next((key for key in ("snapshot", "source_instance", "automated_backup_arn") if restore.get(key)), "")
        given = {kept: restore[kept]} if kept else {"snapshot": "flowise-prod-final-1a2b3c4d"}
        times = {"time": restore["time"]} if restore.get("time") and "snapshot" not in given else {}
        settings["database"]["restore"] = {**given, **times}
    service, database = settings.get("service", {}), settings.get("database", {})
    if service.get("replicas_max", 1) > 1 or service.get("blue_green"):
        service["mode"] = "queue"
    _agree_on_costs(settings, service.get("flow_costs", {}))
    _make_room(settings)
    if settings["cluster"].get("kubernetes_version", "1.35") != "1.35":
        settings["cluster"].pop("node_release", None)
    _agree_on_images(settings)
    if service.get("cpu_limit_millicores") is not None:
        service["cpu_limit_millicores"] = max(
            service["cpu_limit_millicores"], service.get("cpu_request_millicores", 500)
        )
    _agree_on_storage(database)
    backup = settings.get("backup", {})
    if backup.get("cost_anomaly_monitor_arn"):
        backup["cost_anomaly_usd"] = backup.get("cost_anomaly_usd") or 50


def _agree_on_watching(monitoring: dict[str, Any], check: dict[str, Any] | None, edge: dict[str, Any]) -> None:
    if (monitoring.get("traces") or {}).get("backend") == "datadog" and not monitoring.get("datadog"):
        monitoring["traces"]["backend"] = "tempo"
    if check:
        check.setdefault("edge_key_secret_name", "flowise/synthetic-check-edge")
        for key in ("allowed_cidrs", "allowed_countries"):
            edge.get("firewall", {}).pop(key, None)


def _agree_on_costs(settings: dict[str, Any], costs: dict[str, Any]) -> None:
    """Let what budgets and prices ask for be counted, and kept as long."""
    if any(costs.get(key) for key in ("prices", "budget", "flow_budgets")):
        costs["counted"] = True
    if costs.get("budget", {}).get("usd_per_30_days"):
        costs["prices"] = {"gpt-4o": {"input_usd_per_million": 2.5, "output_usd_per_million": 10}}
        monitoring = settings.setdefault("monitoring", {})
        monitoring["prometheus_retention_days"] = max(30, monitoring.get("prometheus_retention_days", 7))


def _agree_on_storage(database: dict[str, Any]) -> None:
    """Let the storage be large enough for its speed, and its ceiling above it."""
    iops, mibps = (database.get(key) for key in ("storage_iops", "storage_throughput_mibps"))
    if iops or mibps:
        database["storage_gib"] = max(database.get("storage_gib", 0), STRIPED_GIB)
    if mibps:
        database["storage_throughput_mibps"] = min(mibps, (iops or LEAST_IOPS) // IOPS_PER_MIBPS)
    if "storage_gib" in database:
        database["storage_gib"] = min(database["storage_gib"], 59_000)
        database["max_storage_gib"] = max(database.get("max_storage_gib", 100), -(-database["storage_gib"] * 11 // 10))


def _agree_on_images(settings: dict[str, Any]) -> None:
    """Let images, and AWS's services, be reached where the network is closed."""
    network = settings["network"]
    if network.get("nat") == "none":
        settings["image_cache"] = deepcopy(_GIVEN["image_cache"])
        network["interface_endpoints"] = list(get_args(EndpointService))
        settings["cluster"]["karpenter"] = None
    if settings.get("image_cache") or network.get("egress_allowed_domains") is not None:
        settings.pop("tools_image", None)
        settings.setdefault("service", {})["image"] = _GIVEN["service.image"]


def _agree_on_names(settings: dict[str, Any], network: dict[str, Any]) -> None:
    """Let prod list the names that resolve, or say who answers for all of them."""
    settings.pop("open_egress", None)
    listed = network.get("existing") or network.get("egress_allowed_domains") is not None
    if settings["environment"] == "prod" and not listed:
        settings["open_egress"] = {key: TEXTS[f"open_egress.{key}"][0][0] for key in ("owner", "reason", "expires")}


def _agree_on_a_door(settings: dict[str, Any], edge: dict[str, Any]) -> None:
    """Let prod ask who comes, or say who answers for not asking."""
    asks = edge.get("sign_in") or edge.get("api_key_paths") or edge.get("firewall", {}).get("allowed_cidrs")
    if asks:
        settings.pop("open_to_all", None)
    elif settings["environment"] == "prod":
        settings["open_to_all"] = {key: TEXTS[f"open_to_all.{key}"][0][0] for key in ("owner", "reason", "expires")}


def _make_room(settings: dict[str, Any]) -> None:
    """Let what one section asks for be had of another."""
    settings.setdefault("database", {})["proxy"] = True
    cluster = settings["cluster"]
    if cluster.get("karpenter") is None:
        cluster["karpenter"] = {}
    if "max_size" in cluster.get("app_nodes", {}) or "max_size" in cluster.get("system_nodes", {}):
        settings["network"]["cidr"] = "10.20.0.0/16"


def _raise_to_floor(settings: dict[str, Any]) -> None:
    """Bring what production asks for."""
    for path, _, floor in floors(StackSettings):
        *sections, key = path.split(".")
        owner = settings
        for section in sections:
            owner = owner.setdefault(section, {})
        if floor.one_of:
            owner[key] = floor.one_of[0]
        elif floor.given:
            owner[key] = owner.get(key) or deepcopy(_GIVEN[path])
        elif floor.containing:
            owner[key] = deepcopy(_GIVEN[path])
        elif floor.at_least is None:
            owner[key] = floor.equals
        else:
            owner[key] = max(int(owner.get(key) or 0), floor.at_least)


def _spoil(dice: random.Random, settings: dict[str, Any]) -> None:
    """Put something wrong at one key, or a key that there is not."""
    path = dice.choice([*keys(), "flavour", "database.size", "service.replicas"])
    *sections, key = path.split(".")
    owner = settings
    for section in sections:
        # one that is drawn may be None
        owner[section] = owner.get(section) or {}
        owner = owner[section]
    wrong = TEXTS.get(path, ((), ()))[1]
    owner[key] = dice.choice(wrong or _STRANGE)


def accepted(settings: Mapping[str, Any]) -> bool:
    """Return whether validation takes these settings."""
    try:
        StackSettings.model_validate_json(json.dumps(StackSettings.filled(dict(settings))), strict=True)
    except ValidationError:
        return False
    return True
