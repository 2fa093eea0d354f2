"""What watches the search engine."""

from ..shared.external_secrets import Source
from ..shared.watch import Alert, Group, Scrape, Watch, either

JOB = "search"
# the name of the token among what scrapes have
METRICS_KEY = "search_metrics_key"
SNAPSHOT_HOURS = 36


def watch(*, namespace: str, cron_job: str, port: int, metrics_key: Source) -> Watch:
    """Return what watches an engine in a namespace; names of its CronJobs begin with `cron_job`."""
    of_volume = f'namespace="{namespace}"'
    taken = f'kube_cronjob_status_last_successful_time{{namespace="{namespace}",cronjob=~"{cron_job}.*"}}'
    made = f'kube_cronjob_created{{namespace="{namespace}",cronjob=~"{cron_job}.*"}}'
    return Watch(
        groups=[
            Group(
                name="search",
                alerts=[
                    Alert(
                        name="SearchDown",
                        expression=either(f'up{{job="{JOB}"}} == 0', f'absent(up{{job="{JOB}"}})'),
                        lasting="5m",
                        severity="critical",
                        summary="The search engine does not answer",
                        description="Nothing is found by it; an application that degrades answers more slowly meanwhile.",
                        falls_with_cluster=True,
                    ),
                    Alert(
                        name="SearchVolumeFull",
                        expression=f"kubelet_volume_stats_available_bytes{{{of_volume}}} / kubelet_volume_stats_capacity_bytes{{{of_volume}}} < 0.15",
                        lasting="15m",
                        severity="warning",
                        summary="The search engine's volume is full soon",
                        description="{{ $value | humanizePercentage }} of the volume is free; a full one takes no documents.",
                    ),
                    Alert(
                        name="SearchSnapshotTooOld",
                        # one that never succeeded counts from when it was made
                        expression=f"time() - ({taken} or on (namespace, cronjob) {made}) > {SNAPSHOT_HOURS} * 3600",
                        lasting="15m",
                        severity="warning",
                        summary="The search engine's last snapshot is too old",
                        description="The last one in the bucket is {{ $value | humanizeDuration }} old; one a day is taken.",
                    ),
                ],
            )
        ],
        scrapes=[
            Scrape(
                job=JOB,
                by="pods",
                namespace=namespace,
                labels={"app.kubernetes.io/component": ["engine"]},
                port_name="http",
                port=port,
                path="/metrics",
                bearer=METRICS_KEY,
                alerted=True,
            )
        ],
        secrets={METRICS_KEY: metrics_key},
    )
