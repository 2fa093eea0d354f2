"""Every command of README, CONTRIBUTING and docs/ is one that its program takes, and it is known what runs it here.

RUN names, for each of our own, the test that runs it or the target of make that does; what needs an account is checked
for its options alone, and says so. A command that stands in no row fails: give it a row, or run it in a test first.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from .commands import ROOT, Command, commands, documented, simple
from .options import faults

pytestmark = [
    pytest.mark.engine,  # it says what its options are
    pytest.mark.filterwarnings("ignore:.*found in sys.modules after import of package", "ignore:deprecated string"),
]

# the programs of others: of an account, of a registry, or of the machine; their options are held by options.py
OTHERS = {
    *("aws", "cosign", "docker", "gh", "kubectl", "npm", "npx", "pulumi", "uv"),
    *("bash", "cd", "cp", "curl", "date", "export", "git", "grep", "head", "helm", "jq", "openssl", "printf", "rm"),
    *("mkdir", "mv", "sed", "sort", "tail", "xargs", ".venv/bin/pip"),
}
_DRY = "its recipe is taken apart here, and what it calls has rows of its own"
# name -> the test that runs it, `make TARGET` where that does, or why it needs more than this machine
RUN: Mapping[str, str] = {
    **dict.fromkeys(("make lint", "make test"), ".ci/run"),
    **dict.fromkeys(("make check", "make coverage", "make format"), "they run what .ci/run does"),
    **dict.fromkeys(
        ("make bench", "make changes", "make charts", "make demo", "make drills", "make examples", "make live"), _DRY
    ),
    **dict.fromkeys(("make destroy", "make guard", "make manifests", "make outputs", "make preview"), _DRY),
    **dict.fromkeys(
        ("make images", "make rehearsal", "make help", "make scan", "make setup", "make soak", "make truth", "make up"),
        _DRY,
    ),
    **dict.fromkeys(("make validate",), _DRY),
    "make applications": _DRY,
    "make controllers": _DRY,
    "examples.ranking.smoke": "tests/examples/ranking/test_smoke.py",
    "make workflows": _DRY,
    "make report": "tests/rehearsal/test_pull_requests.py",
    "platform_policies": "tests/policies/test_frameworks.py",
    "pytest": "the tests that it names exist",
    "sandbox": "it is named, and no more",
    "sandbox destroy": "tests/engine/test_lifecycle.py",
    "sandbox drill": "tests/engine/test_clusters.py",
    "sandbox install": "make kubernetes",
    "sandbox kube": "tests/engine/test_clusters.py",
    "sandbox manifests": "tests/engine/test_lifecycle.py",
    "sandbox outputs": "tests/engine/states.py",
    "sandbox preview": "tests/engine/test_plan_guard.py",
    "sandbox recover": "tests/engine/test_recovery.py",
    "sandbox roads": "tests/roads/test_command.py",
    "sandbox up": "tests/engine/test_releases.py",
    "stack-sandbox": "it is named, and no more",
    "stack-sandbox destroy": "tests/engine/test_lifecycle.py",
    "stack-sandbox doctor": "tests/sandbox/test_beginning.py",
    "stack-sandbox init": "tests/sandbox/test_beginning.py",
    "stack-sandbox outputs": "tests/engine/states.py",
    "stack-sandbox preview": "tests/engine/test_plan_guard.py",
    "stack-sandbox roads": "tests/roads/test_command.py",
    "stack-sandbox up": "tests/engine/test_any_program.py",
    "tests.policies.mutations": "tests/engine/test_policies.py",
    "tools.bench": "make bench",
    "tools.chart_runs": "make charts",
    "tools.charts": "tests/tools/test_charts.py",
    "tools.components_reference": "tests/contract/test_components_reference.py",
    "tools.compose": "tests/tools/test_compose.py",
    "tools.costs": "tests/tools/test_costs.py",
    "tools.dashboards": "tests/dashboards/test_dashboards.py",
    "tools.dashboards.preview": "tests/dashboards/test_preview.py",
    "tools.demo": "make demo",
    "tools.deploy": "tests/tools/test_deploy_scripts.py",
    "tools.disasters": "tests/engine/test_disasters.py",
    "tools.doctor": "tests/tools/test_doctor.py",
    "tools.drills": "make drills",
    "tools.end_to_end": "tests/tools/test_end_to_end.py",
    "tools.everyday_changes": "make changes",
    "tools.error_budget": "tests/tools/test_error_budget.py",
    "tools.flows": "tests/tools/flows/test_flows.py",
    "tools.front_end": "tests/tools/test_front_end.py",
    "tools.health": "tests/tools/test_health.py",
    "tools.image_report": "tests/tools/test_image_report.py",
    "tools.images": "tests/contract/test_image_roads.py",
    "tools.init": "tests/tools/test_init.py",
    "tools.law_reference": "tests/contract/test_law_reference.py",
    "tools.licences": "tests/tools/test_licences.py",
    "tools.load": "tests/tools/test_load.py",
    "tools.new": "tests/tools/test_new.py",
    "tools.node_release": "tests/tools/test_node_release.py",
    "tools.park": "tests/tools/test_park.py",
    "tools.plan_guard": "tests/tools/test_plan_guard.py",
    "tools.pod_security": "tests/policies/test_pod_security.py",
    "tools.policy_controls": "tests/tools/test_policy_controls.py",
    "tools.policy_reference": "tests/contract/test_policy_reference.py",
    "tools.promotion": "tests/tools/test_promotion.py",
    "tools.provider_facts": "tests/tools/test_provider_facts.py",
    "tools.release_state": "tests/engine/test_upgrades.py",
    "tools.report": "tests/tools/report/test_runs.py",
    "tools.report.recorded": "tests/tools/report/test_faces.py",
    "tools.roads_reference": "tests/contract/test_roads.py",
    "tools.runbooks": "tests/components/monitoring_stack/test_runbooks.py",
    "tools.scan": "tests/tools/test_scan.py",
    "tools.settings_reference": "tests/contract/test_settings_reference.py",
    "tools.shape_runs": "make examples",
    "tools.shapes": "tests/contract/test_shapes.py",
    "tools.soak": "tests/engine/test_soak.py",
    "tools.status": "tests/tools/test_doctor.py",
    "tools.support_bundle": "tests/tools/test_support_bundle.py",
    "tools.tls": "tests/tools/test_tls.py",
    "tools.truth": "tests/engine/test_truth.py",
    "tools.tunnel": "tests/tools/test_tunnel.py",
    "tools.unfinished": "tests/tools/test_unfinished.py",
    "tools.validate": "tests/tools/test_validate.py",
    "tools.weakness_reference": "tests/contract/test_weaknesses.py",
}


def own(command: Command) -> Iterator[str]:
    """Yield what a command is in RUN; nothing for a program of others."""
    program, *rest = command.words
    if program == "make":
        yield from (f"make {word}" for word in rest if "=" not in word and not word.startswith("-"))
    elif program.endswith("pytest"):
        yield "pytest"
    elif program == "stack-sandbox":
        yield " ".join(["stack-sandbox", *rest[:1]])
    elif program.endswith("python3"):
        return  # makes an environment
    elif program.endswith("python"):
        module = rest[1] if rest[0] == "-m" else rest[0].removesuffix(".py").replace("/", ".")
        inner = rest[2:3] if module == "sandbox" else []
        yield " ".join([module, *inner])
        if "--" in rest and rest[-1] != "--":
            yield from own(Command(tuple(rest[rest.index("--") + 1 :]), command.where))
    elif program not in OTHERS:
        yield program


@cache
def recipes(target: str) -> list[Command]:
    """Return what a target of make runs, without what only sets the machine up."""
    make = shutil.which("make")
    assert make
    words = [make, "--dry-run", "--no-print-directory", target, "CHARTS=charts", "AWS_PROVIDER=provider"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line for line in said.replace("\\\n", " ").splitlines() if line.startswith(".venv/bin/python")]
    return [command for line in lines for command in simple(line, f"make {target}")]


def test_each_command_is_one_that_its_program_takes() -> None:
    told: dict[tuple[str, ...], Command] = {}
    targets = {name.removeprefix("make ") for name in RUN if name.startswith("make ")}
    for command in [*documented(), *(each for target in sorted(targets) for each in recipes(target))]:
        told.setdefault(command.words, command)
    assert [f"{each}: {fault}" for each in told.values() for fault in faults(each.words)] == []


def test_of_each_command_of_ours_it_is_known_what_runs_it() -> None:
    """Who documents a new one gives it a row in RUN: the test that runs it."""
    told = {name: command for command in documented() for name in own(command)}
    assert {name: command.where for name, command in told.items() if name not in RUN} == {}


@pytest.mark.parametrize("name", RUN)
def test_what_is_said_to_run_a_command_does(name: str) -> None:
    by = RUN[name]
    if by.startswith("make "):
        assert name in {each for command in recipes(by.removeprefix("make ")) for each in own(command)}
    elif by.startswith(("tests/", ".ci/")):
        last = re.split(r"[ .]", name)[-1]
        assert re.search(rf"\b{last}\b", (ROOT / by).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("make previw", "there is no target previw"),
        ("make preview STAK=prod", "no target reads STAK"),
        (".venv/bin/python -m tools.statsu --stack prod", "there is no module tools.statsu"),
        (".venv/bin/python -m tools.status --stak prod", "tools.status refuses --stak prod"),
        ("python -m sandbox preview --stack prod --polic-pack x", "--polic-pack is no option of it"),
        ("pulumi up --stakc prod", "--stakc is no option of it"),
        ("pulumi uup --stack prod", "pulumi has no command uup"),
        ("aws rds describe-db-instance", "aws rds has no describe-db-instance"),
        ("aws rds describe-db-instances --db-instance x", "--db-instance is no option of it"),
        ("kubectl -n flowise lgos x", "kubectl lgos x is not known here"),
        ('kubectl get pods "$(aws rdss describe-events)"', "aws has no rdss"),
        (".venv/bin/python -m tools.tunnel --stack prod -- pulumi upp", "pulumi has no command upp"),
        ("terraform apply", "terraform is no program that this test knows"),
    ],
)
def test_a_mistake_in_a_command_is_found(line: str, says: str) -> None:
    (found,) = [fault for each in commands(f"```sh\n{line}\n```", "here") for fault in faults(each.words)]
    assert says in found
