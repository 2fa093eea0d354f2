"""Draws pages without Grafana: `python -m tools.dashboards.preview overview queue` writes docs/pictures.

Made-up series go into a real Prometheus; what it answers to the panels' questions is drawn in the panels' places, and
Chromium shows it. It needs Debian's packages `prometheus` and `chromium`. It is a preview: colours and places are the
page's, the drawing is not Grafana's.
"""

import html
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import sample_series
from .__main__ import COMPONENTS
from .svg import document

PICTURES = COMPONENTS.parent / "docs" / "pictures"
SHOWN_SECONDS = 3600
# four times the scrape interval, as Grafana has it
FILLED_IN = {"$__rate_interval": "1m", "$__range_s": str(SHOWN_SECONDS), "$__range": "1h", "$__interval": "1m"}
READY_SECONDS = 60
Answer = Sequence[Mapping[str, Any]]


class Prometheus:
    """A server that holds the series; times are those of the last sample."""

    def __init__(self, url: str, end: int) -> None:
        self._url, self._end = url, end

    def panel(self, panel: Mapping[str, Any], values: Mapping[str, str]) -> list[tuple[str, Answer]]:
        """Return each question's legend and answer: a series of values, or one, as the panel asks."""
        if panel["type"] == "alertlist":
            return [("{{alertname}}", self._asked('ALERTS{alertstate="firing"}', instant=True))]
        return [
            (
                target.get("legendFormat", ""),
                self._asked(_filled(target["expr"], values), instant=bool(target.get("instant"))),
            )
            for target in panel["targets"]
        ]

    def _asked(self, expression: str, *, instant: bool) -> Answer:
        times = {"time": self._end} if instant else {"start": self._end - SHOWN_SECONDS, "end": self._end, "step": 30}
        query = urllib.parse.urlencode({"query": expression, **times})
        with urllib.request.urlopen(f"{self._url}/api/v1/query{'' if instant else '_range'}?{query}") as answer:
            found: Answer = json.load(answer)["data"]["result"]
            return found


def _filled(expression: str, values: Mapping[str, str]) -> str:
    for name, value in {**FILLED_IN, **values}.items():
        expression = expression.replace(name, value)
    return expression


def variables(page: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands for a page's variables until somebody chooses."""
    return {f"${each['name']}": each.get("allValue") or each["current"]["value"] for each in page["templating"]["list"]}


@contextmanager
def prometheus(port: int) -> Iterator[Prometheus]:
    """Run a Prometheus that holds the made-up series."""
    server, promtool = _program("prometheus"), _program("promtool")
    with tempfile.TemporaryDirectory() as folder:
        # blocks are of two hours: a newer one would not be taken for complete
        end = int(time.time()) // sample_series.STEP_SECONDS * sample_series.STEP_SECONDS
        series, data = Path(folder) / "series", Path(folder) / "data"
        series.write_text(sample_series.openmetrics(end))
        subprocess.run(
            [promtool, "tsdb", "create-blocks-from", "openmetrics", series, data], check=True, capture_output=True
        )
        (Path(folder) / "prometheus.yml").write_text("{}")
        where = [f"--storage.tsdb.path={data}", f"--config.file={folder}/prometheus.yml"]
        process = subprocess.Popen(
            [server, *where, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL
        )
        try:
            _wait(f"http://127.0.0.1:{port}/-/ready", process)
            yield Prometheus(f"http://127.0.0.1:{port}", end)
        finally:
            process.terminate()
            process.wait()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not on PATH: install Debian's packages prometheus and chromium")
    return found


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"Prometheus does not answer at {url}")


def picture(name: str, server: Prometheus) -> Path:
    """Draw a page, and have Chromium show it."""
    (file,) = COMPONENTS.glob(f"*/dashboards/{name}.json")
    page = json.loads(file.read_text(encoding="utf-8"))
    values = variables(page)
    panels = [each for each in page["panels"] if each["type"] != "row"]
    text, width, height = document(page, {each["id"]: server.panel(each, values) for each in panels})
    target = PICTURES / f"dashboard-{name}.png"
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / f"{html.escape(name)}.html"
        shown.write_text(text, encoding="utf-8")
        flags = ["--headless=new", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]
        subprocess.run(
            [_program("chromium"), *flags, f"--window-size={width},{height}", f"--screenshot={target}", shown.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return target


if __name__ == "__main__":
    with prometheus(19090) as running:
        for each_name in sys.argv[1:] or ["overview", "queue"]:
            print(picture(each_name, running))
