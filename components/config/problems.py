"""Turns what pydantic found wrong with a stack's configuration into lines an operator can act on.

It does not decide what is wrong; the models do.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

CUSTOM, FORM = "faults", "form"
LONGEST_VALUE = 80
_SECRET_WORDS = re.compile(r"passw|secret|token(?!s_per_)|credential|private|api_?key|access_?key|auth", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """One thing to mend: the key as typed in the stack file, what is wrong, the value got, and what to write."""

    key: str
    problem: str
    got: str
    write: str

    def __str__(self) -> str:
        """Render the one line the operator reads."""
        return f"{self.key}: {self.problem}, got {self.got}: {self.write}"


@dataclass(frozen=True)
class Problem:
    """A fault that a model found by looking at several of its fields; `key` is relative to that model."""

    key: str
    problem: str
    got: Any
    write: str


@dataclass(frozen=True)
class Near:
    """Annotates a text of a form with values that AWS has: the closest is offered for what has not the form.

    The form alone decides what is taken, so what AWS brings tomorrow is not refused.
    """

    values: tuple[str, ...]


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise every fault a model found as one pydantic error, for a validator may raise only once."""
    if problems:
        told = "; ".join(f"{each.key} {each.problem}, got {shown(each.key, each.got)}" for each in problems)
        raise PydanticCustomError(CUSTOM, "{told}", {"told": told, "problems": tuple(problems)})


def shown(key: str, value: object) -> str:
    """Return a value as the operator would type it, unless its key says that it may be a secret."""
    if _SECRET_WORDS.search(key):
        return "a value not shown here"
    text = json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as it is typed after `pulumi config set --path`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def full_key(path: str, namespace: str) -> str:
    """Return a key of the model as the stack file has it."""
    return "aws:region" if path == "region" else f"{namespace}:{path}"


def fault_of(problem: Problem, namespace: str, owner: str = "") -> Fault:
    """Return the line for a fault that a model found, the model lying under `owner`."""
    key = f"{owner}.{problem.key}" if owner else problem.key
    return Fault(full_key(key, namespace), problem.problem, shown(key, problem.got), problem.write)


def faults_of(error: ValidationError, model: type[BaseModel], namespace: str) -> Iterator[Fault]:
    """Translate every error pydantic collected, in the order of the model's fields."""
    for detail in error.errors(include_url=False):
        # pydantic tells of an object's key by one step more
        of_key = detail["loc"][-1:] == ("[key]",)
        path = dotted(detail["loc"][:-1] if of_key else detail["loc"])
        if detail["type"] == CUSTOM:
            yield from (fault_of(each, namespace, path) for each in detail["ctx"]["problems"])
        elif detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # pydantic counts only the sound items, and the others have a fault of their own
        else:
            problem, write = _explained(detail, model)
            problem = f"{problem} for a key" if of_key else problem
            got = "nothing" if detail["type"] == "missing" else shown(path, detail["input"])
            yield Fault(full_key(path, namespace), problem, got, write)


def closest(word: str, known: Sequence[str]) -> str:
    """Return the known value that a word is most like, in capitals or not; nothing where none is like it."""
    named = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), named, n=1)
    return named[near[0]] if near else ""


def nearest(word: str, known: Sequence[str], otherwise: str) -> str:
    """Say what to write instead of a word that is none of the known ones."""
    near = closest(word, known)
    return f"did you mean {near}?" if near else otherwise


_Explained = tuple[str, str]
_LIMITS: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("ge", "must be at least", "or more"),
    "less_than_equal": ("le", "must be at most", "or less"),
}
_KINDS: Mapping[str, _Explained] = {
    "bool_type": ("must be true or false", "write true or false, without quotes"),
    "int_type": ("must be a whole number", "write a whole number, without quotes"),
    "int_from_float": ("must be a whole number", "write a whole number"),
    "float_type": ("must be a number", "write a number, without quotes"),
    "model_type": ("must be an object of keys", "indent its keys below it"),
    "model_attributes_type": ("must be an object of keys", "indent its keys below it"),
    "dict_type": ("must be an object of keys", "indent its keys below it"),
    "tuple_type": ("must be a list", "write one item per line, each after a dash"),
}


