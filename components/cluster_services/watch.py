"""What watches External Secrets: its own metrics, and an alert where a Secret cannot be made."""

from ..shared.watch import Alert, Group, Scrape, Watch
from .secret_operator import METRICS_PORT, NAMESPACE


def watch() -> Watch:
    """Return what watches who makes Secrets of what AWS keeps."""
    return Watch(groups=[Group(name="cluster", alerts=[_unread()])], scrapes=[_operator()])


def _operator() -> Scrape:
    return Scrape(
        job="external-secrets",
        by="pods",
        namespace=NAMESPACE,
        labels={"app.kubernetes.io/name": ["external-secrets"]},
        port_name="metrics",
        port=METRICS_PORT,
    )


def _unread() -> Alert:
    # Prometheus calls the metric's own label `exported_namespace`, for each target has a namespace of its own
    return Alert(
        name="SecretUnread",
        expression='max by (exported_namespace, name) (externalsecret_status_condition{condition="Ready",status="False"})'
        " > 0",
        lasting="15m",
        severity="warning",
        summary="A Secret cannot be read from AWS: {{ $labels.name }}",
        description="External Secrets cannot make {{ $labels.exported_namespace }}/{{ $labels.name }} of what AWS keeps: "
        "pods that need it do not start.",
    )
