"""The search engine."""

from tests.components.monitoring_stack.cases.case import calm, story

UP = 'up{job="search",namespace="search",pod="engine-0",instance="10.0.0.1:7700"}'
AVAILABLE, CAPACITY = (
    f'kubelet_volume_stats_{kind}_bytes{{namespace="search",persistentvolumeclaim="data"}}'
    for kind in ("available", "capacity")
)
JOB = '{namespace="search",cronjob="search-snapshot-job-1a2b3c"}'
TAKEN, MADE = f"kube_cronjob_status_last_successful_time{JOB}", f"kube_cronjob_created{JOB}"
OF_JOB = {"namespace": "search", "cronjob": "search-snapshot-job-1a2b3c"}

CASES = (
    story(
        "SearchDown",
        "critical",
        "it is silent",
        {UP: "1x5 0x10 1x10"},
        "9m",
        "13m",
        "20m",
        {"job": "search", "namespace": "search", "pod": "engine-0", "instance": "10.0.0.1:7700"},
    ),
    calm("SearchDown", "it moves to another node", {UP: "1x5 0x3 1x20"}, "8m", "12m"),
    story(
        "SearchVolumeFull",
        "warning",
        "5 % is free",
        {AVAILABLE: "50x5 5x25 50x10", CAPACITY: "100x45"},
        "15m",
        "28m",
        "40m",
        {"namespace": "search", "persistentvolumeclaim": "data"},
    ),
    calm("SearchVolumeFull", "20 % is free", {AVAILABLE: "20x40", CAPACITY: "100x40"}, "35m"),
    story(
        "SearchSnapshotTooOld",
        "warning",
        "the last one was taken at the beginning",
        {TAKEN: "0x50 176400x10", MADE: "0x60"},
        "35h",
        "38h",
        "51h",
        OF_JOB,
        interval="1h",
    ),
    story(
        "SearchSnapshotTooOld",
        "warning",
        "none was ever taken",
        {MADE: "0x50"},
        "35h",
        "38h",
        "1h",
        OF_JOB,
        interval="1h",
    ),
    calm(
        "SearchSnapshotTooOld",
        "one a day is taken",
        {TAKEN: "0x24 86400x24 172800x24", MADE: "0x72"},
        "40h",
        "70h",
        interval="1h",
    ),
)
