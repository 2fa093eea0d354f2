"""Secrets in text that all read who read the infrastructure: by a token's form, and by a name beside a value.

The forms are those that issuers publish so that scanners find them (AWS's unique identifiers, GitHub's, GitLab's,
Slack's, Stripe's and others' token prefixes). Text that points to a secret, a variable or a parameter, is none.
"""

import base64
import binascii
import json
import math
import re
import zlib
from collections import Counter
from typing import Any

# Each form, and letters that it cannot be without: most texts have none of them, and asking for these is far quicker. A
# form is compiled when it is first looked for.
_TOKENS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b(?<!EXAMPLE)"),
    (("PRIVATE KEY-----",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    (("AGE-SECRET-KEY-1",), r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    (("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    (("xox",), r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    (("hooks.slack.com",), r"hooks\.slack\.com/services/T\w+/B\w+/\w+"),
    (("_live_",), r"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}"),
    (("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}"),
    (("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    (("SG.",), r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    (("npm_",), r"\bnpm_[A-Za-z0-9]{36}"),
    (("pypi-AgEI",), r"\bpypi-AgEI[A-Za-z0-9_-]{20,}"),
    (("dapi",), r"\bdapi[0-9a-f]{32}"),
    (("dop_v1_",), r"\bdop_v1_[0-9a-f]{64}"),
    (("hvs.", "hvb."), r"\bhv[sb]\.[A-Za-z0-9_-]{24,}"),
    (("hf_",), r"\bhf_[A-Za-z0-9]{26,}"),
    (("dckr_pat_",), r"\bdckr_pat_[A-Za-z0-9_-]{20,}"),
    (("shpat_", "shpca_", "shppa_", "shpss_"), r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    (("ATATT3",), r"\bATATT3[A-Za-z0-9_=-]{50,}"),
    (("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{60,}"),
    (("eyJ",), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    # a login in an address
    (("://",), r"://(?<=[a-z0-9+]://)[^/\s:@]*:(?![${<%*])[^/\s:@]{3,}@"),
)
# likewise, whatever the case of its letters
_TOKENS_OF_ANY_CASE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("authorization:",), r"(?i)authorization: *(?:basic|bearer) +[\w.+/=-]{8,}"),
    (
        ("aws_secret", "awssecret"),
        r"(?i:aws_?secret_?(?:access_?)?key)[\"']?\s*[=:,]\s*[\"']?"
        r"(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40}\b",
    ),
)
_WORD = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?"
    r"|api[_-]?key|private[_-]?key|access[_-]?key|secret[_-]?key|encryption[_-]?key)"
)
# these say so whatever they are joined to, as in PGPASSWORD
PLAIN_WORDS = (
    r"(?:passwords?|passwd|passphrase|pwd|client[_-]?secret|(?:access|auth|bearer|api|bot)[_-]?token"
    r"|api[_-]?key|private[_-]?key|access[_-]?key|secret[_-]?key|encryption[_-]?key)"
)
_BEFORE = r"(?:[\w.-]*(?:[_.-]|(?<=[a-z])(?=[A-Z])))?"
_NAME = re.compile(rf"{_BEFORE}(?i:{_WORD})")
_PLAIN_NAME = re.compile(rf"(?i)({PLAIN_WORDS}|(^|[_.-])(pass|secret|token))$")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_QUOTED = re.compile(rf"\b{_BEFORE}(?i:{_WORD})[\"']?\s*[=:]\s*[\"']([^\s\"']{{6,}})[\"']")
_ASSIGNED = re.compile(r"\b[A-Z0-9_]*(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|PASSPHRASE)=([^\s\"'$<{(`]{6,})")
_POINTER = re.compile(
    r"(?i)[${<%*]|arn:|/|https?://[^@]*$|(env|ssm|secretsmanager|vault|resolve)[:.]|(true|false|none|null|changeme|redacted|x+)$"
)
# what everybody may know is a key or a token, and never a password
_PUBLIC = re.compile(r"(?i)(?!.*(?:pass|pwd)).*public")
# the name of a Secret that is there, or of a key in it: so charts call what they are to take
_EXISTING = re.compile(r"(?i).*existing[_-]?secret(?:[_-]?key)?")
_WORDS = re.compile(r"[A-Za-z]+([-_.][A-Za-z]+)+")  # the name of a secret
_PATH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
_ENTROPY_OF_A_KEY = 4.0  # bits a letter: words lie under 3.5, base64 of 30 letters and more over 4
_SHORTEST = 6
_SHORTEST_PACKED = 24  # letters of base64
_LONGEST_FILE = 1_000_000


def leaks(value: Any) -> bool:
    """Return whether text, or text in a list or map, shows a secret; a map's names count, and JSON is looked into."""
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, list):
        return any(map(leaks, value))
    if not isinstance(value, dict):
        return False
    if named(value.get("name", value.get("Name")), value.get("value", value.get("Value"))):
        return True
    return any(named(name, item) or leaks(item) for name, item in value.items())


def named(name: Any, value: Any) -> bool:
    """Return whether a name says that its value is a secret, and the value stands there."""
    if not isinstance(name, str) or not isinstance(value, str):
        return False
    if not _NAME.fullmatch(name) and not plainly_named(name):
        return False
    if _PUBLIC.match(name) or _EXISTING.fullmatch(name):
        return False
    return _literal(value) and (not _WORDS.fullmatch(value) or re.search("(?i)pass|pwd", name) is not None)


def plainly_named(name: str) -> bool:
    """Return whether a name is a secret's, whatever stands there."""
    return _PLAIN_NAME.search(name) is not None and not _EXISTING.fullmatch(name)


def shows_token(text: Any) -> bool:
    """Return whether a text has a key, a token or a login in it, also in base64."""
    if not isinstance(text, str):
        return False
    return _token(text) or any(_token(decoded(one)) for one in _ENCODED.findall(text))


def _token(text: str) -> bool:
    lowered = text.lower()
    return any(
        any(mark in whole for mark in marks) and re.search(form, text) is not None
        for whole, forms in ((text, _TOKENS), (lowered, _TOKENS_OF_ANY_CASE))
        for marks, form in forms
    )


def decoded(text: str) -> str:
    """Return what a text says in base64; nothing where it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii", "replace")
    except (binascii.Error, ValueError):
        return ""


def _literal(value: str) -> bool:
    if len(value) < _SHORTEST or " " in value.strip() or _POINTER.match(value):
        return False
    return not _PATH.fullmatch(value) or entropy(value) > _ENTROPY_OF_A_KEY


def _shown(text: str) -> bool:
    if shows_token(text):
        return True
    if any(_literal(found[1]) for pattern in (_QUOTED, _ASSIGNED) for found in pattern.finditer(text)):
        return True
    return any(map(leaks, _inside(text)))


def _inside(text: str) -> list[Any]:
    """Return what a text carries in another writing: JSON, base64, and gzip in that."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        try:
            return [json.loads(stripped)]
        except ValueError:
            return []
    packed = "".join(stripped.split())
    if len(packed) < _SHORTEST_PACKED or len(packed) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", packed):
        return []
    try:
        raw = base64.b64decode(packed, validate=True)
        if raw[:2] == b"\x1f\x8b":
            raw = zlib.decompressobj(31).decompress(raw, _LONGEST_FILE)
        return [raw.decode("utf-8")]
    except (binascii.Error, UnicodeDecodeError, zlib.error):
        return []


def entropy(text: str) -> float:
    """Return the information of a letter of the text, in bits."""
    count = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in count.values())
