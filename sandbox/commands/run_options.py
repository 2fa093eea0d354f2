"""What a run is told by its options: from the command line to RunOptions, and to the engine's own options."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from .. import packs as packs_of
from ..faults import parse
from ..run_options import RunOptions
from ..workspace import SandboxError


def run_options(options: Namespace) -> RunOptions:
    """Read what a command is told about the clouds. Raises SandboxError, FaultSyntaxError."""
    for text in options.fault:
        parse(text)  # so that a mistake is told before anything starts
    told = RunOptions(
        laws=options.laws == "on",
        laws_off=_laws_off(options.law_off),
        quotas=_quotas(options.quota),
        faults=options.fault,
        crash_after=options.crash_after,
        crash_before=options.crash_before,
        real_clusters=options.kubernetes != "schema",
        real_provider=options.kubernetes == "provider",
        controllers=_controllers(options),
        kept_environment=options.keep_env,
        aws_provider=_aws_provider(options.aws_provider, options.cwd),
        charts_folder=_charts(options.charts),
        secrets_file=str(Path(options.secrets).resolve()) if options.secrets else "",
        given_file=_given(options.given),
    )
    try:
        known = told.secrets()
    except (OSError, ValueError) as error:
        raise SandboxError(f"--secrets {options.secrets}: {error}") from None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise SandboxError(f"--secrets {options.secrets}: write a JSON object of texts by secret name")
    return told


def _controllers(options: Namespace) -> bool:
    if options.controllers and (not options.charts or options.kubernetes == "schema"):
        raise SandboxError(
            "--controllers: a controller runs as its chart says, on a control plane; name a folder of charts (--charts)"
            ", and leave --kubernetes schema out"
        )
    return bool(options.controllers)


def _aws_provider(given: str, folder: Path) -> str:
    if not given:
        return ""
    from ..aws_provider import installed  # noqa: PLC0415 # slow: only when needed

    if given != "auto":
        try:
            return str(installed.named(Path(given)))
        except installed.NoProviderError as error:
            raise SandboxError(f"--aws-provider {given}: {error}") from None
    program = installed.found(folder)
    told = f"{program} is asked" if program else "none is installed: what was recorded of it decides"
    print(f"--aws-provider auto: {told}", file=sys.stderr)
    return str(program or "")


def _given(file: str) -> str:
    if not file:
        return ""
    from ..given import GivenError, read  # noqa: PLC0415 # slow: only when needed

    try:
        read(file)
    except (OSError, GivenError) as error:
        raise SandboxError(f"--given {file}: {error}") from None
    return str(Path(file).resolve())


def _laws_off(ids: Sequence[str]) -> tuple[str, ...]:
    if not ids:
        return ()
    from ..laws import NAMES  # noqa: PLC0415 # slow: only when needed

    for given in ids:
        if given not in NAMES:
            nearest = ", ".join(get_close_matches(given, NAMES, cutoff=0))
            raise SandboxError(f"--law-off {given}: there is no such law; the nearest are {nearest} (docs/laws.md)")
    return tuple(dict.fromkeys(ids))


def not_judged(options: Namespace) -> str:
    """Which laws a run was told to leave out, as its end says it; empty where none."""
    if getattr(options, "laws", "on") == "off":
        return "no law was judged (--laws off): the real clouds may refuse what went through here"
    if not getattr(options, "law_off", ()):
        return ""
    from ..laws import NAMES  # noqa: PLC0415 # likewise

    left_out = "".join(f"\n  {each}: {NAMES[each]}" for each in dict.fromkeys(options.law_off))
    return f"laws that were not judged (--law-off):{left_out}"


def _charts(folder: str) -> str:
    if folder and not Path(folder).is_dir():
        raise SandboxError(f"--charts {folder}: there is no such folder; it holds archives of charts (`helm pull`)")
    return str(Path(folder).resolve()) if folder else ""


def _quotas(texts: list[str]) -> dict[str, int]:
    if not texts:
        return {}
    from ..laws import QUOTAS  # noqa: PLC0415 # likewise

    quotas: dict[str, int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in QUOTAS or not number.isdigit():
            raise SandboxError(f"--quota {text}: write NAME=NUMBER; the names are {', '.join(QUOTAS)}")
        quotas[name] = int(number)
    return quotas


def policy_packs(options: Namespace) -> list[str]:
    """Return the engine's options for policy packs and their configurations."""
    paths = [*(packs_of.folder(name) for name in options.policies), *options.policy_pack]
    packs = [item for path in paths for item in ("--policy-pack", str(path.resolve()))]
    return packs + [
        item for path in options.policy_pack_config for item in ("--policy-pack-config", str(path.resolve()))
    ]
