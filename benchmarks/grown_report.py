"""Report of `growth`: tables in docs/growth.md and a plot, docs/growth.svg."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from readme import markdown, write_section

DOCS = Path(__file__).parent.parent / "docs"
_WIDTH, _HEIGHT, _LEFT, _TOP, _SIDE = 230, 230, 60, 34, 150


def write_report(result: dict[str, Any]) -> None:
    """Write the tables and the plot."""
    sizes = result["sizes"]
    document = DOCS / "growth.md"
    write_section("growth", _costs(sizes), document)
    write_section("growth-stages", _stages(sizes), document)
    write_section("growth-disk", _disk(sizes), document)
    write_section("growth-corpus", _corpus(sizes), document)
    write_section("growth-vectors", _vectors(result["resemblance"]), document)
    (DOCS / "growth.svg").write_text(plot(sizes), encoding="utf-8")


def _costs(sizes: Sequence[dict[str, Any]]) -> str:
    header = (
        "passages", "build s (processor)", "peak MB", "disk MB", "open s, cold / warm",
        "serving MB: own, most", "four at once: each's own, all",
        "a question ms, p50 / p95 / p99", "recall@10", "one more s",
    )  # fmt: skip
    rows = []
    for one in sizes:
        built, served = one["build"], one["serve"]
        process, ms, memory = built["process"], served["retrieval_ms"], served["memory_mb"]
        cold, warm = _opening(one, from_disk=True), _opening(one, from_disk=False)
        rows.append(
            (
                f"{built['n_passages']:,}",
                f"{process['seconds']:.0f} ({process['cpu']:.0f})",
                f"{process['peak_mb']:.0f}",
                f"{sum(built['bytes'].values()) / 1e6:.0f}",
                f"{cold:.2f} / {warm:.2f}",
                f"{memory['serving']['anonymous']:.0f}, {served['peak_mb']:.0f}",
                f"{_own_of_several(one):.0f}, {one['together']['pss_mb']:.0f}",
                " / ".join(f"{ms[name]:.0f}" for name in ("p50", "p95", "p99")),
                served["recall@10"],
                f"{_added(one):.1f}",
            )
        )
    return markdown(header, rows)


def _opening(one: dict[str, Any], *, from_disk: bool) -> float:
    return median(turn["seconds"] for turn in one["open"] if turn["from_disk"] == from_disk)


def _own_of_several(one: dict[str, Any]) -> float:
    return median(each["anonymous"] for each in one["together"]["processes"])


def _added(one: dict[str, Any]) -> float:
    return median(turn["process"]["seconds"] for turn in one["add"])


def _stages(sizes: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for one in sizes for name in one["build"]["stages"]))
    rows = [
        (
            f"{one['build']['n_passages']:,}",
            *(
                f"{stage['seconds']:.1f} ({stage['cpu']:.1f})" if stage else "-"
                for name in names
                for stage in [one["build"]["stages"].get(name)]
            ),
            f"{one['build']['process']['load_before']:.1f}",
        )
        for one in sizes
    ]
    return markdown(("passages", *names, "load before"), rows)


def _disk(sizes: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for one in sizes for name in one["build"]["bytes"]))
    rows = [
        (
            f"{one['build']['n_passages']:,}",
            *(f"{one['build']['bytes'].get(name, 0) / 1e6:.1f}" for name in names),
        )
        for one in sizes
    ]
    return markdown(("passages", *names), rows)


def _corpus(sizes: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            f"{one['build']['n_passages']:,}",
            f"{one['build']['n_articles']:,}",
            *(
                f"{words['words']:,}, {words['distinct']:,} ({words['by_heaps']:,})"
                for words in one["corpus"]["words"].values()
            ),
            one["build"]["pairs_of_copies"],
        )
        for one in sizes
    ]
    header = (
        "passages",
        "articles",
        "Persian words, distinct (by Heaps' law)",
        "English",
        "copies",
    )
    return markdown(header, rows)


def _vectors(resemblance: dict[str, Any]) -> str:
    rows = []
    for tag, held in resemblance.items():
        for name in ("real", "drawn"):
            one = held[name]
            near, far, shares = one.values()
            rows.append((f"{tag}, {name}", f"{held['n']:,}", near, far, *shares))
    header = ("vectors", "n", "1st neighbour", "10th", "variance in 10 directions", "50", "100")
    return markdown(header, rows)


def plot(sizes: Sequence[dict[str, Any]]) -> str:
    """Return small log-log plots side by side, as SVG."""
    passages = [one["build"]["n_passages"] for one in sizes]
    panels = {
        "build, s": [one["build"]["process"]["seconds"] for one in sizes],
        "open, s": [_opening(one, from_disk=False) for one in sizes],
        "a question (p95), ms": [one["serve"]["retrieval_ms"]["p95"] for one in sizes],
        "own memory serving, MB": [
            one["serve"]["memory_mb"]["serving"]["anonymous"] for one in sizes
        ],
        "disk, MB": [sum(one["build"]["bytes"].values()) / 1e6 for one in sizes],
        "one more article, s": [_added(one) for one in sizes],
    }
    drawn = "".join(
        f'<g transform="translate({at % 3 * _WIDTH},{at // 3 * _HEIGHT})">'
        + "".join(_panel(name, passages, values))
        + "</g>"
        for at, (name, values) in enumerate(panels.items())
    )
    size = f'width="{3 * _WIDTH}" height="{2 * _HEIGHT}"'
    style = 'font-family="sans-serif" font-size="11"'
    box = f'viewBox="0 0 {3 * _WIDTH} {2 * _HEIGHT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {style}>'
        f'<rect width="100%" height="100%" fill="white"/>{drawn}</svg>\n'
    )


def _panel(name: str, xs: Sequence[float], ys: Sequence[float]) -> Iterator[str]:
    """Yield one plot: its frame, a line for each power of ten, the points and their labels."""
    left, right = math.floor(math.log10(min(xs))), math.ceil(math.log10(max(xs)))
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    high = max(high, low + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - left) / max(right - left, 1)
        up = (math.log10(y) - low) / (high - low)
        return round(_LEFT + _SIDE * across, 1), round(_TOP + _SIDE * (1 - up), 1)

    yield f'<text x="{_LEFT}" y="{_TOP - 14}" font-weight="bold">{name}</text>'
    for power in range(low, high + 1):
        _, y = place(10**left, 10.0**power)
        yield f'<path d="M{_LEFT} {y}h{_SIDE}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>'
    for power in range(left, right + 1):
        x, _ = place(10.0**power, 10.0**low)
        label = {3: "1k", 4: "10k", 5: "100k", 6: "1M", 7: "10M"}.get(power, f"1e{power}")
        yield f'<path d="M{x} {_TOP}v{_SIDE}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{_TOP + _SIDE + 16}" text-anchor="middle">{label}</text>'
    points = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    line = " ".join(f"{x},{y}" for x, y in points)
    yield f'<polyline points="{line}" fill="none" stroke="#1f5f99" stroke-width="2"/>'
    for (x, y), value in zip(points, ys, strict=True):
        yield f'<circle cx="{x}" cy="{y}" r="3" fill="#1f5f99"/>'
        yield f'<text x="{x}" y="{y - 7}" text-anchor="middle">{value:.3g}</text>'
