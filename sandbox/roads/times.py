"""Whether an operation may end before whoever waits for it gives up: what stands then is outside the state, or half.

How long the clouds take is the played clock's (`clock_times`); how long they are waited for, the provider's own word or
the program's (`custom_timeouts`, `pulumi.com/timeoutSeconds`).
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..clock_times import TIMES
from ..laws.inventory import Inventory
from ..laws.law import get, items
from ..provider_facts import waits
from ..world import Record
from . import rules
from .model import Road, Wall, Walls, named, road
from .network import both

_CERTIFICATE = "aws:acm/certificate:Certificate"
_VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
_DEPLOYMENT, _STATEFUL_SET = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"
_JOB = "kubernetes:batch/v1:Job"
# pulumi-kubernetes' own, as the SDK says of a Deployment, a StatefulSet and a Job
_KUBERNETES_WAITS = 600.0
# What takes less is not waited for in any way that matters.
_WORTH_TELLING = 60
_ENGINE = "the engine"

Own = Mapping[str, float]


class Times:
    """The waits of a stack; `own` is what its program sets, in seconds by URN and operation."""

    def __init__(self, inventory: Inventory, own: Mapping[str, Own]) -> None:
        self._inventory = inventory
        self._own = own

    def roads(self) -> Iterator[Road]:
        """Yield what is waited for, and whether it is waited for long enough."""
        for token in sorted(TIMES):
            for each in self._inventory.of(token):
                yield from self._of_resource(each)
        for each in self._inventory.of(_DEPLOYMENT, _STATEFUL_SET):
            yield road(_ENGINE, named(each), "a new image", "a rollout is waited for", each, self._rollout(each))
        for each in self._inventory.of(_JOB):
            yield road(_ENGINE, named(each), "create", "its end is waited for", each, self._job(each))
        for each in self._inventory.of(_VALIDATION):
            yield road(_ENGINE, named(each), "validation", "a certificate is waited for", each, self._records(each))

    def _of_resource(self, record: Record) -> Iterator[Road]:
        typical, own, default = TIMES[record.token], self._own.get(record.urn, {}), waits.of(record.token)
        for operation, usual in (("create", typical.create_seconds), ("delete", typical.delete_seconds)):
            needed, waited = max(usual, typical.longest_seconds), own.get(operation) or default.get(operation)
            if waited and (waited <= needed or needed >= _WORTH_TELLING):
                walls = _outlasted(record, operation, needed, waited, typical.source)
                yield road(_ENGINE, named(record), operation, f"{_minutes(waited)} are waited for", record, walls)

    def _waited(self, record: Record, operation: str) -> float:
        said = get(record.inputs, "metadata", "annotations", "pulumi.com/timeoutSeconds")
        own = self._own.get(record.urn, {}).get(operation)
        return own or (float(said) if str(said).replace(".", "", 1).isdigit() else _KUBERNETES_WAITS)

    def _rollout(self, record: Record) -> Walls:
        waited, least = self._waited(record, "update"), _rollout_seconds(record)
        if waited <= least and not _unawaited(record):
            yield Wall(
                rules.ROLLOUT_WAIT,
                named(record),
                f"takes {_minutes(least)} at least to change its pods, by its own replicas, surge and delays, and is "
                f"waited for {_minutes(waited)}",
                "a larger maxSurge, or the annotation pulumi.com/timeoutSeconds",
            )

    def _job(self, record: Record) -> Walls:
        deadline, waited = get(record.inputs, "spec", "activeDeadlineSeconds"), self._waited(record, "create")
        if isinstance(deadline, int | float) and deadline > waited and not _unawaited(record):
            yield Wall(
                rules.JOB_DEADLINE,
                named(record),
                f"may work for {_minutes(deadline)} by its own deadline, and is waited for {_minutes(waited)}",
                "the annotation pulumi.com/timeoutSeconds with its deadline, or a shorter activeDeadlineSeconds",
            )

    def _records(self, validation: Record) -> Walls:
        arn = get(validation.inputs, "certificateArn")  # which is the validation's own id, too
        certificate = next((each for each in self._inventory.of(_CERTIFICATE) if each.id == arn), None)
        if certificate is None:
            return
        own = self._own.get(validation.urn, {}).get("create")
        waited = own or waits.of(_VALIDATION).get("create", 0)
        if both(certificate, "validationMethod") == "EMAIL":
            found = "waits for somebody who answers a mail"
        else:
            missing = self._unwritten(certificate)
            if not missing:
                return
            found = f"waits for {', '.join(missing)}, which nothing in the stack writes"
        yield Wall(
            rules.CERTIFICATE_RECORDS,
            named(validation),
            f"{found}; {_minutes(waited)} are waited for",
            "a Record for each of the certificate's domain_validation_options",
        )

    def _unwritten(self, certificate: Record) -> list[str]:
        """Return the domains whose records are not in the stack.

        A domain has one record in an account, which serves every certificate of it and that of all that is below it.
        """
        names = {str(both(each, "name")).removesuffix(".") for each in self._inventory.of("aws:route53/record:Record")}
        written = {
            _apex(option["domainName"])
            for each in self._inventory.of(_CERTIFICATE)
            for option in items(each.outputs, "domainValidationOptions")
            if str(option["resourceRecordName"]).removesuffix(".") in names
        }
        options = items(certificate.outputs, "domainValidationOptions")
        return sorted({_apex(each["domainName"]) for each in options} - written)


def _outlasted(record: Record, operation: str, needed: float, waited: float, source: str) -> Walls:
    if waited <= needed:
        yield Wall(
            rules.PROVIDER_WAIT,
            named(record),
            f"is waited for {_minutes(waited)} at its {operation}, and may take {_minutes(needed)} ({source})",
            f"custom_timeouts of {_minutes(3 * needed)} for {operation}",
        )


def _rollout_seconds(record: Record) -> float:
    """Return how long a change of all pods takes at least, where each is ready as soon as its own words let it be."""
    spec = get(record.inputs, "spec") or {}
    replicas = get(spec, "replicas")
    replicas = replicas if isinstance(replicas, int | float) else 1
    containers = items(spec, "template", "spec", "containers")
    delay = max((_delay(each) for each in containers), default=0.0)
    each_takes = delay + (get(spec, "minReadySeconds") or 0)
    return math.ceil(replicas / _at_once(record.token, spec, replicas)) * each_takes


def _delay(container: Any) -> float:
    probes = (get(container, name) or {} for name in ("startupProbe", "readinessProbe"))
    return max(float(get(probe, "initialDelaySeconds") or 0) for probe in probes)


def _at_once(token: str, spec: Mapping[str, Any], replicas: float) -> float:
    if token == _STATEFUL_SET:
        return max(replicas, 1) if get(spec, "podManagementPolicy") == "Parallel" else 1
    if get(spec, "strategy", "type") == "Recreate":
        return max(replicas, 1)
    rolling = get(spec, "strategy", "rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    return max(surge + unavailable, 1)


def _share(said: Any, replicas: float, rounded: Any) -> float:
    if isinstance(said, str) and said.endswith("%"):
        return float(rounded(replicas * float(said.removesuffix("%")) / 100))
    return float(said) if isinstance(said, int | float) or str(said).isdigit() else 0.0


def _unawaited(record: Record) -> bool:
    return str(get(record.inputs, "metadata", "annotations", "pulumi.com/skipAwait")).lower() == "true"


def _apex(domain: str) -> str:
    return domain.removeprefix("*.")


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"  # noqa: PLR2004 # a minute
