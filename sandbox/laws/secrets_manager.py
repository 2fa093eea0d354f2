"""Secrets Manager: recovery windows and values."""

from collections.abc import Iterator

from .law import Law, Refusal, ResourceOperation


def _secret(op: ResourceOperation) -> Iterator[Refusal]:
    days = op.get("recoveryWindowInDays")
    if isinstance(days, int) and days != 0 and not 7 <= days <= 30:  # noqa: PLR2004 # the API's
        yield Refusal(
            "InvalidParameterException",
            f"The RecoveryWindowInDays value must be between 7 and 30 days (inclusive): {days}",
            "use 7 to 30 days, or 0 to delete at once",
        )


# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_SECRET_BYTES = 65536


def _secret_version(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("secretString")
    if len(text.encode()) > _SECRET_BYTES:
        yield Refusal(
            "ValidationException",
            f"the secret's value has {len(text.encode())} bytes, and {_SECRET_BYTES} is the most",
            "keep large things in a bucket, and their key here",
        )
    given = [key for key in ("secretString", "secretBinary", "secretStringWo") if key in op.inputs]
    if len(given) > 1:
        yield Refusal("InvalidParameterException", f"{' and '.join(given)} exclude each other", "keep one")


LAWS = (
    Law(
        "secret-recovery-window",
        "a secret's recovery window",
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html",
        r"aws:secretsmanager/secret:Secret",
        _secret,
    ),
    Law(
        "secret-value",
        "a secret's value",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
        r"aws:secretsmanager/secretVersion:SecretVersion",
        _secret_version,
    ),
)
