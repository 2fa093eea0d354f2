import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol, get_args

import pulumi
import pytest
import yaml
from pulumi.runtime import config as runtime_config
from pydantic import BaseModel, ValidationError

from components.config.floor import floors
from components.config.loading import SettingsError, load
from components.config.section import Section
from components.vpc.settings import PRIVATE_CLUSTER_ENDPOINTS
from examples.aps import stack as aps
from examples.ranking import stack as ranking
from examples.tiktrend import stack as tiktrend
from stack import StackSettings
from testing.cloud import Cloud
from testing.program import run_changed
from tests.samples import DEV, PROD, SIGN_IN, changed, stack

ROOT = Path(__file__).parents[2]


class Loader(Protocol):
    def __call__(self, values: dict[str, Any], secrets: tuple[str, ...] = ()) -> StackSettings: ...


@pytest.fixture
def load_stack() -> Iterator[Loader]:
    """Load settings as the engine would hand them over: every value a text, objects as JSON."""

    def loader(values: dict[str, Any], secrets: tuple[str, ...] = ()) -> StackSettings:
        namespaced = {"aws:region" if key == "region" else f"flowise:{key}": value for key, value in values.items()}
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in namespaced.items()}
        pulumi.runtime.set_all_config(texts, list(secrets))
        return load(StackSettings, "flowise")

    before, secret = runtime_config.CONFIG.get(), runtime_config._SECRET_KEYS.get()
    yield loader
    runtime_config.CONFIG.set(before)
    runtime_config._SECRET_KEYS.set(secret)


