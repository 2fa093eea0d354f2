"""What is to be said of a stack's exceptions: those that are wrong, those that nothing needs, and those that stand."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import timedelta

from .rule import PAGE
from .settings import MOST_DAYS, Exemption, Settings

_LISTED = f"{PAGE}#exceptions-and-what-is-off"
Uses = Mapping[Exemption, Set[str]]


def faults(settings: Settings, excused: Uses) -> Iterator[str]:
    """Yield what stops the run: what has ended, ends too late, or stands for more than one resource."""
    if settings.back_dated:
        yield "exceptions: `today` of the levels file is gone by, and would revive what has ended; leave it out"
    for one in settings.exemptions:
        if one.expired(settings.today):
            yield f"{_named(one)} expired on {one.expires} (owner: {one.owner})"
        elif one.endless(settings.today):
            latest = settings.today + timedelta(days=MOST_DAYS)
            yield f"{_named(one)} ends on {one.expires}; {latest} is the latest day that it may"
        elif len(excused.get(one, ())) > 1:
            yield f"{_named(one)} stands for {len(excused[one])} resources; write the URN of the one that is meant"


def idle(settings: Settings, excused: Uses, urns: Collection[str]) -> Iterator[str]:
    """Yield what is to be mended, a line on each: exceptions for what is not there, and those that nothing needs."""
    unused = [one for one in settings.exemptions if one not in excused and one.stands(settings.today)]
    astray = [one for one in unused if "::" in one.resource and not any(one.names(urn) for urn in urns)]
    if astray:
        yield f"exceptions: {len(astray)} for no resource of the stack{_listed(astray)}; take out, or mend the name"
    idle = [one for one in unused if one not in astray and one.rule not in settings.off]
    if idle:
        yield f"exceptions: {len(idle)} not needed, as far as is known{_listed(idle)}; take out what nothing breaks"


def standing(settings: Settings, excused: Uses) -> Iterator[str]:
    """Yield one line on the exceptions in force, with the one that ends next, and one on the rules that are off."""
    used = sorted((one for one in settings.exemptions if one in excused), key=lambda one: one.expires)
    if used:
        first = used[0]
        what = f"{first.rule} for {first.resource.rpartition('::')[2]}, owner: {first.owner}"
        yield f"exceptions: {len(used)} in force, the next ends on {first.expires} ({what}); {_LISTED}"
    if settings.off:
        count, off = len(settings.off), ", ".join(sorted(settings.off))
        yield f"off: {count} {'rule' if count == 1 else 'rules'} ({off}); {_LISTED}"


def _listed(exceptions: Sequence[Exemption]) -> str:
    return f" ({', '.join(f'{one.rule} for {one.resource}' for one in exceptions)})"


def _named(one: Exemption) -> str:
    return f"{one.rule}: the exception for {one.resource}"
