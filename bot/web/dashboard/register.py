"""Every page of a guild, in the order of the navigation."""

from __future__ import annotations

from bot.web.dashboard.alerts import AlertsPage
from bot.web.dashboard.deliveries import DeliveriesPage
from bot.web.dashboard.keys import KeysPage
from bot.web.dashboard.live import Live
from bot.web.dashboard.overview import OverviewPage
from bot.web.dashboard.parts import Parts
from bot.web.dashboard.product import ProductPage
from bot.web.dashboard.settings import SettingsPage
from bot.web.dashboard.vendors import VendorsPage
from bot.web.dashboard.visits import Dashboard
from bot.web.dashboard.watchlist import WatchlistPage
from bot.web.dashboard.webhooks import WebhooksPage


def add_pages(dashboard: Dashboard, parts: Parts, live: Live) -> None:
    """All of them. `live.reading()` must run as long as they are served."""
    for page in (OverviewPage, WatchlistPage, AlertsPage, DeliveriesPage, VendorsPage, ProductPage, SettingsPage,
                 KeysPage, WebhooksPage):  # fmt: skip
        page(parts).register(dashboard)
    dashboard.page("/g/{guild}/live", live.page)
