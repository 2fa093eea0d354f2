"""The commands of the package, which need no engine."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from . import RULE_SETS
from .analysis import InputError, judge, levels, lines, resources
from .frameworks import page
from .kit.rule import RuleMetadata
from .sarif import Told, sarif


def main(arguments: Sequence[str]) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m platform_policies", description="What the packs say by themselves."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    coverage = commands.add_parser("coverage", help="print which controls of which frameworks the rules cover")
    analyze = commands.add_parser(
        "analyze",
        help="judge what stands, or is planned, by any program in any language",
        epilog="It ends with 0 where nothing is found, 1 where something is, and 2 where nothing could be judged.",
    )
    explain = commands.add_parser("explain", help="print what a rule wants, why, and what to do")
    explain.add_argument("rule", nargs="+", choices=sorted(_rules()), metavar="RULE")
    for command in (coverage, analyze):
        command.add_argument("--pack", choices=RULE_SETS, action="append", help="the rules of these packs alone")
    analyze.add_argument(
        "file", help="what `pulumi stack export` or `pulumi preview --json --show-sames` printed; - for standard input"
    )
    analyze.add_argument("--config", type=Path, help="a levels file, as `--policy-pack-config` takes it")
    analyze.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="one line a finding, or for other tools"
    )
    analyze.add_argument(
        "--fail-on", choices=("mandatory", "advisory"), default="mandatory", help="what ends it with 1"
    )
    options = parser.parse_args(arguments)
    if options.command == "explain":
        sys.stdout.write("\n".join(_explained(_rules()[rule]) for rule in options.rule))
        return 0
    packs = options.pack or list(RULE_SETS)
    if options.command == "coverage":
        sys.stdout.write(page(rule for pack in packs for rule in RULE_SETS[pack].every))
        return 0
    try:
        return _analyze(options, packs)
    except (InputError, OSError) as error:
        print(f"nothing was judged: {error}", file=sys.stderr)
        return 2


def _rules() -> dict[str, RuleMetadata]:
    return {rule.id: rule for rule_set in RULE_SETS.values() for rule in rule_set.every}


def _explained(rule: RuleMetadata) -> str:
    told = {
        "level": "off" if rule.level == "disabled" else rule.level,
        "to do": rule.advice,
        "serves": rule.frameworks,
        "parameters": json.dumps(dict(rule.parameters)) if rule.parameters else "",
        "source": rule.url,
    }
    rows = "".join(f"  {name + ':':<12}{text}\n" for name, text in told.items() if text)
    return f"{rule.id} ({rule.severity}): {rule.sentence}\n{rows}"


def _analyze(options: argparse.Namespace, packs: Sequence[str]) -> int:
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    given = resources(text)
    config = levels(options.config, _rules().values()) if options.config else {}
    found = judge(given, [RULE_SETS[pack] for pack in packs], config, RULE_SETS.values())
    mandatory = sum(each.level == "mandatory" for each in found)
    if options.format == "json":
        sys.stdout.write(json.dumps([{**asdict(each), "resource": each.resource} for each in found], indent=2) + "\n")
    elif options.format == "sarif":
        told = [Told(each.level == "mandatory", each.urn, each.message) for each in found]
        sys.stdout.write(sarif(told, f"policies/{Path(options.file).stem}", options.file) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(found))
        judged = sum(bool(each.get("custom")) and not str(each["type"]).startswith("pulumi:") for each in given)
        print(f"{judged} resources: {mandatory} mandatory findings, {len(found) - mandatory} advisory")
    return 1 if mandatory or (found and options.fail_on == "advisory") else 0
