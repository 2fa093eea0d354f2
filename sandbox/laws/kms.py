"""KMS keys: what can be rotated, and when."""

from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation


def _key(op: ResourceOperation) -> Iterator[Refusal]:
    days = op.get("deletionWindowInDays")
    if isinstance(days, int) and not 7 <= days <= 30:  # noqa: PLR2004 # the API's
        yield Refusal("ValidationException", f"deletionWindowInDays {days} is not from 7 to 30", "use 7 to 30 days")
    usage, spec = op.text("keyUsage"), op.text("customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if op.get("enableKeyRotation") is True and spec != "SYMMETRIC_DEFAULT":
        yield Refusal(
            "UnsupportedOperationException",
            f"keys of spec {spec}{' for ' + usage if usage else ''} cannot be rotated by AWS",
            "leave enableKeyRotation out for asymmetric and HMAC keys",
        )
    period = op.get("rotationPeriodInDays")
    if isinstance(period, int) and not 90 <= period <= 2560:  # noqa: PLR2004 # the API's
        yield Refusal(
            "ValidationException", f"rotationPeriodInDays {period} is not from 90 to 2560", "use 90 to 2560 days"
        )


LAWS = (
    Law(
        "kms-key",
        "rotation and use of KMS keys",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
        r"aws:kms/key:Key",
        _key,
    ),
)
