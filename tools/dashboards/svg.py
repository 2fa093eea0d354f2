"""Panels as SVG, for previews: enough to see places, colours and shapes."""

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Answer = Sequence[Mapping[str, Any]]
Answers = Sequence[tuple[str, Answer]]
Box = tuple[float, float, float, float]
COLUMN, ROW, GAP, TOP = 50, 30, 6, 46
LINES = ("#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#f2495c", "#b877d9", "#8ab8ff", "#fade2a")
COLOURS = {"green": "#56a64b", "orange": "#ff9830", "red": "#e02f44", "text": "#ccccdc"}
PLAIN, FAINT, PANEL, PAGE = "#ccccdc", "#8e8e9c", "#181b1f", "#111217"
MOST_IN_LEGEND = 5


def document(page: Mapping[str, Any], answers: Mapping[int, Answers]) -> tuple[str, int, int]:
    """Return a page as HTML, with its width and height in pixels; `answers` by the panels' ids."""
    parts = [_text(page["title"], 12, 30, 20, weight=600), _text("preview, from made-up series", 930, 30, 13, FAINT)]
    height = 0.0
    for panel in page["panels"]:
        place = panel["gridPos"]
        x, y = place["x"] * COLUMN + GAP, place["y"] * ROW + TOP
        box = (x, y, place["w"] * COLUMN - GAP, place["h"] * ROW - GAP)
        height = max(height, y + box[3] + 2 * GAP)
        if panel["type"] == "row":
            parts.append(_text(f"\u25be {panel['title']}", x, y + 18, 14, weight=600))
        else:
            parts.append(_DRAWN[panel["type"]](panel, answers[panel["id"]], box))
    width = 24 * COLUMN + GAP
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}">{"".join(parts)}</svg>'
    return f'<!doctype html><body style="margin:0;background:{PAGE}">{svg}</body>', width, round(height)


def said(value: float, unit: str) -> str:
    """Write a figure in its unit, about as Grafana does."""
    if math.isnan(value):
        return "no data"
    if unit == "percentunit":
        return f"{100 * value:.4g} %"
    if unit == "percent":
        return f"{value:.3g} %"
    if unit == "s":
        return f"{value / 60:.3g} min" if value >= 60 else f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"  # noqa: PLR2004 # a minute
    if unit in {"short", "none"} and value >= 1000:  # noqa: PLR2004 # three digits hold no more
        return f"{value:,.0f}"
    if unit == "bytes":
        return f"{value / 2**20:.4g} MiB"
    return f"{value:.3g}{ {'reqps': ' req/s', 'ops': ' ops/s'}.get(unit, '') }"


def legend(pattern: str, labels: Mapping[str, str]) -> str:
    """Fill labels into a legend (`{{queue}} 95 %`)."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), pattern) or "value"


def colour(value: float, panel: Mapping[str, Any]) -> str:
    """Return the colour of the last threshold that a figure has reached."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    reached = [step["color"] for step in steps if step["value"] is None or value >= step["value"]]
    return COLOURS[reached[-1]]


def _now(answers: Answers) -> list[tuple[str, float]]:
    return [(legend(pattern, each["metric"]), float(each["value"][1])) for pattern, found in answers for each in found]


def _stat(panel: Mapping[str, Any], answers: Answers, box: Box) -> str:
    x, y, width, height = box
    defaults = panel["fieldConfig"]["defaults"]
    value = next((value for _, value in _now(answers)), math.nan)
    words = {key: word for each in defaults.get("mappings", []) for key, word in each["options"].items()}
    word = words.get(f"{value:g}")
    shade = PANEL if math.isnan(value) else COLOURS[word["color"]] if word else colour(value, panel)
    filled = panel["options"]["colorMode"] == "background"
    text = word["text"] if word else said(value, defaults["unit"])
    return (
        _rect(box, shade if filled else PANEL)
        + _text(panel["title"], x + 10, y + 20, 13, "#ffffff" if filled else PLAIN, weight=500)
        + _text(text, x + width / 2, y + height / 2 + 20, 30, "#ffffff" if filled else shade, "middle", 600)
    )


def _bars(panel: Mapping[str, Any], answers: Answers, box: Box) -> str:
    x, y, width, height = box
    defaults, found = panel["fieldConfig"]["defaults"], _now(answers)
    most = defaults.get("max") or max([value for _, value in found] or [1])
    step = (height - 40) / max(len(found), 1)
    parts = [_rect(box, PANEL), _text(panel["title"], x + 10, y + 20, 13, weight=500)]
    for index, (name, value) in enumerate(found):
        top = y + 36 + index * step
        long = (width - 190) * max(0.0, min(1.0, value / most))
        parts.append(_text(name, x + 130, top + step / 2, 12, anchor="end"))
        parts.append(_rect((x + 138, top + 2, long, step - 10), colour(value, panel), 2))
        parts.append(_text(said(value, defaults["unit"]), x + 144 + long, top + step / 2, 12))
    return "".join(parts)


