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
        path = dotted(detail["loc"])
        if detail["type"] == CUSTOM:
            yield from (fault_of(each, namespace, path) for each in detail["ctx"]["problems"])
        elif detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # pydantic counts only the sound items, and the others have a fault of their own
        else:
            problem, write = _explained(detail, model)
            got = "nothing" if detail["type"] == "missing" else shown(path, detail["input"])
            yield Fault(full_key(path, namespace), problem, got, write)


def nearest(word: str, known: Sequence[str]) -> str:
    """Say what to write instead of an unknown key."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"remove it, or write one of {', '.join(sorted(known))}"


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
    return "is not a known key", nearest(str(detail["loc"][-1]), list(owner.model_fields) if owner else [])


def _choice(detail: ErrorDetails, _model: type[BaseModel], _example: str) -> _Explained:
    problem, got = f"must be {detail['ctx']['expected']}", detail["input"]
    # YAML reads 1.35 as a number
    return problem, f'put it in quotes, as in "{got}"' if f"'{got}'" in problem and got != str(
        got
    ) else "write one of them"


def _text(detail: ErrorDetails, _model: type[BaseModel], _example: str) -> _Explained:
    got = detail["input"]
    # YAML reads 1.30 as the number 1.3, so a version must be quoted to arrive whole
    number = isinstance(got, int | float) and not isinstance(got, bool)
    return "must be text", f'put it in quotes, as in "{got}"' if number else "write a text"


def _form(detail: ErrorDetails, _model: type[BaseModel], example: str) -> _Explained:
    return detail["msg"] if detail["type"] == FORM else "is not of the right form", example or "correct it"


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
    steps = [step for step in path if isinstance(step, str)]
    owner = _model_at(model, steps[:-1])
    field = owner.model_fields.get(steps[-1]) if owner and steps else None
    if field is None or not field.examples:
        return ""
    return f"write, for example, {field.examples[0]}"


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
