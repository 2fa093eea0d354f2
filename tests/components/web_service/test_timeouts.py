from components.web_service.timeouts import Timeouts, timeouts_of


def test_each_party_waits_longer_than_the_one_before_it() -> None:
    assert timeouts_of(120) == Timeouts(
        cdn_read=120,
        balancer_idle=125,
        keep_alive=130,
        deregistration=120,
        pre_stop=125,
        termination_grace=160,
        worker_drain=120,
        worker_termination_grace=155,
    )


def test_a_short_answer_still_lets_two_heartbeats_pass() -> None:
    assert timeouts_of(5).cdn_read == 60
