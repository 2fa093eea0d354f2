"""How a rule looks at the pods of an object."""

from collections.abc import Callable
from typing import Any

from ..kit.reading import UNKNOWN, get
from ..kit.rule import Resource
from .templates import Template, templates

Judge = Callable[[Resource], bool]


def pods(holds: Callable[[Template], bool], *, whole: bool = False) -> Judge:
    """Return a judge of every pod template, or of those alone that are `whole`: where absence breaks the rule."""
    return lambda resource: all(holds(one) for one in templates(resource) if one.whole or not whole)


def each(holds: Callable[[Any], bool], *, whole: bool = False) -> Judge:
    """Return a judge of every container."""
    return pods(lambda template: all(holds(container) for container in template.containers), whole=whole)


def security(key: str, holds: Callable[[Any], bool]) -> Callable[[Template], bool]:
    """Return a judge of a field of security contexts wherever it is set, on the pod or on a container."""

    def judge(template: Template) -> bool:
        values = [get(holder, "securityContext", key) for holder in (template.spec, *template.containers)]
        return all(value is None or value is UNKNOWN or holds(value) for value in values)

    return judge


def effective(key: str, holds: Callable[[Any], bool]) -> Callable[[Template], bool]:
    """Return a judge of a field of the security context that each container must have, of its own or by its pod."""

    def judge(template: Template) -> bool:
        outer = get(template.spec, "securityContext", key)
        inner = [get(container, "securityContext", key) for container in template.containers]
        said = [value for value in (outer, *inner) if value is not None]
        needed = [outer if own is None else own for own in inner] if template.whole else []
        return all(holds(value) for value in (*said, *needed))

    return judge


def required(*path: str, value: Any) -> Judge:
    """Return a judge of a container's field that must have a value; where a template is not whole it may be absent."""

    def judge(template: Template) -> bool:
        found = [get(container, *path) for container in template.containers]
        return all(one is UNKNOWN or one == value or (one is None and not template.whole) for one in found)

    return pods(judge)
