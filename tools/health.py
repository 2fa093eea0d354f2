"""Watches a stack after a release by what AWS measures: `python -m tools.health --stack prod --minutes 10`.

A ping answers where half of the answers are errors. So for a set time it asks CloudWatch, each minute, what the load
balancers, the CDN and the canaries of the stack's state have counted since: errors by requests, healthy targets, runs
that succeeded. What it cannot be told of is no health: the balancers must have reported by the end.

At the end it is compared with what was before, over as many minutes: a release that answers twice as slowly, or errs
twice as often, is not well, though each alone would be admitted. How long an answer took since, and before, is told to
CloudWatch, for the dashboard of deliveries.

It ends with 0 where all is well to the end, 1 as soon as something is not, and 2 where nobody could tell.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from components.pipeline_access.permissions import DEPLOYMENTS

from .checks import NoAnswer, Run, run_program
from .deployed import system_of
from .stack_file import StackFileError, at_folder

# so many of a hundred answers may be errors of ours, once there are enough to speak of a share
MOST_ERRORS_PERCENT, FEWEST_REQUESTS = 5, 20
# A release is worse than the one before where it is so many times as slow, or errs so many times as often ...
WORSE = 2
# ... and by so much besides, for what is next to nothing doubles by itself
WORSE_SECONDS, WORSE_PERCENT = 0.2, 1
_MINUTE = 60
# CloudFront reports there, whatever the stack's region (CloudFront developer guide, programming-cloudwatch-metrics)
_CDN_REGION = "us-east-1"
_BALANCER, _GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
_CDN, _CANARY = "aws:cloudfront/distribution:Distribution", "aws:synthetics/canary:Canary"


@dataclass(frozen=True)
class Measure:
    """One metric of one thing. `statistic` is of each minute."""

    what: str
    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]
    region: str


Asked = Callable[[Sequence[Measure], datetime, datetime], Mapping[Measure, Sequence[float]]]


def measures(state: Mapping[str, Any], region: str) -> list[Measure]:
    """Return what to ask for, of what stands in a state: balancers, their groups, the CDN and canaries."""
    found = list[Measure]()
    resources = state["deployment"].get("resources") or []
    # a group's own list of balancers is empty when it is made: it is theirs whose parent is its
    balancers = {each.get("parent"): each["outputs"]["arnSuffix"] for each in resources if each["type"] == _BALANCER}
    of: tuple[tuple[str, str], ...]
    for each in resources:
        outputs, name = each.get("outputs") or {}, str(each["urn"]).rpartition("::")[2]
        if each["type"] == _BALANCER and outputs.get("loadBalancerType") in (None, "application"):
            of = (("LoadBalancer", str(outputs["arnSuffix"])),)
            wanted = (
                *(("RequestCount", "Sum"), ("HTTPCode_ELB_5XX_Count", "Sum"), ("HTTPCode_Target_5XX_Count", "Sum")),
                ("TargetResponseTime", "Average"),
            )
            found += [Measure(name, "AWS/ApplicationELB", metric, how, of, region) for metric, how in wanted]
        elif each["type"] == _GROUP and each.get("parent") in balancers:
            of = (("LoadBalancer", str(balancers[each.get("parent")])), ("TargetGroup", str(outputs["arnSuffix"])))
            found.append(Measure(name, "AWS/ApplicationELB", "HealthyHostCount", "Minimum", of, region))
        elif each["type"] == _CDN:
            of = (("DistributionId", str(each["id"])), ("Region", "Global"))
            for metric, how in (("Requests", "Sum"), ("5xxErrorRate", "Average")):
                found.append(Measure(name, "AWS/CloudFront", metric, how, of, _CDN_REGION))
        elif each["type"] == _CANARY:
            of = (("CanaryName", str(outputs["name"])),)
            found.append(Measure(name, "CloudWatchSynthetics", "SuccessPercent", "Average", of, region))
    return found


def faults(told: Mapping[Measure, Sequence[float]]) -> Iterator[str]:
    """Yield what is not well, by the figures of each minute, the newest last."""
    for what, of in _by_thing(told).items():
        requests, errors = sum(of.get("RequestCount", ())), _errors(of)
        if requests + errors >= FEWEST_REQUESTS and errors * 100 > MOST_ERRORS_PERCENT * requests:
            yield f"{what}: {errors:,.0f} errors to {requests:,.0f} requests"
        hosts = of.get("HealthyHostCount", ())
        # one minute may be of before
        if hosts[-2:] and max(hosts[-2:]) < 1:
            yield f"{what}: no target is healthy"
        seen, rates = of.get("Requests", ()), of.get("5xxErrorRate", ())
        if sum(seen) >= FEWEST_REQUESTS and rates and sum(rates) / len(rates) > MOST_ERRORS_PERCENT:
            yield f"{what}: {sum(rates) / len(rates):.0f} % of {sum(seen):,.0f} answers of the CDN are errors"
        runs = of.get("SuccessPercent", ())
        if len(runs) > 1 and max(runs[-2:]) == 0:
            yield f"{what}: the canary failed twice in a row"


def compared(before: Mapping[Measure, Sequence[float]], told: Mapping[Measure, Sequence[float]]) -> Iterator[str]:
    """Yield what a release does worse than the one before, by balancers of which enough was asked both times."""
    earlier = _by_thing(before)
    for what, of in _by_thing(told).items():
        then = earlier.get(what, {})
        requests = [sum(each.get("RequestCount", ())) for each in (then, of)]
        if min(requests) < FEWEST_REQUESTS:
            continue
        took, takes = (_mean(each.get("TargetResponseTime", ())) or 0 for each in (then, of))
        if takes > WORSE * took and takes - took > WORSE_SECONDS:
            yield f"{what}: an answer takes {takes:.2f} s, and took {took:.2f} s before"
        was, now = (100 * _errors(each) / number for each, number in zip((then, of), requests, strict=True))
        if now > WORSE * was and now - was > WORSE_PERCENT:
            yield f"{what}: {now:.1f} % of answers are errors, and {was:.1f} % were before"


def _by_thing(told: Mapping[Measure, Sequence[float]]) -> dict[str, dict[str, Sequence[float]]]:
    by: dict[str, dict[str, Sequence[float]]] = {}
    for measure, values in told.items():
        by.setdefault(measure.what, {})[measure.metric] = values
    return by


def _errors(of: Mapping[str, Sequence[float]]) -> float:
    return sum((*of.get("HTTPCode_ELB_5XX_Count", ()), *of.get("HTTPCode_Target_5XX_Count", ())))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def untold(told: Mapping[Measure, Sequence[float]]) -> list[str]:
    """Return what ought to have reported whatever comes in, and has not: the targets of a balancer."""
    return [each.what for each, values in told.items() if each.metric == "HealthyHostCount" and not values]


def answer_seconds(told: Mapping[Measure, Sequence[float]]) -> float | None:
    """Return how long an answer took on average, over minutes with answers; None where there was none."""
    return _mean([value for each, every in told.items() if each.metric == "TargetResponseTime" for value in every])


def cloudwatch(run: Run) -> Asked:
    """Ask by the AWS CLI, for minutes."""

    def ask(wanted: Sequence[Measure], start: datetime, end: datetime) -> dict[Measure, Sequence[float]]:
        told: dict[Measure, Sequence[float]] = {}
        for region in dict.fromkeys(each.region for each in wanted):
            here = {f"m{number}": each for number, each in enumerate(wanted) if each.region == region}
            queries = [{"Id": identity, "MetricStat": _metric(each)} for identity, each in here.items()]
            answer = json.loads(
                run(
                    *("aws", "cloudwatch", "get-metric-data", "--region", region, "--output", "json"),
                    *("--scan-by", "TimestampAscending", "--metric-data-queries", json.dumps(queries)),
                    *("--start-time", start.isoformat(), "--end-time", end.isoformat()),
                )
            )
            told |= {here[each["Id"]]: each["Values"] for each in answer["MetricDataResults"]}
        return told

    return ask


def _metric(measure: Measure) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in measure.dimensions]
    metric = {"Namespace": measure.namespace, "MetricName": measure.metric, "Dimensions": dimensions}
    return {"Metric": metric, "Period": _MINUTE, "Stat": measure.statistic}


def watch(
    wanted: Sequence[Measure],
    minutes: int,
    ask: Asked,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: Callable[[float], None] = time.sleep,
) -> tuple[list[str], dict[str, float]]:
    """Watch for so long; what was not well, and how long answers took `before` and `after`. Raises NoAnswer."""
    released = now()
    span = timedelta(minutes=max(minutes, 1))
    before = ask(wanted, released - span, released)
    for minute in range(minutes + 1):
        told = ask(wanted, released, max(now(), released + timedelta(minutes=1)))
        if found := list(faults(told)):
            return found, {}
        if minute < minutes:
            wait(_MINUTE)
    if missing := untold(told):
        raise NoAnswer(f"{', '.join(missing)}: no figure came in {minutes} minutes")
    if found := list(compared(before, told)):
        return found, {}
    times = {"before": answer_seconds(before), "after": answer_seconds(told)}
    return [], {when: seconds for when, seconds in times.items() if seconds is not None}


def main(
    arguments: Sequence[str] | None = None, *, run: Run = run_program, wait: Callable[[float], None] = time.sleep
) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.health", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    parser.add_argument("--minutes", type=int, default=10, help="for how long (10); 0 asks once")
    given = parser.parse_args(arguments)
    try:
        system = system_of(at_folder(given.cwd)) if given.cwd else ""
        region = yaml.safe_load(Path(f"Pulumi.{given.stack}.yaml").read_text(encoding="utf-8"))["config"]["aws:region"]
        wanted = measures(json.loads(run("pulumi", "stack", "export", "--stack", given.stack)), region)
        if not wanted:
            raise NoAnswer("it has no load balancer, CDN or canary that measures anything")
        found, seconds = watch(wanted, given.minutes, cloudwatch(run), wait=wait)
    except (NoAnswer, StackFileError) as reason:
        sys.stderr.write(f"nobody can tell whether {given.stack} is well: {reason}\n")
        return 2
    if found:
        sys.stderr.writelines(f"{given.stack} is not well: {each}\n" for each in found)
        return 1
    words = ", ".join(f"{seconds[when]:.2f} s {when}" for when in ("before", "after") if when in seconds)
    took = f"an answer took {words}" if words else "nobody asked it anything"
    sys.stdout.write(f"{given.stack} was well for {given.minutes} minutes; {took}\n")
    _tell(f"{system}-{given.stack}" if system else given.stack, region, seconds, run)
    return 0


def _tell(stack: str, region: str, seconds: Mapping[str, float], run: Run) -> None:
    names = {"before": "AnswerSecondsBefore", "after": "AnswerSecondsAfter"}
    data = [
        f"MetricName={names[when]},Unit=Seconds,Value={value:.3f},Dimensions=[{{Name=Stack,Value={stack}}}]"
        for when, value in seconds.items()
    ]
    if not data:
        return
    told = ("aws", "cloudwatch", "put-metric-data", "--region", region, "--namespace", DEPLOYMENTS)
    try:
        run(*told, "--metric-data", *data)
    except NoAnswer as reason:
        sys.stderr.write(f"CloudWatch was not told how long answers take: {reason}\n")


if __name__ == "__main__":
    sys.exit(main())