def _explained(detail: ErrorDetails, model: type[BaseModel]) -> _Explained:
    kind, context = detail["type"], detail.get("ctx", {})
    example = _example(model, detail["loc"])
    if kind in _LIMITS:
        name, must, way = _LIMITS[kind]
        return f"{must} {context[name]}", f"write {context[name]} {way}"
    if kind in _KINDS:
        return _KINDS[kind]
    explain = _BY_KIND.get(kind)
    if explain:
        return explain(detail, model, example)
    return detail["msg"].removeprefix("Value error, ").lower(), example or "correct it"


def _missing(_detail: ErrorDetails, _model: type[BaseModel], example: str) -> _Explained:
    return "is required", example or "add it"


def _unknown(detail: ErrorDetails, model: type[BaseModel], _example: str) -> _Explained:
    owner = _model_at(model, detail["loc"][:-1])
    known = list(owner.model_fields) if owner else []
    return "is not a known key", nearest(
        str(detail["loc"][-1]), known, f"remove it, or write one of {', '.join(sorted(known))}"
    )


def _choice(detail: ErrorDetails, _model: type[BaseModel], _example: str) -> _Explained:
    expected, got = str(detail["ctx"]["expected"]), detail["input"]
    texts, numbers = re.findall(r"'([^']*)'", expected), [int(each) for each in re.findall(r"\b\d+\b", expected)]
    if isinstance(got, str):
        way = "write it without quotes" if not texts and got in map(str, numbers) else ""
    elif str(got) in texts:
        # YAML reads 1.35 as a number
        way = f'put it in quotes, as in "{got}"'
    else:
        whole = isinstance(got, int) and not isinstance(got, bool) and not texts
        way = f"did you mean {min(numbers, key=lambda each: abs(each - got))}?" if whole else ""
    return f"must be {expected}", way or nearest(str(got), texts, "write one of them")


def _text(detail: ErrorDetails, _model: type[BaseModel], _example: str) -> _Explained:
    got = detail["input"]
    # YAML reads 1.30 as the number 1.3, so a version must be quoted to arrive whole
    number = isinstance(got, int | float) and not isinstance(got, bool)
    return "must be text", f'put it in quotes, as in "{got}"' if number else "write a text"


def _form(detail: ErrorDetails, model: type[BaseModel], example: str) -> _Explained:
    field = _field_at(model, detail["loc"])
    known = [value for each in _near(field) for value in each.values] if field else []
    return (
        detail["msg"] if detail["type"] == FORM else "is not of the right form",
        nearest(str(detail["input"]), known, example or "correct it"),
    )


def _length(detail: ErrorDetails, _model: type[BaseModel], _example: str) -> _Explained:
    context = detail["ctx"]
    if "min_length" in context:
        least = context["min_length"]
        return f"must have at least {least} item{'s' * (least > 1)}", "add what is missing"
    return f"must have at most {context['max_length']} items", "remove what is too many"


_BY_KIND: Mapping[str, Callable[[ErrorDetails, type[BaseModel], str], _Explained]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "string_type": _text,
    "string_pattern_mismatch": _form,
    FORM: _form,
    "too_short": _length,
    "too_long": _length,
}


def _example(model: type[BaseModel], path: Sequence[str | int]) -> str:
    field = _field_at(model, path)
    if field is None:
        return ""
    if not field.examples:
        return f"write, for example, {field.default}" if isinstance(field.default, str) else ""
    return f"write, for example, {field.examples[0]}"


def _field_at(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """Return the field that a path leads to, or to an item of whose list, or to a key of whose object."""
    of_key = path[-1:] == ("[key]",)
    steps = [step for step in (path[:-2] if of_key else path) if isinstance(step, str)]
    owner = _model_at(model, steps[:-1])
    return owner.model_fields.get(steps[-1]) if owner and steps else None


def _near(field: FieldInfo) -> Iterator[Near]:
    """Yield what a field is annotated with, or its items."""
    within = [annotation for item in get_args(field.annotation) for annotation in getattr(item, "__metadata__", ())]
    yield from (each for each in (*field.metadata, *within) if isinstance(each, Near))


def _model_at(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for step in path:
        field = here.model_fields.get(str(step)) if here else None
        here = _model_in(field.annotation) if field else None
    return here


def _model_in(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) in (Union, UnionType):
        return next((found for choice in get_args(annotation) if (found := _model_in(choice))), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
