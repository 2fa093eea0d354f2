"""Roads of a cluster's nodes and control plane: to each other, to AWS, and to where images come from."""

from collections.abc import Iterator
from functools import cached_property
from ipaddress import IPv4Network

from ..clouds.aws_regions import suffix
from ..laws.law import get, items
from ..world import Record
from . import rules
from .addresses import covers, internet, network
from .model import Place, Road, Traffic, Wall, Walls, named, road
from .network import both, cluster_group
from .pods import Pods
from .registries import ECR, HOSTS, layer_bucket, of_release, of_workload
from .services import Asked, Services
from .ways import outwards, within

HTTPS, KUBELET = Traffic(443), Traffic(10250)
HERE = "127.0.0.1"


class Nodes:
    """The nodes of one cluster."""

    def __init__(self, services: Services, eks: Record, pods: Pods) -> None:
        self.services, self.network, self.eks, self.pods = services, services.network, eks, pods
        self.inventory = self.network.inventory
        self.control_plane = Place(
            f"the API server of {named(eks)}",
            tuple(get(eks.inputs, "vpcConfig", "subnetIds") or ()),
            tuple(filter(None, [cluster_group(eks), *(get(eks.inputs, "vpcConfig", "securityGroupIds") or ())]))
            or None,
        )

    @cached_property
    def places(self) -> list[Place]:
        """Where the nodes lie, a place for each group of them."""
        found: dict[tuple[tuple[str, ...], tuple[str, ...] | None], Place] = {}
        for place in self._places():
            found.setdefault((place.subnets, place.groups), place)
        return list(found.values())

    @cached_property
    def everywhere(self) -> list[Place]:
        """Where pods may run: each group of nodes, and what Fargate runs."""
        fargate = [
            Place(named(each), tuple(each.inputs.get("subnetIds") or ()), self._own_group)
            for each in self.inventory.of("aws:eks/fargateProfile:FargateProfile")
            if both(each, "clusterName") in (self.eks.id, both(self.eks, "name"))
        ]
        return [*self.places, *fargate]

    def roads(self) -> Iterator[Road]:
        """Yield what nodes need to join, to be spoken to, and to run what they are given."""
        for place in self.everywhere:
            yield road(
                place.name,
                self.control_plane.name,
                HTTPS,
                "nodes join and pods are watched",
                self.eks,
                self._joins(place),
            )
        for place in self.places:
            yield road(
                self.control_plane.name,
                place.name,
                KUBELET,
                "logs, exec and metrics",
                self.eks,
                within(self.network, self.control_plane, place, KUBELET),
            )
            yield from self._asks(place)
            yield from self._pulls(place)

    def _joins(self, place: Place) -> Walls:
        config = get(self.eks.inputs, "vpcConfig") or {}
        if config.get("endpointPrivateAccess") is True:
            for each in place.subnets:
                if each in self.network.subnets:
                    yield from self.services.resolves(self.network.subnets[each].vpc, self._host)
            yield from within(self.network, place, self.control_plane, HTTPS)
            return
        yield from outwards(self.network, place, HTTPS, Place(self.control_plane.name, blocks=internet()))
        listed = [found for each in config.get("publicAccessCidrs") or () if (found := network(each))]
        addresses = self._addresses(place)
        missing = [each for each in addresses if not any(covers(cidr, (each,)) for cidr in listed)]
        if listed and missing:
            yield Wall(
                rules.API_ENDPOINT,
                named(self.eks),
                f"its public endpoint does not admit {', '.join(str(each.network_address) for each in missing)}, "
                f"from which {place.name} ask, and it has no private one",
                "endpoint_private_access=True, or these addresses in public_access_cidrs",
            )

    @cached_property
    def _host(self) -> str:
        host = str(both(self.eks, "endpoint") or "").removeprefix("https://")
        if not host.startswith(HERE):
            return host
        # a control plane that is played listens on this machine; in AWS its nodes ask for a name such as this
        region = self.services.region
        return f"cluster.gr7.{region}.eks.{suffix(region)}"

    def _addresses(self, place: Place) -> list[IPv4Network]:
        found: list[IPv4Network] = []
        for each in place.subnets:
            subnet = self.network.subnets.get(each)
            for route in (self.network.routes(subnet) if subnet else None) or ():
                nat = self.inventory.owner(route.target) if route.kind == "natGatewayId" else None
                address = self.inventory.owner(str(both(nat, "allocationId"))) if nat else None
                known = network(both(address, "publicIp")) if address else None
                if known and known not in found:
                    found.append(known)
        return found

    def _asks(self, place: Place) -> Iterator[Road]:
        asked = [Asked("ec2", "ec2:DescribeInstances"), Asked("ecr.api", "ecr:GetAuthorizationToken")]
        if self.inventory.of("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
            asked.append(Asked("eks-auth", "eks-auth:AssumeRoleForPodIdentity", both(self.eks, "arn") or ""))
        for each in asked:
            yield road(
                place.name,
                each.service,
                f"{each.service} by HTTPS",
                "nodes start and pods get credentials",
                self.eks,
                self.services.reach(place, each),
            )

    def _pulls(self, place: Place) -> Iterator[Road]:
        region = self.services.region
        # the add-ons that every node runs come from the account of AWS's own in the region
        asked = {f"602401143452.dkr.ecr.{region}.amazonaws.com": self.eks}
        for release in self.inventory.of("kubernetes:helm.sh/v3:Release"):
            asked |= {each: release for each in of_release(release) if each not in asked}
        for workload in self.pods.workloads:
            asked |= {each: workload.record for each in of_workload(workload) if each not in asked}
        for registry, by in asked.items():
            yield road(
                place.name,
                registry,
                "images and their layers",
                f"images of {named(by)} are pulled",
                by,
                self._pull(place, registry),
            )

    def _pull(self, place: Place, registry: str) -> Walls:
        region = self.services.region
        own = ECR.fullmatch(registry)
        if own:
            there = Asked("ecr.dkr", "ecr:BatchGetImage", account=own[1], region=own[2])
            yield from self.services.reach(place, there)
        elif registry in HOSTS or "." in registry:
            for subnet in place.subnets:
                if subnet in self.network.subnets:
                    for host in HOSTS.get(registry, (registry.partition(":")[0],)):
                        yield from self.services.resolves(self.network.subnets[subnet].vpc, host)
            yield from outwards(self.network, place, HTTPS, Place(registry, blocks=internet()))
        bucket = layer_bucket(registry, own[2] if own else region)
        if bucket:
            layers = Asked("s3", "s3:GetObject", f"arn:aws:s3:::{bucket}/x", "of AWS", own[2] if own else region)
            yield from self.services.reach(place, layers)

    def _places(self) -> Iterator[Place]:
        for group in self.inventory.of("aws:eks/nodeGroup:NodeGroup"):
            if both(group, "clusterName") in (self.eks.id, both(self.eks, "name")):
                template = self.inventory.owner(str(get(group.inputs, "launchTemplate", "id") or ""))
                subnets = tuple(map(str, group.inputs.get("subnetIds") or ()))
                yield Place(
                    f"nodes of {named(group)}", subnets, self._groups(template), public=self._public(subnets, template)
                )
        for each in self.inventory.of("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"):
            subnets = tuple(
                str(term["id"]) for term in items(each.inputs, "spec", "subnetSelectorTerms") if term.get("id")
            )
            groups = tuple(
                str(term["id"]) for term in items(each.inputs, "spec", "securityGroupSelectorTerms") if term.get("id")
            )
            if subnets:
                yield Place(f"nodes of {named(each)}", subnets, groups or None, public=self._public(subnets, None))
        if get(self.eks.inputs, "computeConfig", "enabled") is True:
            subnets = self.control_plane.subnets
            yield Place("nodes of Auto Mode", subnets, self._own_group, public=self._public(subnets, None))

    @property
    def _own_group(self) -> tuple[str, ...] | None:
        group = cluster_group(self.eks)
        return (group,) if group else None

    def _groups(self, template: Record | None) -> tuple[str, ...] | None:
        if template is None:
            return self._own_group
        own = template.inputs.get("vpcSecurityGroupIds") or [
            each for card in items(template.inputs, "networkInterfaces") for each in card.get("securityGroups") or ()
        ]
        return tuple(map(str, own)) or self._own_group

    def _public(self, subnets: tuple[str, ...], template: Record | None) -> bool:
        cards = items(template.inputs, "networkInterfaces") if template else []
        if any(str(each.get("associatePublicIpAddress")).lower() == "true" for each in cards):
            return True
        return all(
            self.network.subnets[each].record.inputs.get("mapPublicIpOnLaunch") is True
            for each in subnets
            if each in self.network.subnets
        )
