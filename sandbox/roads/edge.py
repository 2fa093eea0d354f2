"""Roads from viewers to origins: CloudFront to a VPC origin, to a load balancer on the internet, to a bucket."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..laws.law import get, items
from ..policy_documents import admits, document_of
from ..world import Record
from . import rules
from .addresses import internet
from .balancers import Balancers
from .gates import crosses_acls, enters_groups
from .model import ANY_CLIENT, Place, Road, Traffic, Wall, Walls, named, road
from .network import both
from .services import Services
from .ways import gateway_of, inwards

CLOUDFRONT = Place("CloudFront", blocks=internet())
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"


class Edge:
    """The distributions of a stack."""

    def __init__(self, services: Services, balancers: Balancers) -> None:
        self.services, self.network, self.balancers = services, services.network, balancers
        self.inventory = self.network.inventory

    def roads(self) -> Iterator[Road]:
        """Yield what each distribution's origins need."""
        for distribution in self.inventory.of(_DISTRIBUTION):
            for origin in items(distribution.inputs, "origins"):
                yield from self._origin(distribution, origin)

    def _origin(self, distribution: Record, origin: Mapping[str, Any]) -> Iterator[Road]:
        name, needed = named(distribution), f"what viewers ask of origin {origin.get('originId')}"
        behind = self.inventory.owner(str(get(origin, "vpcOriginConfig", "vpcOriginId") or ""))
        if behind:
            for traffic in _ports(items_of(behind)):
                target = self._origin_of(behind)
                label = named(target) if target else named(behind)
                yield road(name, label, traffic, needed, behind, self._private(behind, traffic))
            return
        domain = str(origin.get("domainName") or "")
        balancer = self.balancers.named(domain)
        if balancer:
            for traffic in _ports(get(origin, "customOriginConfig") or {}):
                yield road(
                    name,
                    named(balancer),
                    traffic,
                    needed,
                    distribution,
                    self._public(balancer, traffic),
                )
        bucket = self._bucket(domain)
        if bucket and origin.get("originAccessControlId"):
            yield road(name, named(bucket), "s3:GetObject", needed, distribution, self._reads(distribution, bucket))

    def _private(self, origin: Record, traffic: Traffic) -> Walls:
        target = self._origin_of(origin)
        if target is None:
            return
        place = self.balancers.place(target)
        for each in place.subnets:
            subnet = self.network.subnets.get(each)
            if subnet and self._is_ours(subnet.vpc) and gateway_of(self.network, subnet.vpc) is None:
                yield Wall(
                    rules.VPC_ORIGIN,
                    self.network.name(subnet.vpc),
                    "has no internet gateway",
                    "an internet gateway attached to the VPC; no route needs to lead to it",
                )
        yield from self.balancers.listens(target, traffic)
        yield from self._enters(place, traffic)

    def _enters(self, place: Place, traffic: Traffic) -> Walls:
        for subnet in place.subnets:
            yield from crosses_acls(self.network, CLOUDFRONT, place, traffic, "", subnet)
        yield from enters_groups(self.network, CLOUDFRONT, place, traffic)

    def _public(self, balancer: Record, traffic: Traffic) -> Walls:
        if both(balancer, "internal") is True:
            yield Wall(
                rules.BALANCER_INTERNAL,
                named(balancer),
                "is internal, and CloudFront asks for its public address",
                "a VPC origin, or internal=False",
            )
        yield from self.balancers.listens(balancer, traffic)
        yield from inwards(self.network, self.balancers.place(balancer), traffic, CLOUDFRONT)

    def _reads(self, distribution: Record, bucket: Record) -> Walls:
        arn = str(both(bucket, "arn"))
        keys = {"aws:SourceArn": str(both(distribution, "arn")), "aws:SecureTransport": "true"}
        policies = [
            each
            for each in self.inventory.of("aws:s3/bucketPolicy:BucketPolicy")
            if both(each, "bucket") in (bucket.id, both(bucket, "bucket"))
        ]
        documents = [found for each in policies if (found := document_of(each.inputs.get("policy")))]
        if not any(admits(each, "cloudfront.amazonaws.com", "s3:GetObject", f"{arn}/x", keys) for each in documents):
            yield Wall(
                rules.BUCKET_POLICY,
                named(policies[0] if policies else bucket),
                f"does not let {named(distribution)} read by its origin access control",
                "s3:GetObject for cloudfront.amazonaws.com where aws:SourceArn is the distribution's",
            )

    def _origin_of(self, origin: Record) -> Record | None:
        return self.inventory.owner(str(get(origin.inputs, "vpcOriginEndpointConfig", "arn") or ""))

    def _is_ours(self, vpc: str) -> bool:
        return self.inventory.owner(vpc) is not None

    def _bucket(self, domain: str) -> Record | None:
        for each in self.inventory.of("aws:s3/bucket:Bucket"):
            if domain and domain in (both(each, "bucketRegionalDomainName"), both(each, "bucketDomainName")):
                return each
        return None


def items_of(origin: Record) -> Mapping[str, Any]:
    """Return how a VPC origin speaks to what is behind it."""
    found: Mapping[str, Any] = get(origin.inputs, "vpcOriginEndpointConfig") or {}
    return found


def _ports(config: Mapping[str, Any]) -> list[Traffic]:
    # requests of CloudFront leave from any port (as those of other proxies of AWS do)
    speaks = str(config.get("originProtocolPolicy") or "")
    http, https = int(config.get("httpPort") or 80), int(config.get("httpsPort") or 443)
    ports = {"http-only": [http], "https-only": [https]}.get(speaks, [http, https])
    return [Traffic(port, answers=ANY_CLIENT) for port in ports]
