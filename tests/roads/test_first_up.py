"""What a first `up` on AWS would have met, found by roads alone (docs/operations/first-up.md)."""

import pytest

from sandbox.roads.find import find
from tests.roads.builder import Stack
from tests.roads.pair import Pair
from tests.roads.pairs import clusters, edges, times

MET = {
    "A2": clusters.layers_of_registry_k8s_io_behind_an_endpoint,
    "A3": times.an_origin_that_is_waited_for_too_shortly,
    "B1": edges.answers_to_cloudfront_at_an_acl_for_the_vpc_alone,
    "B8 for want of a route": edges.a_balancer_without_a_route_to_the_identity_provider,
    "B8 at the ACL": edges.a_balancer_whose_acl_keeps_the_identity_providers_answers,
    "E1": clusters.a_policy_for_the_api_servers_interfaces_alone,
    "E1 for a chart": clusters.a_charts_controller_under_such_a_policy,
}


@pytest.mark.parametrize("met", MET)
def test_it_is_the_one_wall_of_the_program(met: str) -> None:
    pair: Pair = MET[met]
    shut, open_ = Stack(), Stack()
    pair.build(shut, True)
    pair.build(open_, False)
    assert {each.wall.rule for each in find(shut.inventory(), shut.times).walls if each.wall} == {pair.rule}
    assert find(open_.inventory(), open_.times).walls == []
