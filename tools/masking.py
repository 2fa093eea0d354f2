"""Takes secrets out of what a report or a bundle says, before anything is written.

The engine masks what is marked as secret. This is the net below it: values under the name of a secret, values that look
like a key, and the words of errors.
"""

import json
import math
import re
from collections import Counter
from typing import Any

SECRET = "(secret)"
# sdk/go/common/resource/sig.go: what marks an encrypted value in a state; and how the engine's log shows one
_MARK, _MARKED = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_ENGINE = "[secret]"
_NAME = re.compile(r"pass(word|wd|phrase)|secret|token|credential|private_?key|api_?key|access_?key", re.I)
# a secret's name, place or settings are none: kmsKeyId, SECRET_ARN, tokenPath, password_generation
_ABOUT = re.compile(
    r"(arns?|names?|ids?|refs?|paths?|files?|uris?|urls?|generation|version|length|days|seconds|policy|stores?|"
    r"secrets|tokens|mount|type|kind|class|enabled|rotation|accounts?|keys?)$",
    re.I,
)
_KEY_AFTER_ALL = re.compile(r"(api|private|access|secret|encryption)_?key$", re.I)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bdapi[0-9a-f]{32}\b|\bsk-[\w-]{20,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",
    re.S,
)
# from where a word begins: tried from each of its letters, a long one takes its length squared
_ASSIGNED = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]*(?:pass(?:word|wd|phrase)|secret|token|api_?key|private_?key|access_?key))(?P<is>["']?\s*=\s*["']?|["']?:\s+["']?|["']:["'])"""
    r"""(?P<value>[^\s"',;}]{6,})""",
    re.I,
)
_WORD = re.compile(r"[A-Za-z0-9+_=-]{24,}")
# of random letters and digits it is above 4; hexadecimal digits, names of resources and digests cannot reach it
_BITS = 4.1


def masked(value: Any, name: str = "") -> Any:
    """Return a value without its secrets; `name` is what it stands under."""
    if isinstance(value, dict):
        if value.get(_MARK) == _MARKED:
            return SECRET
        # an entry of a container's environment, a tag: its own name says what its value is
        own = str(value.get("name") or value.get("key") or "")
        return {key: masked(item, own if key == "value" and own else key) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if not isinstance(value, str):
        return value
    if value == _ENGINE or (value and _names_a_secret(name) and not _refers(value)):
        return SECRET
    return _in_document(value) or in_text(value)


def _in_document(text: str) -> str:
    """Return a text that is JSON without its secrets; empty where it is none, or has none."""
    if not text.lstrip().startswith(("{", "[")):
        return ""
    try:
        document = json.loads(text)
    except ValueError:
        return ""
    clean = masked(document)
    return "" if clean == document else json.dumps(clean)


def in_text(text: str) -> str:
    """Return a text without what looks like a secret: a program's own words, and an error's."""
    text = _SHAPES.sub(SECRET, text.replace(_ENGINE, SECRET))
    text = _ASSIGNED.sub(_unassigned, text)
    return _WORD.sub(lambda found: SECRET if _random(found[0]) else found[0], text)


def _unassigned(found: re.Match[str]) -> str:
    if _refers(found["value"]) or not _random_enough(found["value"]):
        return found[0]
    return f"{found['name']}{found['is']}{SECRET}"


def _names_a_secret(name: str) -> bool:
    return bool(_NAME.search(name)) and (bool(_KEY_AFTER_ALL.search(name)) or not _ABOUT.search(name))


def _refers(value: str) -> bool:
    return value.startswith(("arn:", "http://", "https://", "/", "$")) or value in ("true", "false", SECRET)


def _random_enough(value: str) -> bool:
    """Return whether a value after `password=` is one, and no word of a sentence."""
    return any(each.isdigit() for each in value) or not value.isalpha()


def _random(word: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(is_kind(each) for each in word) for is_kind in kinds) and _entropy(word) > _BITS


def _entropy(word: str) -> float:
    return -sum(count / len(word) * math.log2(count / len(word)) for count in Counter(word).values())
