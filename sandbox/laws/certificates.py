"""Certificates: validated before they are used, and in the region that uses them."""

from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation, get

_LISTENER = "aws:lb/listener:Listener"
_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"


def certificate_region(op: ResourceOperation, key: str, region: str, *path: str) -> Iterator[Refusal]:
    """Refuse a certificate of another region than the one that uses it."""
    arn = op.text(*path, key)
    parts = arn.split(":")
    if arn.startswith("arn:") and parts[2] == "acm" and parts[3] != region:
        yield Refusal(
            "ValidationError" if key == "certificateArn" else "InvalidViewerCertificate",
            f"Certificate ARN '{arn}' is not valid: it lies in {parts[3]}, and must lie in {region}",
            f'make the certificate with region="{region}"',
        )


def _certificate_ready(op: ResourceOperation) -> Iterator[Refusal]:
    arn = op.text("certificateArn") or op.text("viewerCertificate", "acmCertificateArn")
    record = op.inventory.owner(arn) if arn else None
    validations = op.inventory.of("aws:acm/certificateValidation:CertificateValidation")
    if record is None or record.token != "aws:acm/certificate:Certificate" or op.preview:
        return
    imported = "privateKey" in record.inputs or "certificateAuthorityArn" in record.inputs
    if not imported and not any(get(v.inputs, "certificateArn") == arn for v in validations):
        yield Refusal(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported "
            "key size: it is pending validation",
            "make its DNS record, wait with a CertificateValidation, and hand over that resource's certificateArn",
        )


_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


LAWS = (
    Law(
        "certificate-validation",
        "a certificate is validated before use",
        _ELB + "API_CreateListener.html",
        f"{_LISTENER}|{_DISTRIBUTION}",
        _certificate_ready,
    ),
)
