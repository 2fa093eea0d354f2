"""The random provider: values that look random and depend on the URN alone."""

import base64
import hashlib
import string
from collections.abc import Callable, Iterator
from typing import Any

from .resource import Request, complete, empty, outputs_of

# What RandomPassword.special says it draws from.
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_WORDS = ("amber", "brisk", "calm", "dapper", "eager", "fond", "glad", "hardy", "keen", "lucid")
_PETS = ("ant", "bee", "cod", "doe", "eel", "fox", "gnu", "hen", "ibis", "jay")


def create(request: Request) -> tuple[str, dict[str, Any]]:
    """Return the id and outputs of a random value."""
    made = _MAKERS[request.cls](request)
    outputs = {**request.inputs, **made}
    resource_id = str(outputs.pop("__id", None) or outputs.get("result") or outputs.get("hex") or request.hex(8))
    # Its switches (lower, upper, numeric, special) are on unless switched off; everything else starts empty.
    return resource_id, complete(
        outputs_of(request.token), outputs, lambda _, kind: True if kind.kind == "boolean" else empty(kind)
    )


def invoke(request: Request) -> dict[str, Any]:
    """Return the provider has no functions but `getRandomBytes`-like ones of no use offline."""
    return complete(outputs_of(request.token), request.inputs, lambda _, kind: empty(kind))


def _bytes(request: Request) -> Iterator[int]:
    block = 0
    while True:
        yield from hashlib.sha256(f"{request.urn}#{request.serial}#{block}".encode()).digest()
        block += 1


def _text(request: Request) -> str:
    given = request.inputs
    classes = {
        "minLower": ("lower", string.ascii_lowercase),
        "minUpper": ("upper", string.ascii_uppercase),
        "minNumeric": ("numeric", string.digits),
        "minSpecial": ("special", given.get("overrideSpecial") or _SPECIAL),
    }
    stream = _bytes(request)
    allowed = "".join(letters for switch, letters in classes.values() if given.get(switch, True))
    letters = [
        alphabet[next(stream) % len(alphabet)]
        for minimum, (_, alphabet) in classes.items()
        for _ in range(given.get(minimum, 0))
    ]
    while len(letters) < given["length"]:
        letters.append(allowed[next(stream) % len(allowed)])
    # The required ones must not always stand first.
    return "".join(sorted(letters, key=lambda _: next(stream)))


def _password(request: Request) -> dict[str, Any]:
    text = _text(request)
    # bcrypt's salt would have to be random too; a program reads this hash, it never checks it here.
    return {"result": text, "bcryptHash": f"$2a$10${hashlib.sha256(text.encode()).hexdigest()[:53]}", "__id": "none"}


def _id(request: Request) -> dict[str, Any]:
    stream = _bytes(request)
    raw = bytes(next(stream) for _ in range(request.inputs["byteLength"]))
    url, prefix = base64.urlsafe_b64encode(raw).decode().rstrip("="), request.inputs.get("prefix", "")
    return {
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "b64Url": prefix + url,
        "dec": prefix + str(int.from_bytes(raw)),
        "hex": prefix + raw.hex(),
        "__id": url,
    }


def _raw(request: Request) -> dict[str, Any]:
    stream = _bytes(request)
    raw = bytes(next(stream) for _ in range(request.inputs["length"]))
    return {"base64": base64.b64encode(raw).decode(), "hex": raw.hex(), "__id": "none"}


def _integer(request: Request) -> dict[str, Any]:
    low, high = request.inputs["min"], request.inputs["max"]
    return {"result": low + int(request.hex(8), 16) % (high - low + 1)}


def _pet(request: Request) -> dict[str, Any]:
    given, stream = request.inputs, _bytes(request)
    words = [_WORDS[next(stream) % len(_WORDS)] for _ in range(given.get("length", 2) - 1)]
    parts = [*([given["prefix"]] if given.get("prefix") else []), *words, _PETS[next(stream) % len(_PETS)]]
    return {
        "length": given.get("length", 2),
        "separator": given.get("separator", "-"),
        "__id": given.get("separator", "-").join(parts),
    }


def _shuffle(request: Request) -> dict[str, Any]:
    stream = _bytes(request)
    values = sorted(request.inputs["inputs"], key=lambda _: next(stream))
    count = request.inputs.get("resultCount", len(values))
    return {"results": [values[index % len(values)] for index in range(count)] if values else [], "__id": "-"}


_MAKERS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "RandomBytes": _raw,
    "RandomId": _id,
    "RandomInteger": _integer,
    "RandomPassword": _password,
    "RandomPet": _pet,
    "RandomShuffle": _shuffle,
    "RandomString": lambda request: {"result": _text(request)},
    "RandomUuid": lambda request: {"result": request.uuid()},
    "RandomUuid4": lambda request: {"result": request.uuid()},
    "RandomUuid7": lambda request: {"result": request.uuid()},
}
