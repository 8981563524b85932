"""Files of other packages that the pages load: the chart library, as its package ships it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files


def shipped() -> Mapping[str, bytes]:
    """By the name under /static/. Chart.js with its dates; it draws on a canvas, so the page's policy holds it."""
    library = files("chartkick") / "django" / "static" / "chartkick" / "Chart.bundle.js"
    return {"chart-library.js": library.read_bytes()}
