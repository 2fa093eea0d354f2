"""The few kinds of statement that the firewall's rules are built of, in the SDK's words."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pulumi import Input

Statement = dict[str, Any]
# WAFV2 RegexMatchStatement: RegexString has at most 512 characters.
LONGEST_REGEX = 512
# Servers may take upper case for lower; the other two undo what would hide a path from a comparison.
PATH_TRANSFORMATIONS = [
    {"priority": place, "type": kind} for place, kind in enumerate(("URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"))
]
_DECODED = PATH_TRANSFORMATIONS[:1]
_AS_IT_IS = [{"priority": 0, "type": "NONE"}]
# only what settings and profiles let into a path; the rest means the same to a regular expression
_SPECIAL = str.maketrans({".": r"\."})


def any_of(statements: Sequence[Statement]) -> Statement:
    """Hold where one of the statements does; AWS WAF takes no list of one."""
    return statements[0] if len(statements) == 1 else {"or_statement": {"statements": list(statements)}}


def all_of(statements: Sequence[Statement]) -> Statement:
    """Hold where all of the statements do."""
    return statements[0] if len(statements) == 1 else {"and_statement": {"statements": list(statements)}}


def none_of(*statements: Statement) -> Statement:
    """Hold where none of the statements does."""
    return {"not_statement": {"statement": any_of(statements)}}


def labelled(labels: Sequence[str]) -> Statement:
    """Hold where an earlier rule left one of the labels."""
    return any_of([{"label_match_statement": {"scope": "LABEL", "key": label}} for label in labels])


def in_ip_sets(arns: Sequence[Input[str]]) -> Statement:
    """Hold for addresses in one of the sets."""
    return any_of([{"ip_set_reference_statement": {"arn": arn}} for arn in arns])


def path_begins(prefixes: Sequence[str]) -> Statement:
    """Hold where the path begins with one of the prefixes, however it is written.

    One prefix is compared as it is; several make a regular expression, which costs 3 units whatever its length, where
    each comparison costs 2.
    """
    lowered = sorted({prefix.lower() for prefix in prefixes})
    if len(lowered) == 1:
        compared = {"positional_constraint": "STARTS_WITH", "search_string": lowered[0]}
        return {"byte_match_statement": {**_path(), **compared}}
    return any_of([{"regex_match_statement": {**_path(), "regex_string": regex}} for regex in _regexes(lowered)])


def path_begins_not(prefixes: Sequence[str]) -> list[Statement]:
    """Return statements that hold together where the path begins with none of the prefixes.

    They stand in the list of an `all_of`: `none_of(path_begins(...))` nests a level deeper where there are several
    patterns, and three levels are all (terraform-provider-aws, internal/service/wafv2/schemas.go).
    """
    begins = path_begins(prefixes)
    return [none_of(each) for each in begins.get("or_statement", {"statements": [begins]})["statements"]]


def path_spelled_not(prefixes: Sequence[str]) -> list[Statement]:
    """Return statements that hold together where the path, as it was sent, begins with none of the prefixes.

    For what lets in: who means no harm writes a path as it is.
    """
    as_sent = {"field_to_match": {"uri_path": {}}, "text_transformations": _AS_IT_IS}
    regexes = _regexes(sorted(set(prefixes)))
    return [none_of({"regex_match_statement": {**as_sent, "regex_string": regex}}) for regex in regexes]


def path_has_markup() -> Statement:
    """Hold where the path has what begins or ends a tag, or begins an entity.

    For an application that takes tags out of a path, and resolves entities, before it looks for the route: with one in
    a word, a path begins with nothing that a comparison knows, and arrives all the same.
    """
    return {
        "regex_match_statement": {
            "field_to_match": {"uri_path": {}},
            "regex_string": "[<>&]",
            "text_transformations": _DECODED,
        }
    }


def is_method(name: str) -> Statement:
    """Hold for requests of one method."""
    compared = {"positional_constraint": "EXACTLY", "search_string": name}
    return {"byte_match_statement": {"field_to_match": {"method": {}}, "text_transformations": _AS_IT_IS, **compared}}


def header_is(name: str, value: str) -> Statement:
    """Hold for requests with a header of exactly this value."""
    where = {"single_header": {"name": name}}
    compared = {"positional_constraint": "EXACTLY", "search_string": value}
    return {"byte_match_statement": {"field_to_match": where, "text_transformations": _AS_IT_IS, **compared}}


def header_matches(name: str, regex: str) -> Statement:
    """Hold for requests with a header in which a regular expression is found."""
    where = {"single_header": {"name": name}}
    return {
        "regex_match_statement": {"field_to_match": where, "regex_string": regex, "text_transformations": _AS_IT_IS}
    }


def header_digest(name: str) -> Statement:
    """Return a header as what a rate counts by; a request without it is not counted.

    By its digest: the log shows the beginning of what a rate counts by, whatever fields it redacts (AWS WAF developer
    guide, logging-fields: customValues).
    """
    return {"header": {"name": name, "text_transformations": [{"priority": 0, "type": "SHA256"}]}}


def as_regex(path: str) -> str:
    """Return a path as a regular expression that matches it alone."""
    return path.translate(_SPECIAL)


def _path() -> Statement:
    return {"field_to_match": {"uri_path": {}}, "text_transformations": PATH_TRANSFORMATIONS}


def _regexes(prefixes: Sequence[str]) -> Iterator[str]:
    taken = 0

    def part(prefix: str) -> int:
        nonlocal taken
        taken += len(as_regex(prefix)) + 1
        return taken // (LONGEST_REGEX - 100)

    for _, some in groupby(prefixes, part):
        yield f"^({'|'.join(map(as_regex, some))})"


def declares_more_than(largest_bytes: int) -> Statement:
    """Hold where the Content-Length is above a number.

    AWS WAF compares sizes only of what it reads of a body, 64 KB at most; a header's digits it can read in full. A body
    sent in chunks declares nothing: that one the application's own limit stops.
    """
    return {
        "regex_match_statement": {
            "field_to_match": {"single_header": {"name": "content-length"}},
            "regex_string": f"^0*({'|'.join(_above(str(largest_bytes)))})$",
            "text_transformations": _AS_IT_IS,
        }
    }


def _above(digits: str) -> Iterator[str]:
    """Yield patterns that together match every number above one: longer ones, and those that part
    upwards at a digit.
    """
    yield rf"[1-9]\d{{{len(digits)},}}"
    for place, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - place - 1
            yield f"{digits[:place]}[{int(digit) + 1}-9]" + (rf"\d{{{rest}}}" if rest else "")
