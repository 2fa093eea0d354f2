"""Reads how the edge stands from an engine's state, and judges it against what docs/operations/edge.md says."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations" / "edge.md").read_text(encoding="utf-8")
HEARTBEAT_SECONDS = 30  # of Flowise's streams
FORCED_EXIT_SECONDS = 30  # of Flowise after SIGTERM


@dataclass(frozen=True)
class Waits:
    """Seconds, from the viewer inwards, as resources say."""

    cdn: int
    balancer: int
    pod: int
    origin_keep_alive: int
    deregistration: int
    pre_stop: int
    grace: int
    longest_answer: int


def resources(state: Mapping[str, Any], token: str) -> list[dict[str, Any]]:
    """Return the outputs of each resource of a type."""
    return [each["outputs"] for each in state["resources"] if each["type"] == token]


def only(state: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return the outputs of the one resource of a type."""
    (found,) = resources(state, token)
    return found


def balancer_origin(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the distribution's origin that is a load balancer."""
    origins = only(state, "aws:cloudfront/distribution:Distribution")["origins"]
    return dict(next(each for each in origins if each["originId"] == "load-balancer")["vpcOriginConfig"])


def waits(state: Mapping[str, Any]) -> Waits:
    """Read every wait on an answer's way."""
    origin = balancer_origin(state)
    servers = next(
        each["spec"]["template"]["spec"]
        for each in resources(state, "kubernetes:apps/v1:Deployment")
        if each["metadata"]["labels"].get("app.kubernetes.io/component") == "server"
    )
    kept = next(
        int(each["data"]["KEEP_ALIVE_SECONDS"])
        for each in resources(state, "kubernetes:core/v1:ConfigMap")
        if "KEEP_ALIVE_SECONDS" in (each.get("data") or {})
    )
    deregistration = int(only(state, "aws:lb/targetGroup:TargetGroup")["deregistrationDelay"])
    (container, *_) = servers["containers"]
    return Waits(
        cdn=int(origin["originReadTimeout"]),
        balancer=int(only(state, "aws:lb/loadBalancer:LoadBalancer")["idleTimeout"]),
        pod=kept,
        # CreateDistribution: 5 unless told otherwise
        origin_keep_alive=int(origin.get("originKeepaliveTimeout") or 5),
        deregistration=deregistration,
        pre_stop=_seconds(container["lifecycle"]["preStop"]),
        grace=int(servers["terminationGracePeriodSeconds"]),
        # a request that is under way when its pod is taken out has as long as the longest answer
        longest_answer=deregistration,
    )


def _seconds(hook: Mapping[str, Any]) -> int:
    found = re.search(r"\d+", json.dumps(hook))
    assert found
    return int(found.group())


def judge_waits(found: Waits) -> None:
    """Each wait serves the next, and where they decrease towards the viewer the page says why."""
    for nearer, farther, reason in (
        (found.cdn, found.balancer, "CloudFront waits less than the load balancer behind it"),
        (found.balancer, found.pod, "the load balancer waits less than the pod behind it"),
    ):
        assert nearer >= farther or reason in PAGE
        # and never by so much that a connection stands unused for long
        assert 0 < farther - nearer <= 30
    # nobody cuts an answer that is still to come, nor a stream between two heartbeats
    assert found.longest_answer <= min(found.cdn, found.balancer, found.pod)
    assert found.cdn >= 2 * HEARTBEAT_SECONDS
    # CloudFront lets go of an idle connection before the load balancer does
    assert found.origin_keep_alive < found.balancer
    # a pod goes on until the load balancer is done with it, and then ends by itself
    assert found.deregistration < found.pre_stop
    assert found.pre_stop + FORCED_EXIT_SECONDS < found.grace


def judge_tls(state: Mapping[str, Any]) -> None:
    """Each hop speaks as the page says."""
    distribution = only(state, "aws:cloudfront/distribution:Distribution")
    listener = only(state, "aws:lb/listener:Listener")
    (origin,) = resources(state, "aws:cloudfront/vpcOrigin:VpcOrigin")
    endpoint, certificate = origin["vpcOriginEndpointConfig"], distribution["viewerCertificate"]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")]
    policies = {(row[0], row[1]): row[3] for row in rows if len(row) == 5}
    if distribution["aliases"]:
        assert policies["viewer", "CloudFront, with a domain"] == f"`{certificate['minimumProtocolVersion']}`"
        (spoken,) = endpoint["originSslProtocols"]["items"]
        assert endpoint["originProtocolPolicy"] == "https-only"
        assert listener["protocol"] == "HTTPS"
        assert policies["CloudFront", "load balancer, with a domain"] == f"`{spoken}` to `{listener['sslPolicy']}`"
    else:
        assert certificate["cloudfrontDefaultCertificate"] is True
        assert endpoint["originProtocolPolicy"] == "http-only"
        assert policies["CloudFront", "load balancer, without one"].startswith("HTTP inside the VPC")
    behaviors: Sequence[Mapping[str, Any]] = [
        distribution["defaultCacheBehavior"],
        *distribution["orderedCacheBehaviors"],
    ]
    assert {each["viewerProtocolPolicy"] for each in behaviors} == {"redirect-to-https"}
    (target,) = resources(state, "aws:lb/targetGroup:TargetGroup")
    assert target["protocol"] == "HTTP"
    assert policies["load balancer", "pod"].startswith("HTTP inside the VPC")


def judge_firewall(state: Mapping[str, Any]) -> None:
    """The firewall stands before the distribution, and no public load balancer stands beside it."""
    acl = only(state, "aws:wafv2/webAcl:WebAcl")
    assert only(state, "aws:cloudfront/distribution:Distribution")["webAclId"] == acl["arn"]
    assert all(each["internal"] for each in resources(state, "aws:lb/loadBalancer:LoadBalancer"))
