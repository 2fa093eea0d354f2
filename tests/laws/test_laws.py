import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pulumi_aws as aws
import pytest

from sandbox.laws import LAWS, MODULES, NAMES, refusals
from sandbox.laws.inventory import Inventory, LayeredInventory
from sandbox.laws.law import Operation, ResourceOperation
from sandbox.run_options import RunOptions
from sandbox.wire import UNKNOWN
from sandbox.world import Record
from testing.event_loop import own_event_loop

from . import pairs
from .law_cloud import LawCloud, refusal
from .pairs import PAIRS, Pair, programs, references

NewCloud = Callable[..., LawCloud]

LOGS = "/aws/eks/platform/cluster"
IDS = [f"{number:03}-{pair.law}" for number, pair in enumerate(PAIRS)]


@pytest.fixture
def new_cloud(tmp_path: Path) -> Iterator[NewCloud]:
    """Begin commands over one account; what each has open is closed, for a refusal's traceback holds on to it."""
    # the loop ends first: what a refused program asked for beside is still under way
    with ExitStack() as begun, own_event_loop():

        def begin(options: RunOptions | None = None) -> LawCloud:
            cloud = LawCloud(tmp_path, options)
            begun.callback(cloud.world.close)
            return cloud

        yield begin


def begin(cloud: LawCloud, pair: Pair) -> None:
    """Let a stack come up as it was before, and go where the law is about its second life."""
    if pair.first is not None:
        cloud.run(lambda: pair.program(pair.first))
    for name in pair.destroyed:
        cloud.delete(name)


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_a_break_is_refused_in_the_clouds_words(pair: Pair, new_cloud: NewCloud) -> None:
    cloud = new_cloud()
    begin(cloud, pair)
    if pair.deletes:
        cloud.run(lambda: pair.program(pair.bad))
        said = refusal(lambda: cloud.delete(pair.deletes))
    else:
        said = refusal(lambda: cloud.run(lambda: pair.program(pair.bad)))
    if pair.silent:
        assert said == ""
        said = "\n".join(cloud.told)
        assert "green and dead" in said

    assert pair.says in said
    assert f"law:      {pair.law}: {NAMES[pair.law]} (https://" in said
    assert "resource: urn:pulumi:" in said
    assert "way out:  " in said


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.bad != pair.good], ids=lambda pair: pair.law)
def test_its_neighbour_passes(pair: Pair, new_cloud: NewCloud) -> None:
    cloud = new_cloud()
    begin(cloud, pair)
    cloud.run(lambda: pair.program(pair.good))
    assert cloud.told == []
    if pair.deletes:
        for name in {"bucket": ("object", "bucket")}.get(pair.deletes, (pair.deletes,)):
            cloud.delete(name)


# What must go first, so that what the teardown pairs delete may go.
ORDER = {
    "vpc": ("one",),
    "group": ("lb",),
    "one": ("nat",),
    "gateway": ("nat",),
    "cluster": ("nodes",),
    "role": ("attachment",),
    "profile": ("hosted",),
}


@pytest.mark.parametrize("pair", [p for p in PAIRS if p.deletes and p.bad == p.good], ids=lambda pair: pair.deletes)
def test_in_the_right_order_everything_goes(pair: Pair, new_cloud: NewCloud) -> None:
    cloud = new_cloud()
    cloud.run(lambda: pair.program(pair.good))
    for name in (*ORDER[pair.deletes], pair.deletes):
        cloud.delete(name)


def test_every_law_has_a_pair() -> None:
    tried = {pair.law for pair in PAIRS}
    assert {law.id for law in LAWS} - tried - TRIED_ELSEWHERE == set()


# Each has a test of its own below or beside this file.
TRIED_ELSEWHERE = {
    "reference-exists",
    "kubernetes-cluster",
    "backup-vault-not-empty",
}


def test_pairs_lie_in_a_module_that_is_called_as_that_of_their_laws() -> None:
    laws = {module.__name__.rpartition(".")[2]: {law.id for law in module.LAWS} for module in MODULES}
    tried = {module.__name__.rpartition(".")[2]: {pair.law for pair in module.PAIRS} for module in pairs.MODULES}
    assert list(tried) == list(laws)
    assert {name: strange for name, ids in tried.items() if (strange := ids - laws[name])} == {}


def test_there_are_enough_pairs_and_real_threads() -> None:
    threads = {pair.thread for pair in PAIRS if pair.thread}
    assert len(PAIRS) >= 80
    assert len(threads) >= 25


def test_every_law_names_the_source_of_its_truth() -> None:
    assert [law.id for law in LAWS if not law.source.startswith("https://")] == []


