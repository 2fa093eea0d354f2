"""What the program makes of each shape of a stack, as lines that a person can compare; `--write` renews the files.

python -m tools.shapes --write
"""

import argparse
import atexit
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox import clouds
from sandbox.lookups import found
from sandbox.world import Record, World
from testing.cloud import Answer, Cloud, Created
from testing.program import Run, run, run_changed

FOLDER = Path(__file__).parents[1] / "tests" / "shapes"
_IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:" + "0123456789abcdef" * 4
_DATABRICKS = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "flowise/databricks-token"}
_DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog-api-key"}
_IMAGE_CACHE = {
    "docker_hub_secret_name": "ecr-pullthroughcache/docker-hub",
    "github_secret_name": "ecr-pullthroughcache/github",
}
_ENDPOINTS = [
    *("ec2", "ec2messages", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs"),
    *("monitoring", "secretsmanager", "sqs", "ssm", "ssmmessages", "sts"),
]
# a network of somebody else
_VPC = "vpc-0123456789abcdef0"


@dataclass(frozen=True)
class Shape:
    """A committed stack, what differs from it, and what stands beforehand that is somebody else's."""

    stack: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    theirs: Sequence[Record] = ()
    excepted: Mapping[str, str] = field(default_factory=dict)
    """Exceptions that its levels have beside its stack's: the resource (`type::name`) by rule."""

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Return what finds somebody else's things where mocks answer lookups."""
        if not self.theirs:
            return {}
        world = World(Path(_FOLDERS.enter_context(TemporaryDirectory())) / "world.db")
        self.seed(world)

        def answer(token: str) -> Answer:
            return lambda asked: {**clouds.invoke(token, asked), **found(world, token, asked, {})}

        return {token: answer(token) for token in _LOOKUPS}

    def seed(self, world: World) -> None:
        """Put into a world what is somebody else's."""
        for record in self.theirs:
            world.create(record)


_FOLDERS = ExitStack()
atexit.register(_FOLDERS.close)
_LOOKUPS = (
    *(f"aws:ec2/get{kind}:get{kind}" for kind in ("Vpc", "Subnet", "RouteTable")),
    "aws:secretsmanager/getSecret:getSecret",
    "aws:rds/getInstance:getInstance",
    "aws:elasticache/getReplicationGroup:getReplicationGroup",
)


def _theirs(token: str, physical_id: str, **outputs: Any) -> Record:
    return Record(
        token,
        physical_id,
        f"urn:pulumi:theirs::theirs::{token}::{physical_id}",
        0,
        outputs,
        {"id": physical_id, **outputs},
    )


def _existing() -> Shape:
    theirs = [
        _theirs("aws:ec2/vpc:Vpc", _VPC, cidrBlock="10.20.0.0/16", enableDnsSupport=True, enableDnsHostnames=True)
    ]
    ids: dict[str, list[str]] = {}
    for number, tier in enumerate(("private", "data")):
        table = f"rtb-0123456789abcdef{number}"
        theirs.append(_theirs("aws:ec2/routeTable:RouteTable", table, vpcId=_VPC))
        if tier == "private":
            out = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0123456789abcdef0"}
            theirs.append(_theirs("aws:ec2/route:Route", f"r-{table}", **out))
        for index, zone in enumerate("ab"):
            subnet = f"subnet-0123456789abcde{number}{zone}"
            ids.setdefault(tier, []).append(subnet)
            lies = {"vpcId": _VPC, "availabilityZone": f"eu-west-1{zone}", "mapPublicIpOnLaunch": False}
            cidr = f"10.20.{(2 * number + index) * 16}.0/20"
            theirs += [
                _theirs("aws:ec2/subnet:Subnet", subnet, cidrBlock=cidr, **lies),
                _theirs(
                    "aws:ec2/routeTableAssociation:RouteTableAssociation",
                    f"a-{subnet}",
                    subnetId=subnet,
                    routeTableId=table,
                ),
            ]
    given = {"vpc_id": _VPC, "private_subnet_ids": ids["private"], "data_subnet_ids": ids["data"]}
    return Shape("dev", {"flowise:network.existing": given}, theirs)


def _own_servers() -> Shape:
    secrets = [
        f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:flowise/{of}-AbCdEf" for of in ("database", "cache")
    ]
    key = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
    common = {"username": "flowise", "secret_key_arn": key, "cidrs": ["10.40.8.0/22"]}
    network = _existing()
    theirs = [
        *network.theirs,
        *(_theirs("aws:secretsmanager/secret:Secret", arn, arn=arn, kmsKeyId=key) for arn in secrets),
        _theirs(
            "aws:rds/instance:Instance",
            "orders",
            dbInstanceArn="arn:aws:rds:eu-west-1:111122223333:db:orders",
            dbInstanceClass="db.t4g.small",
            dbSubnetGroup="theirs",
            engine="postgres",
            engineVersion="17.4",
            multiAz=False,
            backupRetentionPeriod=7,
            storageEncrypted=True,
            publiclyAccessible=False,
        ),
        _theirs(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "orders",
            clusterMode="disabled",
            nodeType="cache.t4g.micro",
            numCacheClusters=1,
            automaticFailoverEnabled=False,
            snapshotRetentionLimit=1,
        ),
    ]
    return Shape(
        "dev",
        {
            **network.changes,
            "flowise:database.existing": {
                **common,
                "host": "orders.abc.eu-west-1.rds.amazonaws.com",
                "port": 5433,
                "name": "flowise",
                "secret_arn": secrets[0],
                "security_group_id": "sg-0123456789abcdef0",
                "instance_identifier": "orders",
            },
            "flowise:cache.existing": {
                **common,
                "host": "master.orders.abc.euw1.cache.amazonaws.com",
                "port": 6380,
                "secret_arn": secrets[1],
                "security_group_id": "sg-0123456789abcdef1",
                "replication_group_id": "orders",
            },
            "flowise:service.mode": "queue",
            "flowise:backup.enabled": True,
            "flowise:backup.restore_tests": True,
            "flowise:monitoring.cloudwatch_metrics": True,
        },
        theirs,
    )


SHAPES: Mapping[str, Shape] = {
    "dev": Shape("dev"),
    "prod": Shape("prod"),
    "dev-regional-nat-and-proxy": Shape("dev", {"flowise:network.nat": "regional", "flowise:database.proxy": True}),
    "dev-in-an-existing-network": _existing(),
    "dev-with-servers-of-ones-own": _own_servers(),
    # two releases that roll at once open more connections than prod's own database has room for
    "prod-blue-green": Shape(
        "prod",
        {
            "flowise:service.databricks": {**_DATABRICKS, "serving_endpoints": ["chat", "embed"]},
            "flowise:service.blue_green": {"active": "blue", "blue_image": _IMAGE, "green_image": _IMAGE},
            "flowise:database.instance_class": "db.m7g.xlarge",
        },
    ),
    "staging": Shape("staging"),
    # production's floor wants a domain
    "staging-without-a-domain": Shape(
        "staging",
        {"flowise:edge.domain": None},
        # without a domain there is no certificate (decision 0002)
        excepted={"lb-https": "aws:lb/listener:Listener::app-listener"},
    ),
    "prod-with-a-pipeline": Shape(
        "prod",
        {
            "flowise:pipeline": {"repository": "acme/flowise"},
            "flowise:image_cache": _IMAGE_CACHE,
            "flowise:backup.cost_anomaly_usd": 50,
        },
    ),
    # nothing leaves the VPC: images come from the account, whatever else from endpoints
    "dev-without-nat": Shape(
        "dev",
        {
            "flowise:image_cache": _IMAGE_CACHE,
            "flowise:network.nat": "none",
            "flowise:network.egress_allowed_domains": [],
            "flowise:network.interface_endpoints": _ENDPOINTS,
        },
    ),
    "dev-with-traces-and-datadog": Shape(
        "dev", {"flowise:monitoring.traces": {}, "flowise:monitoring.datadog": _DATADOG}
    ),
}


@cache
def made(name: str) -> Run:
    """Run the program for a shape; once for all who ask."""
    shape = SHAPES[name]
    if not shape.changes and not shape.theirs:
        return run(shape.stack)
    return run_changed(shape.stack, Cloud(answers=shape.answers), shape.changes)


def lines(name: str) -> list[str]:
    """Return the sorted lines of a shape: each resource's types as in its URN, its name, and its parent's name.

    The types are those of all that it lies in, outermost first: a component that changes its type or its place renames
    all that is in it, and what holds data would be replaced.
    """
    created = {each.urn: each for each in made(name).cloud.created}

    def types(each: Created) -> str:
        parent = created.get(each.parent)
        return f"{types(parent)}${each.type}" if parent else each.type

    return sorted(
        f"{types(each)} {each.name}{' protected' if each.protect else ''} in {each.parent.rpartition('::')[2] or '-'}"
        for each in created.values()
    )


def file_of(name: str) -> Path:
    """Return the file that a shape is committed in."""
    return FOLDER / f"{name}.txt"


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.shapes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", required=True, help="renew the committed files")
    parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for stale in set(FOLDER.glob("*.txt")) - {file_of(name) for name in SHAPES}:
        stale.unlink()
    for name in SHAPES:
        file_of(name).write_text("\n".join(lines(name)) + "\n", encoding="utf-8")
        sys.stdout.write(f"{file_of(name).name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
