"""Kubernetes: what charts' controllers can read, and that they outlive what only they let go."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .kubernetes_kinds import RELEASE, writes_to
from .law import Law, Refusal, ResourceOperation, get, items

_LOGIN, _SCALED = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "kubernetes:keda.sh/v1alpha1:ScaledObject"
# chart -> the kinds on which its controller puts a finalizer. KEDA: controllers/keda; the load balancer controller:
# pkg/k8s/finalizer.go; Karpenter: NodeClaims, which go with their NodePool, and EC2NodeClass.
_HELD: Mapping[str, tuple[str, ...]] = {
    "keda": (_SCALED, "kubernetes:keda.sh/v1alpha1:ScaledJob", _LOGIN),
    "aws-load-balancer-controller": ("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",),
    "karpenter": ("kubernetes:karpenter.sh/v1:NodePool", "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"),
}


def _chart(release: Mapping[str, Any]) -> str:
    return str(get(release, "chart")).rstrip("/").rpartition("/")[2]


def _scaled(op: ResourceOperation) -> Iterator[Refusal]:
    for release in op.inventory.of(RELEASE):
        if _chart(release.inputs) == "keda":
            yield from _unscaled(op, op.inputs, release.inputs)


def _scaler(op: ResourceOperation) -> Iterator[Refusal]:
    if _chart(op.inputs) == "keda":
        for scaled in op.inventory.of(_SCALED):
            yield from _unscaled(op, scaled.inputs, op.inputs)


def _unscaled(op: ResourceOperation, scaled: Mapping[str, Any], keda: Mapping[str, Any]) -> Iterator[Refusal]:
    """Why an operator with a chart's values does not scale by an object."""
    name, namespace, own = (
        get(scaled, "metadata", "name"),
        get(scaled, "metadata", "namespace"),
        get(keda, "namespace"),
    )
    watched = writes_to(keda)
    if namespace is None or own is None:
        return
    if watched and namespace not in watched:
        yield Refusal(
            "NotWatched",
            f"KEDA looks at ScaledObjects in {', '.join(watched)} and not in {namespace}: {name} would scale nothing",
            f"name {namespace} in watchNamespace of the chart's values",
        )
    if get(keda, "values", "permissions", "operator", "restrict", "secret") is not True or namespace == own:
        return
    logins = {get(each, "authenticationRef", "name") for each in items(scaled, "spec", "triggers")}
    for login in op.inventory.of(_LOGIN):
        there = (get(login.inputs, "metadata", "namespace"), get(login.inputs, "metadata", "name"))
        for secret in items(login.inputs, "spec", "secretTargetRef"):
            if there[0] == namespace and there[1] in logins:
                yield Refusal(
                    "ScaledObjectCheckFailed",
                    f"failed to ensure HPA is correctly created for ScaledObject: {name}: secret "
                    f'"{get(secret, "name") or ""}" not found: with permissions.operator.restrict.secret KEDA reads '
                    f"Secrets of {own} alone, and the trigger's login is in {namespace}",
                    "set permissions.operator.restrict.secret to false: watchNamespace bounds what the operator reads",
                )


def _outlives(op: ResourceOperation) -> Iterator[Refusal]:
    release = op.old.inputs if op.old else {}
    left = op.inventory.of(*_HELD.get(_chart(release), ()))
    for each in left[:3]:
        yield Refusal(
            "FinalizerLeft",
            f"{each.token.rpartition(':')[2]} {each.urn.rpartition('::')[2]} stands: its finalizer is taken off by what "
            f"{_chart(release)} runs, and without that it could never be deleted",
            "let it depend on the release, so that it goes first",
        )


LAWS = (
    Law(
        "keda-trigger-secret",
        "what a trigger names can be read",
        "https://github.com/kedacore/charts/blob/main/keda/README.md",
        re.escape(_SCALED),
        _scaled,
    ),
    Law(
        "keda-trigger-secret",
        "what a trigger names can be read",
        "https://github.com/kedacore/charts/blob/main/keda/README.md",
        re.escape(RELEASE),
        _scaler,
        ("update",),
    ),
    Law(
        "kubernetes-finalizer",
        "a controller outlives what it lets go",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/",
        re.escape(RELEASE),
        _outlives,
        ("delete",),
    ),
)