def faults(load_stack: Loader, values: dict[str, Any], secrets: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load_stack(values, secrets)
    return [line.strip() for line in str(error.value).splitlines()[1:]]


CACHED = {
    "docker_hub_secret_name": "ecr-pullthroughcache/docker-hub",
    "github_secret_name": "ecr-pullthroughcache/github",
}
ENDPOINTS = [*PRIVATE_CLUSTER_ENDPOINTS, "ec2messages", "monitoring", "sqs", "ssm", "ssmmessages"]
ENCLOSED = changed(DEV, image_cache=CACHED, network={"nat": "none", "interface_endpoints": ENDPOINTS})
KNOWN = "docker.io, ghcr.io, public.ecr.aws, quay.io, registry.k8s.io"


@pytest.mark.parametrize("base", [DEV, PROD, ENCLOSED], ids=["dev", "prod", "enclosed"])
def test_sound_values_load(load_stack: Loader, base: dict[str, Any]) -> None:
    assert load_stack(base).environment == base["environment"]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_committed_stack_files_load(load_stack: Loader, name: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())["config"]
    values = {key.removeprefix("flowise:"): value for key, value in config.items() if key.startswith("flowise:")}
    assert load_stack({**values, "region": config["aws:region"]}).environment == name


# one wrong value each, and the whole line the operator reads
ALL_BUT_STS = [each for each in PRIVATE_CLUSTER_ENDPOINTS if each != "sts"]
THEIR_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:theirs-AbCdEf"
SERVER = {
    "host": "db.acme.com",
    "username": "a",
    "secret_arn": THEIR_SECRET,
    "cidrs": ["10.40.0.0/24"],
}
SUBNETS = [f"subnet-0123456789abcde{number}" for number in "0123"]
VPC = {"vpc_id": "vpc-0123456789abcdef0", "private_subnet_ids": SUBNETS[:2], "data_subnet_ids": SUBNETS[2:]}
REFUSALS: list[tuple[dict[str, Any], str]] = [
    (
        changed(PROD, database={"multi_az": False}),
        "flowise:database.multi_az: must be true in prod, got false: write true",
    ),
    (
        changed(PROD, network={"nat": "single"}),
        'flowise:network.nat: must be per_zone or regional in prod, got "single": write per_zone or regional',
    ),
    (
        changed(PROD, database={"backup_retention_days": 6}),
        "flowise:database.backup_retention_days: must be at least 7 in prod, got 6: write 7 or more",
    ),
    (
        changed(PROD, cluster={"app_nodes": {"min_size": 1}}),
        "flowise:cluster.app_nodes.min_size: must be at least 2 in prod, got 1: write 2 or more",
    ),
    (
        changed(PROD, cache={"replicas": 0}),
        "flowise:cache.replicas: must be at least 1 in prod, got 0: write 1 or more",
    ),
    (changed(PROD, protect_data=False), "flowise:protect_data: must be true in prod, got false: write true"),
    (
        changed(PROD, backup={"copy_region": None}),
        "flowise:backup.copy_region: must be given in prod, got null: write what docs/settings.md shows",
    ),
    (
        changed(DEV, backup={"copy_region": "eu-west-1"}),
        'flowise:backup.copy_region: must be another region than aws:region, got "eu-west-1": choose a second one',
    ),
    (
        changed(DEV, backup={"daily_at": "01:00"}),
        "flowise:backup.daily_at: lies within database.backup_window (02:00-03:00) or less than two hours before it, "
        'when no backup of the database can begin, got "01:00": '
        "choose another hour, best some four hours from both windows",
    ),
    (
        changed(DEV, database={"maintenance_window": "mon:22:30-mon:23:00"}),
        "flowise:backup.daily_at: lies within database.maintenance_window (mon:22:30-mon:23:00) or less than two hours "
        'before it, when no backup of the database can begin, got "21:00": '
        "choose another hour, best some four hours from both windows",
    ),
    (
        changed(DEV, database={"maintenance_window": "tue:02:30-tue:03:30"}),
        "flowise:database.maintenance_window: must not overlap backup_window (02:00-03:00), "
        'got "tue:02:30-tue:03:30": let one begin after the other ends',
    ),
    (
        changed(DEV, database={"backup_window": "23:50-00:10"}),
        'flowise:database.backup_window: must be half an hour long or more, got "23:50-00:10": let it end later',
    ),
    (
        changed(DEV, network={"pod_cidr": "10.99.0.0/16"}),
        'flowise:network.pod_cidr: must be a /16 to /20 of 100.64.0.0/10, got "10.99.0.0/16": '
        "write, for example, 100.64.0.0/16",
    ),
    (
        changed(DEV, network={"interface_endpoints": ["sts", "sts"]}),
        'flowise:network.interface_endpoints: names a service twice, got ["sts", "sts"]: name each service once',
    ),
    (
        changed(DEV, network={"nat": "none", "interface_endpoints": ALL_BUT_STS}),
        'flowise:network.nat: must not be none without interface_endpoints for sts, got "none": '
        "add them, or write single",
    ),
    (
        changed(DEV, cluster={"node_release": "1.34.9-20261120"}),
        'flowise:cluster.node_release: must be one of cluster.kubernetes_version, got "1.34.9-20261120": '
        "write one that begins with 1.35., or leave it out",
    ),
    (
        {key: value for key, value in ENCLOSED.items() if key != "image_cache"},
        "flowise:network.nat: must not be none without image_cache: the images of charts come from registries on the "
        'internet, got "none": add image_cache, or write single',
    ),
    (
        changed(ENCLOSED, service={"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/flowise:3.1.4"}),
        "flowise:service.image: lies in another region's registry, to which no endpoint leads, and network.nat is "
        'none, got "111122223333.dkr.ecr.us-east-1.amazonaws.com/flowise:3.1.4": push it to ECR in eu-west-1',
    ),
    (
        changed(DEV, image_cache=CACHED, service={"image": "gcr.io/acme/flowise:3.1.4"}),
        f"flowise:service.image: lies in a registry that image_cache does not stand before, which are {KNOWN}, "
        'got "gcr.io/acme/flowise:3.1.4": push it to ECR in eu-west-1',
    ),
    (
        changed(DEV, image_cache={**CACHED, "docker_hub_secret_name": "docker-hub"}),
        "flowise:image_cache.docker_hub_secret_name: is not of the right form, got a value not shown here: "
        "write, for example, ecr-pullthroughcache/docker-hub",
    ),
    (
        changed(DEV, network={"egress_allowed_domains": ["api.openai.com"]}, tools_image="gcr.io/acme/tools:1.0.0"),
        "flowise:tools_image: lies in a registry whose name is not among network.egress_allowed_domains, "
        'got "gcr.io/acme/tools:1.0.0": add gcr.io, and the host of its layers',
    ),
    (
        changed(ENCLOSED, network={"interface_endpoints": [each for each in ENDPOINTS if each != "ssm"]}),
        "flowise:network.nat: must not be none without interface_endpoints for ssm (cluster.operator_host), "
        'got "none": add them, or write single',
    ),
    (
        changed(ENCLOSED, monitoring={"cloudwatch_metrics": True}),
        "flowise:network.nat: must not be none without interface_endpoints for tagging "
        '(monitoring.cloudwatch_metrics), got "none": add them, or write single',
    ),
    (
        changed(ENCLOSED, network={"interface_endpoints": [each for each in ENDPOINTS if each != "monitoring"]}),
        "flowise:network.nat: must not be none without interface_endpoints for monitoring (alarms), "
        'got "none": add them, or write single',
    ),
    (
        changed(ENCLOSED, backup={"restore_tests": True}, network={"interface_endpoints": [*ENDPOINTS, "rds"]}),
        "flowise:network.nat: must not be none without interface_endpoints for backup (backup.restore_tests), "
        'got "none": add them, or write single',
    ),
    (
        changed(ENCLOSED, cluster={"karpenter": {}}),
        "flowise:cluster.karpenter: asks AWS for prices, to which no endpoint leads, and network.nat is none, "
        'got "given": leave it out, or write single',
    ),
    (
        changed(DEV, cluster={"viewer_principal_arns": DEV["cluster"]["admin_principal_arns"]}),
        "flowise:cluster.viewer_principal_arns: names a principal that has a role already, "
        'got "arn:aws:iam::111122223333:role/deployer": give each principal one role',
    ),
    (
        changed(DEV, database={"restore": {"snapshot": "s-1", "source_instance": "old"}}),
        'flowise:database.restore.snapshot: or another source must be given, one alone, got ["snapshot", '
        '"source_instance"]: write one of snapshot, source_instance, automated_backup_arn',
    ),
    (
        changed(DEV, database={"restore": {"snapshot": "s-1", "time": "2026-11-21T14:30:00Z"}}),
        'flowise:database.restore.time: cannot be chosen with a snapshot, got "2026-11-21T14:30:00Z": '
        "remove it, or write source_instance",
    ),
    (
        changed(DEV, database={"multi_zone": True}),
        "flowise:database.multi_zone: is not a known key, got true: did you mean multi_az?",
    ),
    (
        changed(DEV, database={"multi_az": "yes"}),
        'flowise:database.multi_az: must be true or false, got "yes": write true or false, without quotes',
    ),
    (
        changed(DEV, database={"storage_gib": "20"}),
        'flowise:database.storage_gib: must be a whole number, got "20": write a whole number, without quotes',
    ),
    (
        changed(DEV, database={"storage_gib": 5}),
        "flowise:database.storage_gib: must be at least 20, got 5: write 20 or more",
    ),
    (
        changed(DEV, database={"max_storage_gib": 100, "storage_gib": 100}),
        "flowise:database.max_storage_gib: must be at least 10 % above storage_gib, got 100: write 110 or more",
    ),
    (
        changed(DEV, database={"engine_version": 17.1}),
        'flowise:database.engine_version: must be text, got 17.1: put it in quotes, as in "17.1"',
    ),
    (
        changed(DEV, cluster={"kubernetes_version": "1.29"}),
        "flowise:cluster.kubernetes_version: must be '1.35' or '1.36', got \"1.29\": write one of them",
    ),
    (
        changed(DEV, cluster={"kubernetes_version": 1.35}),
        "flowise:cluster.kubernetes_version: must be '1.35' or '1.36', got 1.35: put it in quotes, as in \"1.35\"",
    ),
    (
        changed(DEV, cluster={"app_nodes": {"instance_types": ["t3.large"]}}),
        "flowise:cluster.app_nodes.instance_types[0]: must be an instance type of Graviton (arm64), for which the "
        'image is built, got "t3.large": did you mean t4g.large?',
    ),
    (
        changed(DEV, database={"instance_class": "db.m7g.larg"}),
        'flowise:database.instance_class: is not of the right form, got "db.m7g.larg": did you mean db.m7g.large?',
    ),
    (
        changed(DEV, cache={"node_type": "t4g.micro"}),
        'flowise:cache.node_type: is not of the right form, got "t4g.micro": did you mean cache.t4g.micro?',
    ),
    (
        changed(DEV, network={"zones": ["eu-west-1a", "EU-West1b"]}),
        'flowise:network.zones[1]: is not of the right form, got "EU-West1b": did you mean eu-west-1b?',
    ),
    (
        changed(DEV, cluster={"log_retention_days": 15}),
        "flowise:cluster.log_retention_days: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
        "1096, 1827, 2192, 2557, 2922, 3288 or 3653, got 15: did you mean 14?",
    ),
    (
        changed(DEV, cluster={"log_retention_days": "14"}),
        "flowise:cluster.log_retention_days: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, "
        '1096, 1827, 2192, 2557, 2922, 3288 or 3653, got "14": write it without quotes',
    ),
    (
        changed(DEV, backup={"daily_at": "9 pm"}),
        'flowise:backup.daily_at: is not of the right form, got "9 pm": write, for example, 21:00',
    ),
    (
        changed(DEV, cluster={"app_nodes": {"instance_types": []}}),
        "flowise:cluster.app_nodes.instance_types: must have at least 1 item, got []: add what is missing",
    ),
    (
        changed(DEV, cluster={"public_access_cidrs": ["0.0.0.0/0"]}),
        'flowise:cluster.public_access_cidrs: must not open the API to all, got "0.0.0.0/0": '
        "name the ranges of your offices or VPN, or leave the list empty",
    ),
    (
        changed(DEV, network={"cidr": "10.20.0.0/24"}),
        'flowise:network.cidr: must be /16 to /20, got "10.20.0.0/24": write 10.20.0.0/16, or a prefix up to /20',
    ),
    (
        changed(DEV, network={"cidr": "10.20.0.1/16"}),
        "flowise:network.cidr: is not a network's first address and prefix, got \"10.20.0.1/16\": "
        "write, for example, 10.20.0.0/16",
    ),
    (
        changed(DEV, network={"zones": ["eu-west-1a", "us-east-1b"]}),
        'flowise:network.zones: must lie in aws:region eu-west-1, got "us-east-1b": '
        "write a zone of eu-west-1, such as eu-west-1a",
    ),
    (
        changed(DEV, network={"zones": ["eu-west-1a"]}),
        'flowise:network.zones: must have at least 2 items, got ["eu-west-1a"]: add what is missing',
    ),
    (
        changed(DEV, service={"replicas_max": 2}),
        "flowise:service.replicas_max: must be 1 in mode main, got 2: write 1, or set service.mode to queue",
    ),
    (
        changed(DEV, service={"memory_limit_mib": 512}),
        "flowise:service.memory_limit_mib: must be at least 1024, got 512: write 1024 or more",
    ),
    (
        changed(DEV, service={"image": "flowiseai/flowise:latest"}),
        'flowise:service.image: is not of the right form, got "flowiseai/flowise:latest": '
        "write, for example, flowiseai/flowise:3.1.4",
    ),
    (
        changed(DEV, service={"image": "flowiseai/flowise:3.1.3"}),
        'flowise:service.image: must be version 3.1.4 or later, older ones have published holes, one of which '
        'needs no login (CVE-2026-91937), '
        'got "flowiseai/flowise:3.1.3": '
        "write flowiseai/flowise:3.1.4, which is the last",
    ),
    (
        changed(DEV, network="10.20.0.0/16"),
        'flowise:network: must be an object of keys, got "10.20.0.0/16": indent its keys below it',
    ),
    (
        changed(DEV, network='{"cidr": '),
        'flowise:network: must be an object of keys, got "{\\"cidr\\": ": indent its keys below it',
    ),
    (
        changed(DEV, edge={"static_site": {"path": "/api/portal"}}),
        "flowise:edge.static_site.path: must be in lower case, end in no /, and not be one of the application's own, "
        'got "/api/portal": choose /portal',
    ),
    (
        changed(ENCLOSED, edge={"domain": PROD["edge"]["domain"], "sign_in": SIGN_IN}),
        "flowise:edge.sign_in: is out of the load balancer's reach where network.nat is none, "
        'got "https://login.example.com/token": set network.nat to single, per_zone or regional',
    ),
    (
        changed(DEV, environment="production"),
        "flowise:environment: must be 'dev', 'staging' or 'prod', got \"production\": write one of them",
    ),
    (
        {key: value for key, value in DEV.items() if key != "region"},
        "aws:region: is required, got nothing: write, for example, eu-west-1",
    ),
    *(
        (
            changed(DEV, **{section: {"existing": server}}),
            f"flowise:{section}.existing: is out of reach of a VPC that the stack makes, which has no way to any "
            'other, got "db.acme.com": name the VPC that has a way to it as network.existing',
        )
        for section, server in (("database", {**SERVER, "name": "a"}), ("cache", SERVER))
    ),
    (
        changed(
            DEV,
            network={"existing": VPC},
            cache={"existing": {**SERVER, "secret_arn": THEIR_SECRET.replace("eu-west-1", "us-east-1")}},
        ),
        "flowise:cache.existing.secret_arn: must lie in aws:region eu-west-1, got a value not shown here: write the "
        "ARN of a secret, or of its replica, there",
    ),
    (
        changed(
            DEV,
            network={"existing": VPC},
            database={"existing": {**SERVER, "name": "a"}},
            backup={"restore_tests": True},
        ),
        "flowise:backup.restore_tests: cannot restore a database that AWS Backup does not know, got true: name its RDS "
        "instance as database.existing.instance_identifier, or write false",
    ),
    (
        changed(DEV, databse={"multi_az": True}),
        'flowise:databse: is not a known key, got {"multi_az": true}: did you mean database?',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "line"), REFUSALS, ids=[line.split(",")[0] for _, line in REFUSALS])
def test_fails_with_one_clear_line(load_stack: Loader, values: dict[str, Any], line: str) -> None:
    assert faults(load_stack, values) == [line]


def sections(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model, and every section below it."""
    yield model
    kinds = [field.annotation for field in model.model_fields.values()]
    while kinds:
        kind = kinds.pop()
        kinds += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from sections(kind)


def forms(kind: object) -> bool:
    """Return whether a type, or one that it is made of, is a text of some form."""
    annotations = getattr(kind, "__metadata__", ())
    return any(getattr(each, "pattern", None) for each in annotations) or any(forms(each) for each in get_args(kind))


@pytest.mark.parametrize("model", [StackSettings, aps.StackSettings, ranking.StackSettings, tiktrend.StackSettings])
def test_whoever_misses_a_form_is_shown_one(model: type[BaseModel]) -> None:
    formed = {
        f"{section.__name__}.{name}": field
        for section in sections(model)
        for name, field in section.model_fields.items()
        if any(getattr(each, "pattern", None) for each in field.metadata) or forms(field.annotation)
    }
    assert len(formed) > 20
    assert [name for name, each in formed.items() if not each.examples and not isinstance(each.default, str)] == []


NO_DOOR = {key: value for key, value in PROD.items() if key != "open_to_all"}
ACCEPTED = PROD["open_to_all"]
DOORS: dict[str, dict[str, Any]] = {
    "sign-in": {"sign_in": SIGN_IN},
    "keys": {"api_key_paths": ["/api/v1/Prediction"]},
    "networks": {"firewall": {"allowed_cidrs": ["198.51.100.0/24"]}},
}


@pytest.mark.parametrize("door", DOORS.values(), ids=list(DOORS))
def test_prod_has_something_that_asks_who_comes(load_stack: Loader, door: dict[str, Any]) -> None:
    assert load_stack(changed(NO_DOOR, edge=door)).open_to_all is None
    # what is accepted for nothing would be forgotten
    (line,) = faults(load_stack, changed(PROD, edge=door))
    assert line.startswith("flowise:open_to_all: accepts what is not so: something asks who comes, got ")


def test_or_somebody_answers_for_having_nothing(load_stack: Loader) -> None:
    (line,) = faults(load_stack, NO_DOOR)
    assert line == (
        "flowise:open_to_all: or something that asks who comes must be given in prod, got null: set edge.sign_in, "
        "edge.firewall.allowed_cidrs or edge.api_key_paths with /api/v1/prediction, or say in open_to_all who answers "
        "for it, why, and until when"
    )
    # keys before other paths are no door to flows, and countries ask for no person
    for edge in ({"api_key_paths": ["/api/v1/vector"]}, {"firewall": {"allowed_countries": ["DE"]}}):
        assert faults(load_stack, changed(NO_DOOR, edge=edge)) == [line]
    assert [*load_stack(PROD).notices()] == [
        f"anybody may try this site's login: tests answers for that until {ACCEPTED['expires']}",
        f"pods may ask any name on the internet: tests answers for that until {ACCEPTED['expires']}",
    ]


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (366, True), (367, False)])
def test_nobody_answers_for_longer_than_a_year_or_for_yesterday(load_stack: Loader, days: int, holds: bool) -> None:
    expires = str(date.today() + timedelta(days=days))
    values = changed(PROD, open_to_all={"expires": expires})
    if holds:
        assert load_stack(values).open_to_all is not None
    else:
        (line,) = faults(load_stack, values)
        assert line.startswith("flowise:open_to_all.expires: must lie between today, ")
        assert line.endswith("or say in open_to_all who answers for it, why, and until when")


ALL_NAMES = {key: value for key, value in PROD.items() if key != "open_egress"}


@pytest.mark.parametrize("listed", [[], ["api.openai.com"]])
def test_prod_lists_the_names_that_its_pods_ask_for(load_stack: Loader, listed: list[str]) -> None:
    names = {"egress_allowed_domains": listed}
    assert load_stack(changed(ALL_NAMES, network=names)).open_egress is None
    (line,) = faults(load_stack, changed(PROD, network=names))
    assert line.startswith("flowise:open_egress: accepts what is not so: only listed names resolve, got ")


def test_or_somebody_answers_for_all_names(load_stack: Loader) -> None:
    assert faults(load_stack, ALL_NAMES) == [
        "flowise:open_egress: or network.egress_allowed_domains must be given in prod, got null: list the names that "
        "flows ask for ([] for none), or say in open_egress who answers, why, and until when"
    ]
    (line,) = faults(load_stack, changed(PROD, open_egress={"expires": "2020-01-01"}))
    assert line.startswith("flowise:open_egress.expires: must lie between today, ")


def test_what_is_no_day_is_said_to_be_none(load_stack: Loader) -> None:
    assert faults(load_stack, changed(PROD, open_to_all={"expires": "2027-02-30"})) == [
        'flowise:open_to_all.expires: is no day of the calendar, got "2027-02-30": write one such as 2027-02-28'
    ]


def test_every_plan_tells_what_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    run_changed("prod", Cloud(), {"flowise:open_to_all": ACCEPTED, "flowise:open_egress": ACCEPTED})
    assert told == [
        f"{risk}: tests answers for that until {ACCEPTED['expires']}"
        for risk in ("anybody may try this site's login", "pods may ask any name on the internet")
    ]


def test_dev_needs_no_door(load_stack: Loader) -> None:
    assert [*load_stack(DEV).notices()] == []


def test_all_faults_come_in_one_message(load_stack: Loader) -> None:
    values = changed(
        PROD, network={"nat": "single"}, database={"multi_az": False, "storage_gib": "big"}, cahe={"replicas": 1}
    )
    assert [line.split(":")[1] for line in faults(load_stack, values)] == [
        "database.storage_gib",
        "cahe",
        "network.nat",
        "database.multi_az",
    ]


def test_a_value_whose_key_looks_secret_is_not_printed(load_stack: Loader) -> None:
    values = changed(DEV, service={"databricks": {"url": "https://x.example.com", "token": "dapi0123"}})
    lines = faults(load_stack, values)
    assert any(
        "flowise:service.databricks.token: is not a known key, got a value not shown here" in each for each in lines
    )
    assert "dapi0123" not in "".join(lines)


def test_an_encrypted_value_is_refused_and_not_printed(load_stack: Loader) -> None:
    lines = faults(load_stack, {**DEV, "api_secret": "hunter2"}, secrets=("flowise:api_secret",))
    assert lines == [
        "flowise:api_secret: must not be encrypted, got a secret: keep the secret in Secrets Manager and name it here"
    ]


def test_the_message_ends_the_program_without_a_traceback() -> None:
    assert issubclass(SettingsError, pulumi.RunError)


def test_the_floor_holds_for_settings_built_in_code() -> None:
    with pytest.raises(ValidationError, match=r"database\.multi_az must be true in prod, got false"):
        stack(PROD, database={"multi_az": False})


def test_the_floor_does_not_hold_outside_prod() -> None:
    assert stack(PROD, environment="staging", database={"multi_az": False}).database.multi_az is False


def test_fixed_tags_cannot_be_overridden() -> None:
    tags = stack(tags={"Environment": "prod", "Owner": "me"}).all_tags("flowise")
    assert tags == {"Owner": "me", "Environment": "dev", "Project": "flowise", "ManagedBy": "pulumi"}


@pytest.mark.parametrize("model", Section.__subclasses__(), ids=lambda model: model.__name__)
def test_every_section_is_closed_frozen_and_described(model: type[BaseModel]) -> None:
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen") is True
    assert [name for name, field in model.model_fields.items() if not field.description] == []


# every key with a floor, and a value just below it
BELOW = {
    "protect_data": False,
    "network.nat": "single",
    "cluster.system_nodes.min_size": 1,
    "cluster.app_nodes.min_size": 1,
    "cluster.deletion_protection": False,
    "database.multi_az": False,
    "database.backup_retention_days": 6,
    "database.deletion_protection": False,
    "database.final_snapshot": False,
    "database.performance_insights": False,
    "database.monitoring_interval_seconds": 0,
    "cache.replicas": 0,
    "cache.snapshot_retention_days": 6,
    "cache.final_snapshot": False,
    "service.mode": "main",
    "service.image": "flowiseai/flowise:3.1.4",
    "service.replicas_min": 1,
    "monitoring.prometheus_replicas": 1,
    "monitoring.alertmanager_replicas": 1,
    "monitoring.alarm_emails": [],
    "edge.domain": None,
    "edge.outside_health_check": False,
    "backup.enabled": False,
    "backup.retention_days": 29,
    "backup.copy_region": None,
    "backup.restore_tests": False,
}


@pytest.mark.parametrize(("key", "value"), BELOW.items(), ids=list(BELOW))
def test_fails_in_prod_below_the_floor_of(load_stack: Loader, key: str, value: object) -> None:
    *sections, last = key.split(".")
    change: dict[str, Any] = {last: value}
    for section in reversed(sections):
        change = {section: change}
    assert f"flowise:{key}" in {line.split(": ")[0] for line in faults(load_stack, changed(PROD, **change))}


def test_every_floor_is_tried() -> None:
    tried = {key for key, _, _ in floors(StackSettings)}
    assert tried == set(BELOW)