def _alerts(panel: Mapping[str, Any], answers: Answers, box: Box) -> str:
    x, y, *_ = box
    chosen = re.search(r'=~"(.+)"', panel["options"]["alertInstanceLabelFilter"])
    parts = [_rect(box, PANEL), _text(panel["title"], x + 10, y + 20, 13, weight=500)]
    labels = [each["metric"] for _, found in answers for each in found]
    shown = [each for each in labels if not chosen or re.fullmatch(chosen[1], each["alertname"])]
    for index, each in enumerate(sorted(shown, key=lambda each: each["severity"])):
        top = y + 38 + index * 34
        shade = COLOURS["red" if each["severity"] == "critical" else "orange"]
        parts.append(_rect((x + 10, top, 6, 26), shade, 2))
        parts.append(_text(each["alertname"], x + 24, top + 18, 14))
        parts.append(_text(f"firing, {each['severity']}", x + 250, top + 18, 12, FAINT))
    return "".join(parts)


def _graph(panel: Mapping[str, Any], answers: Answers, box: Box) -> str:
    x, y, width, height = box
    defaults = panel["fieldConfig"]["defaults"]
    unit = defaults["unit"]
    series = [
        (legend(pattern, each["metric"]), [(t, float(v)) for t, v in each["values"] if math.isfinite(float(v))])
        for pattern, found in answers
        for each in found
    ]
    series = [(name, points) for name, points in series if points]
    stacked = defaults["custom"].get("stacking", {}).get("mode") == "normal"
    limit = next((step["value"] for step in defaults.get("thresholds", {}).get("steps", []) if step["value"]), None)
    left, top, wide, tall = x + 62, y + 34, width - 74, height - 58 - 17 * min(len(series), MOST_IN_LEGEND)
    drawn = _stack(series) if stacked else series
    highest = max([v for _, points in drawn for _, v in points] or [1]) or 1
    if limit is not None and limit < 3 * highest:
        highest = max(highest, limit * 1.05)
    first, span = _range(answers)

    def at(t: float, v: float) -> str:
        return f"{left + wide * (t - first) / span:.1f},{top + tall * (1 - v / highest):.1f}"

    parts = [_rect(box, PANEL), _text(panel["title"], x + 10, y + 20, 13, weight=500)]
    for share in (0, 0.5, 1):
        level = top + tall * (1 - share)
        parts.append(f'<path d="M{left},{level:.1f}h{wide}" stroke="#2c3235"/>')
        parts.append(_text(said(share * highest, unit), left - 6, level + 4, 11, FAINT, "end"))
    if limit is not None and limit <= highest:
        level = top + tall * (1 - limit / highest)
        parts.append(f'<path d="M{left},{level:.1f}h{wide}" stroke="{COLOURS["red"]}" stroke-dasharray="8 6"/>')
    for index, (_, points) in reversed(list(enumerate(drawn))):
        shade, path = LINES[index % len(LINES)], " ".join(at(t, v) for t, v in points)
        if stacked:
            area = f"{at(points[0][0], 0)} {path} {at(points[-1][0], 0)}"
            parts.append(f'<polygon points="{area}" fill="{shade}" fill-opacity="0.45"/>')
        parts.append(f'<polyline points="{path}" fill="none" stroke="{shade}" stroke-width="1.6"/>')
    for index, (name, points) in enumerate(series[:MOST_IN_LEGEND]):
        level = top + tall + 24 + 17 * index
        parts.append(_rect((left, level - 6, 14, 4), LINES[index % len(LINES)], 1))
        parts.append(_text(name, left + 20, level, 12))
        parts.append(_text(f"last {said(points[-1][1], unit)}", x + width - 12, level, 12, FAINT, "end"))
    return "".join(parts)


def _range(answers: Answers) -> tuple[float, float]:
    """Return when all answers begin, and how long they last: a series may have ended before."""
    times = [float(t) for _, found in answers for each in found for t, _ in each["values"]] or [0.0, 1.0]
    return min(times), max(times) - min(times) or 1.0


def _stack(series: Sequence[tuple[str, list[tuple[float, float]]]]) -> list[tuple[str, list[tuple[float, float]]]]:
    below: dict[float, float] = {}
    stacked = []
    for name, points in series:
        for t, v in points:
            below[t] = below.get(t, 0.0) + v
        stacked.append((name, [(t, below[t]) for t, _ in points]))
    return stacked


def _rect(box: Box, fill: str, radius: int = 3) -> str:
    x, y, width, height = box
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{fill}"/>'


def _text(text: str, x: float, y: float, size: int, fill: str = PLAIN, anchor: str = "start", weight: int = 400) -> str:
    style = f'font-family="Inter, DejaVu Sans, sans-serif" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" {style}>{html.escape(text)}</text>'


_DRAWN: Mapping[str, Callable[[Mapping[str, Any], Answers, Box], str]] = {
    "alertlist": _alerts,
    "bargauge": _bars,
    "stat": _stat,
    "timeseries": _graph,
}
