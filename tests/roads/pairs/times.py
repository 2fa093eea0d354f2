"""What is waited for too shortly, or for nobody."""

from typing import Any

from sandbox.roads import rules
from tests.roads.builder import Stack
from tests.roads.pair import pair

_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws"
_TIMEOUTS = "https://github.com/pulumi/pulumi-kubernetes/issues/672"
_DEPLOYMENT = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"
_ENGINE = "the engine"


@pair(
    rules.PROVIDER_WAIT, _ENGINE, "VpcOrigin", f"{_PROVIDER}/blob/main/internal/service/cloudfront/vpc_origin.go"
)  # A3 of the first `up`: the provider's own time is what one may take
def an_origin_that_is_waited_for_too_shortly(stack: Stack, wall: bool) -> None:
    origin = stack.make("aws:cloudfront/vpcOrigin:VpcOrigin", "origin", vpc_origin_endpoint_config={"arn": "arn:x"})
    stack.times[origin.urn] = {} if wall else {"create": 45 * 60, "delete": 45 * 60}


@pair(rules.PROVIDER_WAIT, _ENGINE, "Cluster", f"{_PROVIDER}/blob/main/internal/service/eks/cluster.go")
def a_cluster_that_gets_five_minutes(stack: Stack, wall: bool) -> None:
    cluster = stack.make("aws:eks/cluster:Cluster", "cluster", name="c", role_arn="arn:x", vpc_config={})
    stack.times[cluster.urn] = {"create": 5 * 60} if wall else {}


@pair(rules.PROVIDER_WAIT, _ENGINE, "Instance", f"{_PROVIDER}/blob/main/internal/service/rds/instance.go")
def a_database_that_gets_a_minute_to_go(stack: Stack, wall: bool) -> None:
    database = stack.make("aws:rds/instance:Instance", "db", identifier="db", engine="postgres")
    stack.times[database.urn] = {"delete": 60 if wall else 3600}


def _pods(delay: int) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/", "port": 80}, "initialDelaySeconds": delay}
    return {"spec": {"containers": [{"name": "app", "image": "app", "readinessProbe": probe}]}}


@pair(rules.ROLLOUT_WAIT, _ENGINE, "Deployment", _DEPLOYMENT)
def twelve_workers_one_after_another(stack: Stack, wall: bool) -> None:
    """E8 of the first `up`: each is ready after a minute at the soonest."""
    rolling = {"maxSurge": 1 if wall else "25%", "maxUnavailable": 0}
    stack.kubernetes(
        "apps/v1:Deployment", "workers",
        spec={"replicas": 12, "strategy": {"rollingUpdate": rolling}, "template": _pods(60)},
    )  # fmt: skip


@pair(rules.ROLLOUT_WAIT, _ENGINE, "Deployment", _TIMEOUTS)
def a_slow_rollout_that_somebody_waits_for(stack: Stack, wall: bool) -> None:
    annotations = {} if wall else {"pulumi.com/timeoutSeconds": "1200"}
    rolling = {"maxSurge": 1, "maxUnavailable": 0}
    stack.kubernetes(
        "apps/v1:Deployment", "workers", metadata={"annotations": annotations},
        spec={"replicas": 6, "minReadySeconds": 120, "strategy": {"rollingUpdate": rolling}, "template": _pods(0)},
    )  # fmt: skip


@pair(
    rules.ROLLOUT_WAIT, _ENGINE, "StatefulSet", "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/"
)
def members_that_start_one_after_another(stack: Stack, wall: bool) -> None:
    kind = "OrderedReady" if wall else "Parallel"
    stack.kubernetes(
        "apps/v1:StatefulSet", "members",
        spec={"replicas": 7, "podManagementPolicy": kind, "template": _pods(90)},
    )  # fmt: skip


@pair(rules.JOB_DEADLINE, _ENGINE, "Job", _TIMEOUTS)
def a_migration_that_may_outlast_whoever_waits(stack: Stack, wall: bool) -> None:
    job = stack.kubernetes("batch/v1:Job", "migration", spec={"activeDeadlineSeconds": 1800, "template": _pods(0)})
    stack.times[job.urn] = {} if wall else {"create": 1900}


@pair(rules.JOB_DEADLINE, _ENGINE, "Job", "https://kubernetes.io/docs/concepts/workloads/controllers/job/")
def a_job_with_a_short_deadline(stack: Stack, wall: bool) -> None:
    stack.kubernetes("batch/v1:Job", "job", spec={"activeDeadlineSeconds": 3600 if wall else 300, "template": _pods(0)})


def _validated(stack: Stack, *written: str, **inputs: Any) -> None:
    certificate = stack.make(
        "aws:acm/certificate:Certificate", "certificate",
        **{"domain_name": "example.com", "validation_method": "DNS", **inputs},
    )  # fmt: skip
    stack.make(
        "aws:acm/certificateValidation:CertificateValidation", "validation", certificate_arn=certificate.outputs["arn"]
    )
    for each in certificate.outputs["domainValidationOptions"]:
        if each["domainName"] in written:
            stack.make(
                "aws:route53/record:Record", f"record-{each['domainName']}", zone_id="Z1",
                name=each["resourceRecordName"], type="CNAME", records=[each["resourceRecordValue"]], ttl=60,
            )  # fmt: skip


@pair(rules.CERTIFICATE_RECORDS, _ENGINE, "CertificateValidation", f"{_PROVIDER}/issues/9338")
def a_certificate_whose_records_nobody_writes(stack: Stack, wall: bool) -> None:
    _validated(stack, *() if wall else ("example.com",))


@pair(rules.CERTIFICATE_RECORDS, _ENGINE, "CertificateValidation", f"{_PROVIDER}/issues/9338")
def a_name_of_a_certificate_that_was_forgotten(stack: Stack, wall: bool) -> None:
    names = ("example.com",) if wall else ("example.com", "www.example.org")
    _validated(stack, *names, subject_alternative_names=["*.example.com", "www.example.org"])


@pair(
    rules.CERTIFICATE_RECORDS,
    _ENGINE,
    "CertificateValidation",
    "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
)
def a_second_certificate_of_the_same_name(stack: Stack, wall: bool) -> None:
    """One record of a name serves every certificate of it in the account, in any region."""
    _validated(stack, "example.com")
    other = stack.make(
        "aws:acm/certificate:Certificate", "other", domain_name="example.org" if wall else "example.com",
        validation_method="DNS", region="us-east-1",
    )  # fmt: skip
    stack.make(
        "aws:acm/certificateValidation:CertificateValidation", "other-issued", certificate_arn=other.outputs["arn"]
    )


@pair(
    rules.CERTIFICATE_RECORDS, _ENGINE, "CertificateValidation",
    "https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html",
)  # fmt: skip
def a_certificate_that_waits_for_a_mail(stack: Stack, wall: bool) -> None:
    _validated(stack, "example.com", validation_method="EMAIL" if wall else "DNS")
