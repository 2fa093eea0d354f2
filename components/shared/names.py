"""Names that are part of a resource's identity."""

import re

_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Reduce a text to lower-case words joined by hyphens, fit for a child's name."""
    return _OTHER.sub("-", text.lower()).strip("-")


def principal_role(arn: str) -> str:
    """Name a principal by its kind and its name, which are unique within an account: `role-platform-admin`."""
    return slug(arn.split(":", 5)[-1])
