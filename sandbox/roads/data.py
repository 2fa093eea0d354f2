"""What holds data, where it lies and by which names it is found; and the roads that security groups themselves name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ..laws.law import get
from ..world import Record
from .model import ANY_CLIENT, Place, Road, Traffic, named, road
from .network import Network, both, number
from .ways import within

_POSTGRES, _MYSQL, _REDIS = 5432, 3306, 6379
_PORTS = {
    "postgres": _POSTGRES,
    "aurora-postgresql": _POSTGRES,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "aurora-mysql": _MYSQL,
}
# where each type of store says its subnet group, and where the groups are
_STORES: Mapping[str, tuple[str, str]] = {
    "aws:rds/instance:Instance": ("dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"),
    "aws:rds/cluster:Cluster": ("dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"),
    "aws:elasticache/cluster:Cluster": ("subnetGroupName", "aws:elasticache/subnetGroup:SubnetGroup"),
    "aws:rds/proxy:Proxy": ("", ""),
    "aws:elasticache/serverlessCache:ServerlessCache": ("", ""),
}
_NAMES = (
    "address",
    "endpoint",
    "primaryEndpointAddress",
    "readerEndpoint",
    "readerEndpointAddress",
    "configurationEndpointAddress",
)


@dataclass(frozen=True)
class Store:
    """A database, cache or proxy."""

    record: Record
    place: Place
    traffic: Traffic
    hosts: tuple[str, ...]


class Data:
    """The stores of a stack, and whom their security groups are written for."""

    def __init__(self, network: Network, members: Mapping[str, list[Place]]) -> None:
        self.network, self.inventory, self.members = network, network.inventory, members

    @cached_property
    def stores(self) -> list[Store]:
        """Every database, cache and proxy."""
        found = []
        for token, (key, groups) in _STORES.items():
            for record in self.inventory.of(token):
                place = Place(named(record), self._subnets(record, key, groups), _groups(record))
                hosts = [
                    str(both(record, each)).rpartition("://")[2].partition(":")[0]
                    for each in _NAMES
                    if both(record, each)
                ]
                port = number(both(record, "port"), self._port(record))
                found.append(Store(record, place, Traffic(port), tuple(each for each in hosts if "." in each)))
        return found

    def roads(self) -> Iterator[Road]:
        """Yield a road for each rule by which a store's group names another group that somebody bears."""
        for store in self.stores:
            for group in store.place.groups or ():
                for rule in self.network.group(group) or ():
                    if not rule.ingress or not rule.ports[0] <= store.traffic.port <= rule.ports[1]:
                        continue
                    for client in (place for each in rule.groups for place in self.members.get(each, ())):
                        if client.name != store.place.name:
                            yield road(
                                client.name,
                                store.place.name,
                                store.traffic,
                                f"{self.network.name(group)} names its group",
                                store.record,
                                within(self.network, client, store.place, store.traffic),
                            )
        yield from self._proxies()

    def _proxies(self) -> Iterator[Road]:
        by_name = {
            str(both(store.record, "identifier", "clusterIdentifier") or store.record.id): store
            for store in self.stores
        }
        for target in self.inventory.of("aws:rds/proxyTarget:ProxyTarget"):
            proxy = next(
                (
                    each
                    for each in self.stores
                    if both(target, "dbProxyName") in (each.record.id, both(each.record, "name"))
                ),
                None,
            )
            store = by_name.get(str(both(target, "dbInstanceIdentifier", "dbClusterIdentifier")))
            if proxy and store:
                traffic = replace(store.traffic, answers=ANY_CLIENT)
                yield road(
                    proxy.place.name,
                    store.place.name,
                    traffic,
                    "the proxy's target",
                    target,
                    within(self.network, proxy.place, store.place, traffic),
                )

    def _subnets(self, record: Record, key: str, groups: str) -> tuple[str, ...]:
        if not key:
            return tuple(map(str, record.inputs.get("vpcSubnetIds") or record.inputs.get("subnetIds") or ()))
        wanted = both(record, key)
        for each in self.inventory.of(groups):
            if wanted and wanted in (each.id, both(each, "name")):
                return tuple(map(str, each.inputs.get("subnetIds") or ()))
        return ()

    def _port(self, record: Record) -> int:
        engine = str(both(record, "engine", "engineFamily") or "").lower()
        return _PORTS.get(
            engine, _POSTGRES if engine == "postgresql" else _REDIS if "elasticache" in record.token else _MYSQL
        )


def _groups(record: Record) -> tuple[str, ...] | None:
    for key in ("vpcSecurityGroupIds", "securityGroupIds"):
        found = get(record.inputs, key)
        if found:
            return tuple(map(str, found))
    return None
