"""What a run says of the resources that no law judged."""

from pathlib import Path

from sandbox.laws import judged
from sandbox.unjudged import report, write

PLAYED = {
    "urn:pulumi:dev::p::aws:ec2/vpc:Vpc::home": "aws:ec2/vpc:Vpc",
    "urn:pulumi:dev::p::aws:glue/crawler:Crawler::walk": "aws:glue/crawler:Crawler",
    "urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::c": "kubernetes:core/v1:ConfigMap",
    "urn:pulumi:dev::p::random:index/randomId:RandomId::r": "random:index/randomId:RandomId",
}


def test_a_law_of_its_type_judges_it_and_not_that_of_every_type() -> None:
    assert judged("aws:ec2/vpc:Vpc")
    assert not judged("aws:glue/crawler:Crawler")


def test_a_run_tells_how_many_are_known_by_their_shape_alone_once(tmp_path: Path) -> None:
    write(tmp_path, PLAYED)
    assert report(tmp_path, listed=False) == (
        "1 of 4 resources are of types that only their shape is known of (--unjudged lists them)"
    )
    assert report(tmp_path, listed=False) == ""


def test_they_are_listed_where_that_is_asked(tmp_path: Path) -> None:
    write(tmp_path, PLAYED)
    assert report(tmp_path, listed=True).splitlines()[1:] == ["  aws:glue/crawler:Crawler  walk"]


def test_of_a_run_that_was_judged_whole_nothing_is_said(tmp_path: Path) -> None:
    write(tmp_path, {urn: token for urn, token in PLAYED.items() if "glue" not in urn})
    assert report(tmp_path, listed=True) == ""
