"""Whether a text has the form that a provider asks for: an ARN, a JSON document, an address, a time.

Each is as wide as the provider's own: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/verify and
https://github.com/hashicorp/terraform-plugin-sdk/tree/main/helper/validation.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

_ACCOUNT = r"(|aws|aws-managed|third-party|aws-marketplace|\d{12}|cw.{10})"
_ARN = re.compile(rf"arn:(aws[a-z-]*):[^:]+:([a-z]{{2,4}}(-[a-z]+)+-\d{{1,2}})?:{_ACCOUNT}:.+", re.DOTALL)
_HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_json(text: str) -> bool:
    return _json(text) is not None or text.strip() == "null"


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def _network(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            found = ipaddress.ip_interface(text)
        except ValueError:
            return False
        return "/" in text and version in (0, found.version)

    return check


def _address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return version in (0, ipaddress.ip_address(text).version)
        except ValueError:
            return False

    return check


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _matches(pattern: str, flags: int = 0) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text, flags) is not None


# form -> what it is called in a refusal, and whether a text has it
FORMS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "arn": ("an ARN", lambda text: _ARN.fullmatch(text) is not None),
    "json": ("JSON", _is_json),
    "json object": ("a JSON object", lambda text: isinstance(_json(text), dict)),
    "account": ("an account's twelve digits", _matches(r"\d{12}")),
    "time": ("a time like 2030-01-02T03:04:05Z", _is_time),
    "cidr": ("an address range like 10.0.0.0/16", _network(0)),
    "cidr4": ("an IPv4 range like 10.0.0.0/16", _network(4)),
    "cidr6": ("an IPv6 range like 2001:db8::/56", _network(6)),
    "ip": ("an IP address", _address(0)),
    "ip4": ("an IPv4 address", _address(4)),
    "ip6": ("an IPv6 address", _address(6)),
    "truth": ("true or false", _matches(r"1|0|[tTfF]|[tT]rue|TRUE|[fF]alse|FALSE")),
    "whole number": ("a whole number", _matches(r"[+-]?\d+")),
    "number": ("a number", _matches(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")),
    "region": ("a region", _matches(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")),
    "url": ("a URL", _matches(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s]+.*")),
    "hours": ("two times of a day like 03:00-04:00", _matches(f"{_HOUR}-{_HOUR}")),
    "week's hours": (
        "two times of a week like sun:05:00-sun:06:00",
        _matches(f"{_DAY}:{_HOUR}-{_DAY}:{_HOUR}", re.IGNORECASE),
    ),
    "uuid": ("a UUID", _matches(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    "base64": ("base64", _is_base64),
}


def fits(form: str, text: str) -> bool:
    """Return whether a text has a form; one that is not known here is never refused."""
    known = FORMS.get(form)
    return known is None or known[1](text)
