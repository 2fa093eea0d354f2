"""Route 53: records that fit their zone."""

from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation, get


def _zone_record(op: ResourceOperation) -> Iterator[Refusal]:
    zone = op.inventory.owner(op.text("zoneId")) if op.text("zoneId") else None
    domain, name = str(get(zone.inputs, "name") or "").rstrip(".") if zone else "", op.text("name").rstrip(".")
    if domain and name.count(".") >= domain.count(".") and name != domain and not name.endswith(f".{domain}"):
        yield Refusal(
            "InvalidChangeBatch",
            f"RRSet with DNS name {name}. is not permitted in zone {domain}.",
            f"name it within {domain}",
        )
    for other in op.inventory.of(op.token):
        keys = ("zoneId", "name", "type", "setIdentifier")
        same = all(get(other.inputs, key) == op.get(key) for key in keys) and op.text("zoneId")
        if other.urn != op.urn and same and op.get("allowOverwrite") is not True:
            yield Refusal(
                "InvalidChangeBatch",
                f"Tried to create resource record set [name='{name}.', type='{op.text('type')}'] but it already exists",
                "keep one of the two records",
            )
    aliased, ttl = bool(op.get("aliases")), op.get("ttl")
    if aliased and ttl is not None:
        yield Refusal("InvalidInput", "An alias record has no ttl of its own", "leave ttl out")
    if op.text("type") == "CNAME" and name and name == domain:
        yield Refusal(
            "InvalidChangeBatch",
            f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {domain}.",
            "use an A and an AAAA record with an alias",
        )


LAWS = (
    Law(
        "route53-record",
        "records of a zone",
        "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
        r"aws:route53/record:Record",
        _zone_record,
    ),
)
