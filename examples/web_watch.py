"""What watches the answers of any web service on these components; a system's own watch adds what is its own.

The service counts its answers in the histogram `http_request_duration_seconds`, by `code` and whatever else; `where` is
a selector of its series.
"""

from components.shared.watch import Alert, Objective, Scrape, either, in_time

SECONDS = "http_request_duration_seconds"
# the probe of the site, whose job waf_cdn names
SITE = 'probe_success{job="site"}'


def scrape(job: str, *, namespace: str, process: str, port_name: str = "http", port: int, path: str) -> Scrape:
    """Return how the pods of a process are asked; `instance_down` tells of those that do not answer."""
    return Scrape(
        job=job,
        by="pods",
        namespace=namespace,
        labels={"app.kubernetes.io/component": [process]},
        port_name=port_name,
        port=port,
        path=path,
        alerted=True,
    )


def p95(metric: str, where: str, *, window: str = "5m") -> str:
    """Return the seconds within which 95 % of what a histogram counts lie."""
    return f"histogram_quantile(0.95, sum by (le) (rate({metric}_bucket{{{where}}}[{window}])))"


def slow(name: str, where: str, *, seconds: float, window: str = "5m") -> Alert:
    """Return the alert on answers that take longer, for as long as the window over which they are looked at."""
    return Alert(
        name=name,
        expression=f"{p95(SECONDS, where, window=window)} > {seconds:g}",
        lasting=window,
        severity="warning",
        summary="Response time p95 is high",
        description=f"5 % of the answers take {{{{ $value | humanizeDuration }}}} or longer; the limit: {seconds:g} s.",
    )


def failing(name: str, where: str, *, share: float) -> Alert:
    """Return the alert on a share of 5xx."""
    return Alert(
        name=name,
        expression=f"{_failed(where)} / ({_answers(where)} > 0) > {share:g}",
        lasting="5m",
        severity="critical",
        summary="Answers fail",
        description="{{ $value | humanizePercentage }} of the answers are 5xx.",
    )


def instance_down(name: str, job: str, *, minutes: int = 1) -> Alert:
    """Return the alert on a pod that is not there for Prometheus, or on none at all."""
    return Alert(
        name=name,
        expression=either(f'up{{job="{job}"}} == 0', f'absent(up{{job="{job}"}})'),
        lasting=f"{minutes}m",
        severity="critical",
        summary="An instance does not answer: {{ $labels.pod }}",
        description=f"Pod {{{{ $labels.pod }}}} has not answered for {minutes} min, or no pod is known at all.",
        falls_with_cluster=True,
    )


def replicas_missing(namespace: str) -> Alert:
    """Return the alert on pods that a Deployment wants and does not have."""
    where = f'namespace="{namespace}"'
    return Alert(
        name="ReplicasMissing",
        expression=f"kube_deployment_spec_replicas{{{where}}} - on (namespace, deployment) "
        f"kube_deployment_status_replicas_available{{{where}}} > 0",
        lasting="15m",
        severity="warning",
        summary="Pods are missing: {{ $labels.deployment }}",
        description="{{ $value }} pods of {{ $labels.deployment }} have been missing for a quarter of an hour.",
    )


def available(percent: float) -> Objective:
    """Return the objective that the site answers whoever asks from outside, over 30 days."""
    return Objective(
        slo="availability",
        share=percent / 100,
        days=30,
        bad=f"1 - min(avg_over_time({SITE}[5m]))",
        events='slo:bad_events:rate5m{slo="availability"} >= bool 0',
        steady=True,
    )


def without_errors(where: str, *, percent: float) -> Objective:
    """Return the objective that no more than so many percent of the answers of 30 days are 5xx."""
    # none has been seen until one fails
    bad = f"({_failed(where)} or 0 * {_answers(where)})"
    return Objective(slo="errors", share=1 - percent / 100, days=30, bad=bad, events=_answers(where))


def prompt(where: str, *, seconds: float, days: int = 30, slo: str = "response-time") -> Objective:
    """Return the objective that 95 % of the answers take no longer than `seconds`, a bound of the histogram."""
    return in_time(slo, histogram=SECONDS, where=where, seconds=seconds, share=0.95, days=days)


def _answers(where: str) -> str:
    return f"sum(rate({SECONDS}_count{{{where}}}[5m]))"


def _failed(where: str) -> str:
    return f'sum(rate({SECONDS}_count{{{where},code=~"5.."}}[5m]))'
