"""What a demonstration shows of a refusal, and that its picture is there."""

import pytest

from tools.demo import PICTURE, _refusal
from tools.disasters import DrillError

SAID = """preview ended with 1:
Diagnostics:
  aws:rds:SubnetGroup (subnets):
    warning: another
    error: Preview failed: InvalidParameterValue: not in the same Vpc
      resource: urn:pulumi:dev::flowise::aws:rds/subnetGroup:SubnetGroup::subnets
      law:      rds-subnet-group-vpc: the subnets of a database stay in their VPC
      way out:  leave the VPC as it is
  more
"""


def test_a_refusal_is_shown_with_its_law_and_the_way_out() -> None:
    assert [line.partition(":")[0] for line in _refusal(SAID)] == ["error", "resource", "law", "way out"]
    with pytest.raises(DrillError, match="no law refused it"):
        _refusal("preview ended with 1:\nerror: the program failed")


def test_its_picture_is_there() -> None:
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
