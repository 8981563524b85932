"""`grafana`: the dashboard for Grafana, to be imported or provisioned."""

from __future__ import annotations

from bot.cli.shared import FINE, print_json
from bot.grafana import dashboard


def grafana() -> int:
    """Print the dashboard for Grafana as JSON."""
    print_json(dashboard())
    return FINE
