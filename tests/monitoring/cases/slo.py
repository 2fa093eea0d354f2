"""Objectives, the speed at which budgets burn, and what is left of them."""

from tests.monitoring.cases.case import answers, calm, story

SITE = 'probe_success{job="site",instance="https://flowise.example.com/"}'
OK = {"slo": "availability"}

CASES = (
    story(
        "SloBurnFast",
        "critical",
        "the site is away for an hour, and no server is left to count errors",
        {SITE: "1x120 0x60 1x120"},
        "2h",
        "2h30m",
        "4h40m",
        OK,
    ),
    story(
        "SloBurnFast",
        "critical",
        "every twentieth answer is a 5xx",
        {
            SITE: "1x400",
            **answers("api", 0.1, (400, 95)),
            **answers("api", 0.1, (120, 0), (120, 5), (160, 0), code="500"),
        },
        "2h",
        "3h30m",
        "6h30m",
        OK,
    ),
    calm(
        "SloBurnFast",
        "half of what would wake somebody",
        {SITE: "1x600", **answers("api", 0.1, (600, 995)), **answers("api", 0.1, (600, 5), code="500")},
        "2h",
        "9h",
    ),
    calm(
        "SloBurnFast",
        "one answer of a thousand fails",
        {SITE: "1x400", **answers("api", 0.1, (400, 999)), **answers("api", 0.1, (400, 1), code="500")},
        "6h",
    ),
    story(
        "SloBurnFast",
        "critical",
        "all predictions take longer than promised",
        {
            **answers("prediction", 10.0, (120, 6), (120, 0), (240, 6)),
            **answers("prediction", 50.0, (120, 0), (120, 6), (240, 0), code="201"),
        },
        "2h",
        "4h",
        "7h",
        {"slo": "latency-prediction"},
    ),
    story(
        "SloBurnFast",
        "critical",
        "pages and their files are slow",
        {
            **answers("assets", 0.1, (120, 60), (120, 0), (240, 60)),
            **answers("page", 3.0, (120, 0), (120, 6), (240, 0)),
        },
        "2h",
        "4h",
        "7h",
        {"slo": "latency-page"},
    ),
    calm("SloBurnFast", "nobody asks", {SITE: "1x400", **answers("api", 0.1, (400, 0))}, "6h"),
    story(
        "SloBurnSlow",
        "warning",
        "one answer of 250 fails for a day",
        {
            SITE: "1x1100",
            **answers("api", 0.1, (1100, 996)),
            **answers("api", 0.1, (60, 0), (720, 4), (320, 0), code="500"),
        },
        "2h",
        "20h",
        "32h",
        OK,
        interval="2m",
    ),
    calm(
        "SloBurnSlow",
        "as much fails as may",
        {SITE: "1x1000", **answers("api", 0.1, (1000, 9991)), **answers("api", 0.1, (1000, 9), code="500")},
        "30h",
        interval="2m",
    ),
    story(
        "ErrorBudgetSpent",
        "warning",
        "an hour and a half of 30 days, and 30 days later",
        {SITE: "1x48 0x2 1x1500"},
        "20h",
        "30h",
        "770h",
        OK,
        interval="30m",
    ),
    calm("ErrorBudgetSpent", "nothing fails", {SITE: "1x1000"}, "400h", interval="30m"),
    story("SloUnknown", "warning", "nothing tells", {SITE: "1x60 stale _x60 1x60"}, "80m", "110m", "150m", OK),
    calm("SloUnknown", "the probe alone tells", {SITE: "1x120"}, "100m"),
)
