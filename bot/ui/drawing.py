"""A chart's facts to an image. Only figures of its own, nothing of pyplot; the font is the one that matplotlib brings.

The image is a card with its own ground, so that it reads the same on Discord's dark and light themes. Shops are told
apart by colour and by number, their stock by the height of a bar: full in stock, half for later, a hair for sold out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from PIL import Image

from alerts.domain.tracks import Shelf, Step
from bot.ui.chart import Chart

CARD, INK, QUIET, GRID, REST = "#1e1f24", "#f2f3f5", "#b9bec7", "#3a3c44", "#8e949e"
# After Okabe and Ito, lightened for a dark ground.
COLOURS = ("#56b4e9", "#f5a623", "#2fc995", "#f0e442", "#e58fc0", "#ff7a4d", "#8c9eff", "#c9a27e")
WIDTH, _LEFT, _RIGHT, _TOP, _PLOT, _ROW, _EDGE = 1000, 238, 856, 78, 300, 34, 26
_TIMES = 34  # for the labels beneath the plot
_BAR = {Shelf.IN: 16.0, Shelf.LATER: 8.0, Shelf.OUT: 2.0}
_TITLE, _TEXT, _SMALL = 25.0, 20.0, 19.0
_TAG = 11.0  # the radius of a number's disc
Place = tuple[float, float]


def draw(chart: Chart) -> bytes:
    """The PNG."""
    return _Drawing(chart).png()


@dataclass(slots=True)
class _Run:
    """An unbroken line."""

    places: list[Place] = field(default_factory=list)
    is_asked: bool = False


class _Drawing:
    """One image in pixels from its upper left corner, as long as it is being made."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._plot = _PLOT if chart.price else 0
        self._under = _TOP + self._plot + _TIMES
        count = len(chart.rows) + bool(chart.rest)
        self._height = self._under + 12 + count * _ROW + _EDGE - 8
        self._figure = Figure(figsize=(WIDTH / 72, self._height / 72), dpi=72, facecolor="none")
        self._canvas = FigureCanvasAgg(self._figure)
        font = Path(mpl.get_data_path()) / "fonts" / "ttf"
        self._fonts = {False: font / "DejaVuSans.ttf", True: font / "DejaVuSans-Bold.ttf"}

    def png(self) -> bytes:
        box = FancyBboxPatch((0, 0), WIDTH, self._height, boxstyle="round,pad=0,rounding_size=18", fc=CARD, ec="none")
        self._add(box)
        room = WIDTH - 2 * _EDGE
        window = self._text((WIDTH - _EDGE, 46), self._chart.window, _TEXT, QUIET, ha="right", room=room * 0.45)
        self._text((_EDGE, 46), self._chart.title, _TITLE, INK, room=room - window - 24, is_bold=True)
        self._times()
        if self._chart.price:
            self._prices()
            self._lines()
            self._low()
        self._bars()
        self._canvas.draw()  # type: ignore[no-untyped-call]
        drawn = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        image = Image.frombuffer("RGBA", (WIDTH, self._height), drawn, "raw", "RGBA", 0, 1)
        # A palette is a third of the bytes, and nobody sees it: a chart has few colours.
        few = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        made = BytesIO()
        few.save(made, "PNG", compress_level=6)
        return made.getvalue()

    # The grid

    def _times(self) -> None:
        time, lines = self._chart.time, []
        for at, label in time.ticks:
            x = self._x(at)
            lines.append([(x, _TOP), (x, self._under - _TIMES)])
            self._text((x, self._under - 8), label, _SMALL, QUIET, ha="center")
        if self._chart.price:
            self._segments(lines, GRID, 1.0)
        if time.has_hours:
            self._text((_EDGE, self._under - 8), "UTC", _SMALL, QUIET)

    def _prices(self) -> None:
        price = self._chart.price
        assert price
        self._segments([[(_LEFT, self._y(each)), (_RIGHT, self._y(each))] for each, _ in price.ticks], GRID, 1.0)
        for amount, label in price.ticks:
            room = _LEFT - _EDGE - 14
            self._text((_LEFT - 14, self._y(amount) + 6), label, _SMALL, QUIET, ha="right", room=room)

    # What is in it

    def _lines(self) -> None:
        for steps in self._chart.rest:
            self._line(steps, REST, 1.5)
        for row in reversed(self._chart.rows):
            self._line(row.steps, COLOURS[row.number - 1], 3.0)
        ends = [(self._y(last.price.amount), row.number) for row in self._chart.rows if (last := row.steps[-1]).price]
        for y, number in _apart(sorted(ends), 2 * _TAG + 2, _TOP + _TAG, self._under - _TIMES - _TAG):
            self._tag((_RIGHT + 20, y), number)

    def _line(self, steps: Sequence[Step], colour: str, width: float) -> None:
        """Steps: whole where the price counts, dotted where it is only written there."""
        runs = list(self._runs(steps))
        faint = [run.places for run in runs if not run.is_asked]
        self._segments(faint, colour, width * 0.6, alpha=0.65, linestyles=[(0, (1.5, 2.5))])
        self._segments([run.places for run in runs if run.is_asked], colour, width)
        last = steps[-1]
        if last.is_asked and last.price:  # what has begun just now is seen, too
            self._dot((_RIGHT, self._y(last.price.amount)), colour, width * 1.3)

    def _runs(self, steps: Sequence[Step]) -> Iterator[_Run]:
        """Unbroken lines; the upright between two of them belongs to the one whose price counts."""
        run = _Run()
        for step, end in zip(steps, self._ends(steps), strict=True):
            if run.places and (step.price is None or step.is_asked != run.is_asked):
                yield run
                joint = run.places[-1:] if step.is_asked and step.price else []
                run = _Run(joint)
            if step.price:
                y = self._y(step.price.amount)
                run.is_asked = step.is_asked
                run.places += [(self._x(step.at), y), (end, y)]
        if run.places:
            yield run

    def _low(self) -> None:
        low = self._chart.low
        if low is None:
            return
        x, y = self._x(low.at), self._y(low.amount)
        self._dot((x, y), CARD, 7.5)
        self._dot((x, y), INK, 5.0)
        half = self._width(low.text, _SMALL, is_bold=True) / 2
        middle = min(max(x, _LEFT + half + 6), _RIGHT - half - 6)
        back = {"boxstyle": "round,pad=0.2", "fc": CARD, "ec": "none", "alpha": 0.8}
        self._text((middle, y + 29), low.text, _SMALL, INK, ha="center", is_bold=True, bbox=back)

    def _bars(self) -> None:
        top = self._under + 12.0
        for row in self._chart.rows:
            y = top + _ROW / 2
            self._tag((_EDGE + _TAG, y), row.number)
            self._text((_EDGE + 2 * _TAG + 9, y + 6.5), row.name, _TEXT, INK, room=_LEFT - _EDGE - 2 * _TAG - 20)
            self._bar(row.steps, y, COLOURS[row.number - 1])
            self._text(
                (_RIGHT + 12, y + 6.5), row.now, _TEXT, INK if row.is_in else QUIET, room=WIDTH - _RIGHT - 12 - _EDGE
            )
            top += _ROW
        if self._chart.rest:
            y = top + _ROW / 2
            self._text((_EDGE, y + 6.5), self._chart.rest_name, _TEXT, QUIET, room=_LEFT - _EDGE - 14)
            for steps in self._chart.rest:
                self._bar(steps, y, REST)

    def _bar(self, steps: Sequence[Step], y: float, colour: str) -> None:
        shapes = []
        for step, end in zip(steps, self._ends(steps), strict=True):
            half, x = _BAR.get(step.shelf, 0) / 2, self._x(step.at)
            if half:
                x = min(x, end - 2) if step.shelf is Shelf.IN else x  # seen, however short it was
                shapes.append(self._points([(x, y - half), (end, y - half), (end, y + half), (x, y + half)]))
        self._add(PolyCollection(shapes, facecolors=colour, linewidths=0, antialiaseds=False))

    # Marks

    def _segments(self, lines: Sequence[Sequence[Place]], colour: str, width: float, **more: Any) -> None:
        if lines:
            points = [self._points(line) for line in lines]
            self._add(LineCollection(points, colors=colour, linewidths=width, capstyle="butt", **more))

    def _dot(self, place: Place, colour: str, radius: float) -> None:
        (centre,) = self._points([place])
        self._add(Circle(centre, radius, fc=colour, ec="none"))

    def _tag(self, place: Place, number: int) -> None:
        self._dot(place, COLOURS[number - 1], _TAG)
        self._text((place[0], place[1] + 5.5), str(number), 15.0, CARD, ha="center", is_bold=True)

    def _text(
        self, place: Place, text: str, size: float, colour: str, *, room: float = WIDTH, is_bold: bool = False,
        **more: Any,
    ) -> float:  # fmt: skip
        """Written on a line, smaller and then cut where there is no room; answers its width."""
        wide = self._width(text, size, is_bold=is_bold)
        if wide > room:
            size *= max(room / wide, 0.85)
            if wide * 0.85 > room:
                while text and self._width(f"{text}…", size, is_bold=is_bold) > room:
                    text = text[:-1]
                text = f"{text.rstrip()}…"
        ((x, y),) = self._points([place])
        font = FontProperties(fname=self._fonts[is_bold], size=size)
        # A shop's "$" is no formula.
        self._add(Text(x, y, text, color=colour, fontproperties=font, parse_math=False, usetex=False, **more))
        return self._width(text, size, is_bold=is_bold)

    def _width(self, text: str, size: float, *, is_bold: bool = False) -> float:
        font = FontProperties(fname=self._fonts[is_bold], size=size)
        renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def _add(self, artist: Artist) -> None:
        artist.set_transform(IdentityTransform())
        artist.set_zorder(len(self._figure.get_children()))  # what comes later lies above
        self._figure.add_artist(artist)

    # Places

    def _x(self, at: datetime) -> float:
        return _LEFT + self._chart.time.place(at) * (_RIGHT - _LEFT)

    def _y(self, amount: Any) -> float:
        assert self._chart.price
        return _TOP + (1 - self._chart.price.place(amount)) * self._plot

    def _ends(self, steps: Sequence[Step]) -> list[float]:
        return [*(self._x(step.at) for step in steps[1:]), float(_RIGHT)]

    def _points(self, places: Iterable[Place]) -> list[Place]:
        return [(x, self._height - y) for x, y in places]


def _apart(ends: Sequence[tuple[float, int]], gap: float, top: float, bottom: float) -> list[tuple[float, int]]:
    """Heights, the uppermost first, moved so that none covers another and none leaves the plot."""
    placed: list[float] = []
    for y, _ in ends:
        placed.append(max(y, placed[-1] + gap if placed else top))
    limit = bottom
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - gap
    return [(y, number) for y, (_, number) in zip(placed, ends, strict=True)]