def holds_itself(inputs: Path) -> bool:
    """Return whether a type among the SDK's inputs leads back to itself."""
    if not inputs.exists():
        return False
    bodies = re.findall(r"^class (\w+ArgsDict)\(TypedDict\):(.*?)^@", inputs.read_text(), re.DOTALL | re.MULTILINE)
    held = {name: set(re.findall(r"'(\w+ArgsDict)'", body)) for name, body in bodies}
    while True:
        # what holds nothing that is left cannot lead back
        left = {name: inner & held.keys() for name, inner in held.items() if inner & held.keys()}
        if left.keys() == held.keys():
            return bool(left)
        held = left


def test_where_the_sdks_types_have_no_end_a_law_knows_that_of_the_provider() -> None:
    """A provider's schema is finite: what nests deeper is an unknown key to it, in a preview already."""
    folders = Path(aws.__file__).parent.iterdir()
    # waf-statement-depth
    assert {folder.name for folder in folders if holds_itself(folder / "_inputs.py")} == {"wafv2"}


def test_an_id_is_one_law_of_one_module_and_can_be_typed() -> None:
    names, modules = defaultdict(set), defaultdict(set)
    for module in MODULES:
        for law in module.LAWS:
            names[law.id].add(law.name)
            modules[law.id].add(module.__name__)
    assert [each for each in names if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", each)] == []
    assert {each: named for each, named in names.items() if len(named) > 1} == {}
    assert {each: held for each, held in modules.items() if len(held) > 1} == {}
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_law_that_is_switched_off_is_the_only_one_that_does_not_judge() -> None:
    inputs = {"cidrBlock": "10.0.0.0/8", "tags": {"aws:name": "x"}}
    op = ResourceOperation("create", "aws:ec2/vpc:Vpc", "v", "urn", inputs, region="eu-west-1")
    assert {law.id for law, _ in refusals(op)} == {"cidr-size", "tags"}
    assert {law.id for law, _ in refusals(op, {"cidr-size"})} == {"tags"}


def test_a_run_goes_through_what_a_law_would_refuse_where_that_law_is_off(new_cloud: NewCloud) -> None:
    cloud = new_cloud(RunOptions(laws_off=[PAIRS[0].law]))
    cloud.run(lambda: PAIRS[0].program(PAIRS[0].bad))
    assert len(cloud.world) > 0


def test_without_laws_anything_goes(new_cloud: NewCloud) -> None:
    cloud = new_cloud(RunOptions(laws=False))
    cloud.run(lambda: PAIRS[0].program(PAIRS[0].bad))
    assert len(cloud.world) > 0


def test_what_was_deleted_cannot_be_referred_to(new_cloud: NewCloud) -> None:
    cloud = new_cloud()
    cloud.run(programs.vpc)
    gone = next(iter(cloud.world)).id
    cloud.delete("vpc")

    said = refusal(lambda: cloud.run(lambda: aws.ec2.SecurityGroup("group", vpc_id=gone)))
    assert f"`vpcId` is {gone}, which stood in this account once and was deleted" in said
    # and the next command knows it still
    again = new_cloud()
    assert "was deleted" in refusal(lambda: again.run(lambda: aws.ec2.SecurityGroup("group", vpc_id=gone)))
    # what this program never made is somebody else's, and may well stand
    again.run(lambda: aws.ec2.SecurityGroup("group", vpc_id="vpc-0aaaaaaaaaaaaaaaa"))


@pytest.mark.parametrize(("days", "refused"), [(30, True), (None, True), (0, False)])
def test_a_deleted_secret_keeps_its_name_while_it_can_be_restored(
    days: int | None, refused: bool, new_cloud: NewCloud
) -> None:
    """https://github.com/aws-ia/terraform-aws-eks-blueprints/issues/1733."""
    cloud = new_cloud()

    def program() -> None:
        aws.secretsmanager.Secret("secret", name="flowise", recovery_window_in_days=days)

    cloud.run(program)
    cloud.delete("secret")
    said = refusal(lambda: cloud.run(program))
    assert ("already scheduled for deletion: flowise" in said) == refused


def test_what_outlives_its_resource_is_known_to_the_next_command_until_somebody_takes_it_away(
    new_cloud: NewCloud,
) -> None:
    def program() -> object:
        return aws.cloudwatch.LogGroup("logs", name=LOGS)

    cloud = new_cloud()
    cloud.run(lambda: (programs.cluster(enabled_cluster_log_types=["api"]), program()))
    cloud.delete("cluster")
    cloud.delete("logs")

    assert [(each.token, each.name) for each in cloud.world.left()] == [("aws:cloudwatch/logGroup:LogGroup", LOGS)]
    assert "already exists" in refusal(lambda: new_cloud().run(program))
    cloud.world.forget("aws:cloudwatch/logGroup:LogGroup", LOGS)
    new_cloud().run(program)


def test_a_group_that_goes_long_after_its_cluster_does_not_come_again(new_cloud: NewCloud) -> None:
    """Its last lines were written while it stood."""
    cloud = new_cloud()
    cloud.run(lambda: (programs.cluster(enabled_cluster_log_types=["api"]), aws.cloudwatch.LogGroup("logs", name=LOGS)))
    cloud.delete("cluster")
    new_cloud().delete("logs")
    assert cloud.world.left() == []


@pytest.mark.parametrize(
    ("points", "forced", "refused"), [(2, False, ["InvalidRequestException"]), (2, True, []), (0, False, [])]
)
def test_a_vault_with_recovery_points_stays(points: int, forced: bool, refused: list[str]) -> None:
    token = "aws:backup/vault:Vault"
    vault = Record(token, "vault", "urn", 0, {"forceDestroy": forced}, {"recoveryPoints": points})
    op = ResourceOperation("delete", token, "vault", "urn", vault.inputs, old=vault)
    assert [refusal.code for _, refusal in refusals(op)] == refused


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_what_lies_in_a_cluster_that_is_gone_cannot_be_reached(operation: Operation) -> None:
    arn = "arn:aws:eks:eu-west-1:123456789012:cluster/platform"
    token = "kubernetes:core/v1:ConfigMap"
    op = ResourceOperation(
        operation, token, "c", "urn", {}, inventory=Inventory(gone=[arn]), provider={"clusterIdentifier": arn}
    )
    assert [refusal.code for _, refusal in refusals(op)] == ["unreachable"]
    standing = replace(op, inventory=Inventory())
    assert [refusal.code for _, refusal in refusals(standing)] == []


HOME = "vpc-0aaaaaaaaaaaaaaaa"
VPC, SUBNET, GROUP = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:rds/subnetGroup:SubnetGroup"


@pytest.mark.parametrize(
    ("planned", "subnets", "refused"),
    [
        (Record(VPC, "", "urn:vpc", 0, {}, {}), UNKNOWN, True),
        (Record(VPC, "", "urn:vpc", 0, {}, {}), [UNKNOWN, UNKNOWN], True),
        # the VPC itself changes in place, or another one is made, and subnets are added
        (Record(VPC, HOME, "urn:vpc", 0, {"tags": {}}, {}), UNKNOWN, False),
        (Record(VPC, "", "urn:other", 0, {}, {}), ["subnet-0aaaaaaaaaaaaaaaa", UNKNOWN], False),
        (Record(VPC, "", "urn:vpc", 0, {}, {}), ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"], False),
    ],
)
def test_a_preview_sees_that_what_stands_would_move_with_a_vpc_that_is_replaced(
    planned: Record, subnets: object, refused: bool
) -> None:
    """The ids of the new subnets are unknown then, but the old ones tell where they were."""
    subnet = Record(SUBNET, "subnet-0aaaaaaaaaaaaaaaa", "urn:subnet", 0, {"vpcId": HOME}, {})
    # a group tells its VPC, and is not therefore the owner of that id
    group = Record(GROUP, "group", "urn:group", 0, {"subnetIds": [subnet.id]}, {"vpcId": HOME})
    inventory = LayeredInventory(
        Inventory([Record(VPC, HOME, "urn:vpc", 0, {}, {}), subnet, group]),
        Inventory([planned, replace(group, urn="urn:second")]),
    )
    op = ResourceOperation(
        "update", GROUP, "g", "urn:group", {"subnetIds": subnets}, inventory=inventory, old=group, preview=True
    )
    said = [f"{law.id}: {refusal.message}" for law, refusal in refusals(op)]
    whole = (
        "rds-subnet-group-vpc: The new Subnets are not in the same Vpc as the existing subnet "
        f"group: it stands in {HOME}, and not in the one that takes its place"
    )
    assert said == ([whole] if refused else [])


def test_a_group_that_no_node_uses_may_move(new_cloud: NewCloud) -> None:
    cloud = new_cloud()
    cloud.run(lambda: references.unused_group_moves(references.ONE))
    cloud.run(lambda: references.unused_group_moves(references.TWO))


def test_a_preview_says_nothing_of_what_it_does_not_know() -> None:
    """An unknown is not a fault: every pair's refusals vanish when every value is unknown."""
    inputs = {"cidrBlock": UNKNOWN, "vpcId": UNKNOWN, "availabilityZone": UNKNOWN, "tags": UNKNOWN}
    op = ResourceOperation("create", "aws:ec2/subnet:Subnet", "s", "urn", inputs, region="eu-west-1", preview=True)
    assert refusals(op) == []


@pytest.mark.usefixtures("loop")
def test_what_is_no_refusal_is_raised_even_where_its_context_leads_back_to_itself() -> None:
    def broken() -> None:
        error, other = ValueError("a law's own"), KeyError("x")
        error.__context__, other.__context__ = other, error
        raise error

    with pytest.raises(ValueError, match="a law's own"):
        refusal(broken)
