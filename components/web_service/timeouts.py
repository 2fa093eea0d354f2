"""How long each party on an answer's way waits; the nearer to the reader, the sooner it gives up.

All follow from the longest answer. Whoever gave up before the one behind it would cut an answer that was still to come.
"""

from dataclasses import dataclass

# UpdateDistribution: OriginReadTimeout is 1 to 120 s; streams commonly send a heartbeat every 30 s, so that less than
# twice that cuts them at random.
CLOUDFRONT_LEAST_SECONDS, CLOUDFRONT_MOST_SECONDS = 60, 120
# as long as Kubernetes gives a container by itself
SHUTDOWN_SECONDS = 30
MARGIN_SECONDS = 5


@dataclass(frozen=True)
class Timeouts:
    """Seconds, from the reader's side to the pod's."""

    cdn_read: int
    balancer_idle: int
    keep_alive: int
    deregistration: int
    pre_stop: int
    termination_grace: int
    worker_drain: int
    worker_termination_grace: int


def timeouts_of(max_answer_seconds: int, *, shutdown_seconds: int = SHUTDOWN_SECONDS) -> Timeouts:
    """Derive every wait from the longest answer, and from how long a process may take to end once it is told."""
    cdn_read = min(CLOUDFRONT_MOST_SECONDS, max(CLOUDFRONT_LEAST_SECONDS, max_answer_seconds))
    balancer_idle = cdn_read + MARGIN_SECONDS
    # a stopping server drops what it is answering, so it is told to stop only when the balancer is done with it
    pre_stop = max_answer_seconds + MARGIN_SECONDS
    return Timeouts(
        cdn_read=cdn_read,
        balancer_idle=balancer_idle,
        # a server that hangs up first gives the balancer's next request a 502
        keep_alive=balancer_idle + MARGIN_SECONDS,
        deregistration=max_answer_seconds,
        pre_stop=pre_stop,
        termination_grace=pre_stop + shutdown_seconds + MARGIN_SECONDS,
        # a worker takes no more jobs at once, and hears of its end when those under way are done
        worker_drain=max_answer_seconds,
        worker_termination_grace=max_answer_seconds + shutdown_seconds + MARGIN_SECONDS,
    )
