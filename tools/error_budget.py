"""Ends with 1 where an error budget is spent, so that no feature is deployed: `python -m tools.error_budget`.

It asks a Prometheus for what is left of each objective's budget (`slo:error_budget_left:ratio`), and ends with 0
where all have more than `--least`, and with 2 where it has no answer or none of what `--slo` names: what is
not known is no leave to deploy. A fix and a way back need no leave. Of a stack's own, which nobody outside reaches:

    python -m tools.tunnel --stack prod -- kubectl -n monitoring port-forward service/prometheus-prometheus 9090
"""

import argparse
import http.client
import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence

LEFT = "slo:error_budget_left:ratio"
ANSWER_SECONDS = 20


class NoAnswer(Exception):
    """Prometheus did not say; its text says why."""


def budgets(prometheus: str) -> dict[str, float]:
    """Return the share that is left of each budget, by its objective. Raises NoAnswer."""
    if urllib.parse.urlsplit(prometheus).scheme not in ("http", "https"):
        raise NoAnswer(f"--prometheus must be an address such as http://127.0.0.1:9090, got {prometheus!r}")
    asked = f"{prometheus.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': LEFT})}"
    try:
        with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS) as answer:
            told = json.load(answer)
        found = {each["metric"]["slo"]: float(each["value"][1]) for each in told["data"]["result"]}
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"{prometheus} gives no answer: {error}") from error
    return {slo: left for slo, left in found.items() if not math.isnan(left)}


def judged(left: Mapping[str, float], asked: Sequence[str], least: float) -> tuple[int, list[str]]:
    """Return the exit status, and a line for each objective."""
    unknown = [slo for slo in asked if slo not in left] or ([] if left else ["any objective"])
    if unknown:
        return 2, [f"nothing is known of {slo}: see to SloUnknown, or deploy as a fix" for slo in unknown]
    known = {slo: share for slo, share in left.items() if not asked or slo in asked}
    lines = [
        f"{slo}: {share:.1%} of the budget is left" + ("" if share > least else ", and no feature is deployed")
        for slo, share in sorted(known.items())
    ]
    return int(any(share <= least for share in known.values())), lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.error_budget", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="its address (http://127.0.0.1:9090)")
    parser.add_argument("--slo", action="append", default=[], help="an objective that counts; all of them by default")
    parser.add_argument("--least", type=float, default=0.0, help="share that must be left (0)")
    given = parser.parse_args(arguments)
    try:
        status, lines = judged(budgets(given.prometheus), given.slo, given.least)
    except NoAnswer as error:
        status, lines = 2, [str(error)]
    (sys.stdout if status == 0 else sys.stderr).write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
