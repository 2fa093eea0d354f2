"""Pairs of the laws in `sandbox/laws/certificates.py`."""

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import ACTIONS, balancer, certificate


def _validated(waits: bool) -> None:
    own = certificate()
    arn = aws.acm.CertificateValidation("validation", certificate_arn=own.arn).certificate_arn if waits else own.arn
    aws.lb.Listener(
        "listener",
        load_balancer_arn=balancer().arn,
        port=443,
        protocol="HTTPS",
        default_actions=ACTIONS,
        certificate_arn=arn,
    )


PAIRS = [
    Pair(
        "certificate-validation",
        "UnsupportedCertificate",
        _validated,
        False,
        True,
        GITHUB + "hashicorp/terraform-provider-aws/issues/41789",
    ),
]
