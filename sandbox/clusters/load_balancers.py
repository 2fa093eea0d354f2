"""Plays the load balancers of AWS: a Service of the type, and an Ingress, get a name to be reached by.

EKS itself makes one for a Service without a class; for one with a class, and for an Ingress of class `alb` or of none,
the AWS Load Balancer Controller must have been installed. An Ingress of another class is somebody else's, and gets a
name. Nothing listens behind it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from ..laws.law import get
from .reconcile_loop import ReconcileLoop

# What the controller's chart brings, and leaves behind when its release goes.
_CONTROLLER = "targetgroupbindings.elbv2.k8s.aws"


class LoadBalancers(ReconcileLoop):
    """Gives names to what asks for one."""

    def reconcile(self) -> None:
        """Look at every Service and Ingress."""
        asking = [
            item
            for api_version, kind in (("v1", "Service"), ("networking.k8s.io/v1", "Ingress"))
            for item in self.client.list(api_version, kind)
            if wants_balancer(item) and not has_balancer(item)
        ]
        if not asking:
            return
        controlled = self.client.find("apiextensions.k8s.io/v1", "CustomResourceDefinition", _CONTROLLER) is not None
        for item in asking:
            if controlled or needs_no_controller(item):
                hostname = _name(item["metadata"]["uid"])
                self.client.tell(item, {"loadBalancer": {"ingress": [{"hostname": hostname}]}})


def wants_balancer(item: Mapping[str, Any]) -> bool:
    """Return whether an object is to be reached from outside, by a load balancer of its own."""
    return bool(
        item["kind"] == "Ingress" or (item["kind"] == "Service" and get(item, "spec", "type") == "LoadBalancer")
    )


def has_balancer(item: Mapping[str, Any]) -> bool:
    """Return whether it has one."""
    return bool(get(item, "status", "loadBalancer", "ingress"))


def needs_no_controller(item: Mapping[str, Any]) -> bool:
    """Return whether somebody else than the AWS Load Balancer Controller makes it."""
    service, ingress = get(item, "spec", "loadBalancerClass"), get(item, "spec", "ingressClassName")
    return bool(service is None if item["kind"] == "Service" else (ingress or "alb") != "alb")


def _name(uid: str) -> str:
    return f"k8s-{hashlib.sha256(uid.encode()).hexdigest()[:16]}.elb.amazonaws.com"
