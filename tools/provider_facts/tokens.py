"""Which Pulumi type stands for which type of the provider: what they have in common decides, names break ties.

pulumi-aws names each type by hand (provider/resources.go), and its SDK does not carry the provider's names.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox import schema
from sandbox.provider_facts.names import normal

# Common properties in parts of all: below, two types only share words that many have.
_LEAST_ALIKE = 0.4
# Version 6 took most of its inputs away.
_BY_HAND = {"aws:apigateway/deployment:Deployment": "aws_api_gateway_deployment"}
# Common words in parts of both names: some of pulumi-aws's names have little left of the provider's (`aws_lb`).
_LEAST_NAMED = 0.1
_OFTEN = frozenset({"name", "nameprefix", "tag", "description", "arn"})
# `region` came with version 6; the others Pulumi has elsewhere.
_EVERYWHERE = frozenset({"region", "id", "tagsall"})


def matched(facts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the provider's type for each token of the installed SDK that has one; `facts` are those of all types.

    No two tokens share a type, but an old name of the same (`BucketV2`): what fits best has it.
    """
    shapes = {kind: _settable(found) for kind, found in facts.items()}
    fits: list[tuple[float, str, str]] = []
    for token in sorted(set(schema.resource_tokens("aws"))):
        described = schema.resource(token)
        if described is None:
            continue
        inputs = frozenset(normal(name) for name in described.inputs) - _EVERYWHERE
        for kind, given in shapes.items():
            alike = _alike(inputs, given)
            if alike >= _LEAST_ALIKE and (named := _named_alike(token, kind)) >= _LEAST_NAMED:
                fits.append((round(alike + named, 6), token, kind))
    result: dict[str, str] = {}
    taken: dict[str, str] = {}
    fits += [(9.0, token, kind) for token, kind in _BY_HAND.items() if kind in shapes]
    for _, token, kind in sorted(fits, key=lambda fit: (-fit[0], fit[1], fit[2])):
        if token not in result and taken.setdefault(kind, _plain(token)) == _plain(token):
            result[token] = kind
    return dict(sorted(result.items()))


def _plain(token: str) -> str:
    return re.sub(r"V2\b", "", token) if token.startswith("aws:s3/") else token


def _settable(facts: Mapping[str, Any]) -> frozenset[str]:
    given = [name for name, found in facts["a"].items() if set(found["f"]) & set("ro")]
    given += [name for name, found in facts["b"].items() if not found["f"] or set(found["f"]) & set("ro")]
    return frozenset(normal(name) for name in given) - _EVERYWHERE


def _alike(ours: frozenset[str], theirs: frozenset[str]) -> float:
    everything = ours | theirs
    if not everything:
        return 1.0
    weight = sum(0.3 if name in _OFTEN else 1.0 for name in everything)
    return sum(0.3 if name in _OFTEN else 1.0 for name in ours & theirs) / weight


def _named_alike(token: str, kind: str) -> float:
    """Return what speaks for a match by its names: up to 1."""
    module, _, cls = token.partition(":")[2].partition(":")
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls).lower())
    there = kind.removeprefix("aws_").split("_")
    service = module.partition("/")[0]
    said = {*words, service}
    same = len([word for word in there if word in said or word.rstrip("s") in said]) / len(there)
    back = len([word for word in words if word in there]) / max(len(words), 1)
    joined = "".join(there)
    exact = joined in ("".join(words), service + "".join(words))
    return 0.35 * same + 0.35 * back + 0.3 * exact
