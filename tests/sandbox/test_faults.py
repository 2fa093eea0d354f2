import pytest

from sandbox.faults import Fault, FaultSyntaxError, Outages, parse

DB = "aws:rds/instance:Instance"


def struck(outages: Outages, runs: int, token: str = DB, name: str = "db", operation: str = "create") -> list[bool]:
    return [bool(outages.message(token, name, operation)) for _ in range(runs)]


def test_a_fault_says_what_it_strikes_and_how_often() -> None:
    text = "aws:rds/instance:Instance:a:b@update=InsufficientDBInstanceCapacity: none in a=b;times=2;seed=7"
    assert parse(text) == Fault(DB, "a:b", "update", "InsufficientDBInstanceCapacity: none in a=b", 2, 1.0, 7)
    assert parse("Instance:db@read=no;probability=0.5").probability == 0.5
    assert parse("*@delete=no").name == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Instance=no", "write TYPE[:name]@create=MESSAGE"),
        ("Instance@make=no", "write TYPE[:name]@create=MESSAGE"),
        ("Instance@create=no;time=2", "there is no option time"),
        ("Instance@create=no;times=two", "times and seed are whole numbers"),
        ("Instance@create=no;times=-1", "times and seed are whole numbers"),
        ("Instance@create=no;probability=2", "probability is from 0 to 1"),
    ],
)
def test_a_fault_that_cannot_be_read_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(FaultSyntaxError) as refused:
        parse(text)
    assert says in str(refused.value)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "token", "name", "operation", "hit"),
    [
        ("Instance@create=no", DB, "db", "create", True),
        (f"{DB}@create=no", DB, "db", "create", True),
        ("*@create=no", DB, "db", "create", True),
        ("Instance:db@create=no", DB, "db", "create", True),
        ("Instance:other@create=no", DB, "db", "create", False),
        ("Instance@delete=no", DB, "db", "create", False),
        ("Instance@create=no", "aws:ec2/vpc:Vpc", "db", "create", False),
    ],
)
def test_a_fault_strikes_what_it_names(fault: str, token: str, name: str, operation: str, hit: bool) -> None:
    assert struck(Outages([parse(fault)]), 1, token, name, operation) == [hit]


def test_a_fault_strikes_as_often_as_it_says() -> None:
    assert struck(Outages([parse("*@create=no;times=2")]), 4) == [True, True, False, False]


def test_chance_is_the_same_for_the_same_seed() -> None:
    first = struck(Outages([parse("*@create=no;probability=0.5;seed=1")]), 50)
    assert first == struck(Outages([parse("*@create=no;probability=0.5;seed=1")]), 50)
    assert first != struck(Outages([parse("*@create=no;probability=0.5;seed=2")]), 50)
    assert 10 < sum(first) < 40


def test_chance_does_not_go_by_the_order_in_which_operations_arrive() -> None:
    names = [f"db-{number}" for number in range(20)]
    chance = [parse("*@create=no;probability=0.5;seed=1")]
    first, second = Outages(chance), Outages(chance)

    forwards = {name: struck(first, 3, name=name) for name in names}
    backwards = {name: struck(second, 3, name=name) for name in reversed(names)}

    assert forwards == backwards
    assert len({tuple(each) for each in forwards.values()}) > 3


def test_throttling_is_tried_again_as_the_provider_does_before_it_gives_up() -> None:
    assert struck(Outages([parse("*@create=ThrottlingException: Rate exceeded;times=24")]), 1) == [False]
    assert struck(Outages([parse("*@create=ThrottlingException: Rate exceeded;times=25")]), 2) == [True, False]
    assert struck(Outages([parse("*@create=RequestLimitExceeded;probability=0.5")]), 100) == [False] * 100
