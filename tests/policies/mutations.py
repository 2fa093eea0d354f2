"""Breaks every rule of every pack, and counts the breaks that the cases of the tests notice.

`python -m tests.policies.mutations` prints killed / total, and what lives. A rule is broken as a whole: its condition
negated, always holding, never holding; a remediation adds nothing. With `--operators` every comparison, `and`, `or`,
`not`, `any` and `all` in the packs' sources is turned around as well, one by one (some minutes).
"""

import ast
import copy
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import platform_policies
from platform_policies import RULE_SETS
from platform_policies.kit.remediation import Remediation
from platform_policies.kit.rule import Rule
from platform_policies.kit.stack import Finding, StackRule

from .cases import remediations
from .cases.case import Case, varied
from .cases.stacks import CASES as STACK_CASES
from .cases.stacks import StackCase, changed
from .packs import NAMES, NOW, Server

PACKAGE = Path(platform_policies.__file__).parent
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


def cases(pack: str, rule: str) -> list[Case]:
    """Return the cases of a rule over a resource."""
    every: dict[str, Case] = import_module(f"tests.policies.cases.{pack}").CASES
    return [case for name, case in every.items() if name.split("/")[0] == rule]


def stack_cases(rule: str) -> list[StackCase]:
    """Return the cases of a rule over a stack."""
    return [case for name, case in STACK_CASES.items() if name.split("/")[0] == rule]


def agrees(pack: str, rule: Rule | StackRule) -> bool:
    """Return whether a rule does on its cases what they say."""
    return _resource_agrees(pack, rule) if isinstance(rule, Rule) else _stack_agrees(pack, rule)


def _resource_agrees(pack: str, rule: Rule) -> bool:
    for case in cases(pack, rule.id):
        wanted = [(variation, True) for variation in case.refused] + [(variation, False) for variation in case.passed]
        for variation, refused in wanted if {} in case.refused else [({}, False), *wanted]:
            props, around = varied(case, variation)
            parameters = around.get("parameters")
            server = Server(pack, {"parameters": {rule.id: parameters}} if parameters else {}, every=True, only=rule)
            said = server.judge(case.type, props, protect=around.get("protect", False), provider=around.get("provider"))
            if bool(said) != refused:
                return False
    return True


def _stack_agrees(pack: str, rule: StackRule) -> bool:
    for case in stack_cases(rule.id):
        config = {"today": case.today, "parameters": {rule.id: dict(case.parameters)} if case.parameters else {}}
        server = Server(pack, config, every=True, only=rule, now=min(date.fromisoformat(case.today), NOW))
        nothing: Sequence[str] = ()
        for change, names in [({}, nothing), *case.refused, *((change, nothing) for change in case.passed)]:
            if {found.resource for found in server.judge_stack(changed(case, change))} != set(names):
                return False
    return True


def fills(remediation: Remediation) -> bool:
    """Return whether a remediation adds what its cases say."""
    return all(case.holds(remediation) for case in remediations.CASES[remediation.name])


def mutants(rule: Rule | StackRule) -> Iterator[tuple[str, Rule | StackRule]]:
    """Yield a rule broken in every way, each with its name."""
    if isinstance(rule, Rule):
        yield "negated", replace(rule, holds=lambda subject: not rule.holds(subject))
        yield "always holds", replace(rule, holds=lambda _: True)
        yield "never holds", replace(rule, holds=lambda _: False)
        return

    def others(stack: Any, parameters: Any) -> Iterator[Any]:
        broken = {found.urn for found in rule.broken(stack, parameters)}
        return (Finding(node.urn) for node in stack.nodes if node.urn not in broken)

    yield "negated", replace(rule, broken=others)
    yield "always holds", replace(rule, broken=lambda _, __: iter(()))
    yield "never holds", replace(rule, broken=lambda stack, _: (Finding(node.urn) for node in stack.nodes))


def every_rule(pack: str) -> tuple[Rule | StackRule, ...]:
    """Return all rules of a pack."""
    return (*RULE_SETS[pack].rules, *RULE_SETS[pack].stack_rules)


def survivors(pack: str) -> tuple[int, list[str]]:
    """Break every rule of a pack as a whole: how often, and the breaks that no case notices."""
    broken = [(rule.id, name, mutant) for rule in every_rule(pack) for name, mutant in mutants(rule)]
    alive = [f"{rule}: {name}" for rule, name, mutant in broken if agrees(pack, mutant)]
    without = [replace(each, lacking=lambda _: {}) for each in RULE_SETS[pack].remediations]
    return len(broken) + len(without), alive + [f"{each.name}: adds nothing" for each in without if fills(each)]


def operators(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield a module with one operator turned around, for each: its line, what it was, the module."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for name in _ways(node):
            mutant = copy.deepcopy(tree)
            _turn(next(one for at, one in enumerate(ast.walk(mutant)) if at == index))
            yield getattr(node, "lineno", 0), name, ast.fix_missing_locations(mutant)


def _ways(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [type(node.ops[0]).__name__]
    if isinstance(node, ast.BoolOp):
        return [type(node.op).__name__]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["Not"]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("any", "all"):
        return [node.func.id]
    return []


def _turn(node: ast.AST) -> None:
    if isinstance(node, ast.Compare):
        node.ops = [_TURNED[type(node.ops[0])]()]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
        node.op = ast.Not()
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        node.func.id = "all" if node.func.id == "any" else "any"


def turned(pack: str, path: Path) -> tuple[int, list[str]]:
    """Turn every operator of a module around: how many there are, and the turns that no case notices."""
    count, alive = 0, []
    for line, operator, tree in operators(path.read_text(encoding="utf-8")):
        count += 1
        if not _noticed(pack, path, tree):
            alive.append(f"{path.relative_to(PACKAGE)}:{line}: {operator}")
    return count, alive


def _noticed(pack: str, path: Path, tree: ast.Module) -> bool:
    """Return whether a case notices a changed module: of its own rules, or, where it has none, of all of the pack's."""
    before = dict(sys.modules)
    try:
        module = _loaded(pack, path, tree)
        rules = list(module.__dict__.get("RULES", ()))
        sources = {each: each.read_text(encoding="utf-8") for each in ([] if rules else path.parent.glob("*.py"))}
        # what others are made of comes first, so that they are made of what is changed
        for other in sorted(sources, key=lambda each: ("\nRULES = (" in sources[each], each)):
            if other not in (path, path.parent / "__init__.py"):
                rules += _loaded(pack, other, ast.parse(sources[other])).__dict__.get("RULES", ())
        added = [each for each in module.__dict__.values() if isinstance(each, Remediation)]
        return not (all(agrees(pack, rule) for rule in rules) and all(map(fills, added)))
    except Exception:  # a module that does not even load is noticed
        return True
    finally:
        sys.modules.update(before)


def _loaded(pack: str, path: Path, tree: ast.Module) -> ModuleType:
    name = f"platform_policies.{pack}.{path.stem}"
    module = ModuleType(name)
    module.__package__, module.__file__ = f"platform_policies.{pack}", str(path)
    sys.modules[name] = module  # where what imports it, and dataclasses, look it up
    exec(compile(tree, str(path), "exec"), module.__dict__)
    return module


def main(arguments: Sequence[str]) -> int:
    """Print killed / total, and what lives; 1 where anything does."""
    with ProcessPoolExecutor() as pool:
        results = list(pool.map(survivors, NAMES))
        if "--operators" in arguments:
            modules = [
                (pack, path)
                for pack in NAMES
                for path in sorted((PACKAGE / pack).glob("*.py"))
                if path.stem != "__init__"
            ]
            results += list(pool.map(turned, *zip(*modules, strict=True)))
    total, alive = sum(count for count, _ in results), [name for _, names in results for name in names]
    sys.stdout.write("".join(f"alive: {name}\n" for name in alive) + f"{total - len(alive)} / {total} killed\n")
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
