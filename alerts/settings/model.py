"""What can be configured, with its defaults. DESIGN §7.2 and docs/configuration.md say what each key does."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    model_validator,
)

from alerts.domain.model import Product, Tier
from alerts.domain.quota import Quota
from alerts.domain.shards import Shards
from alerts.settings.backup import BackupSection
from alerts.settings.shops import FetchSection, ProductSection, TinyfishSection, VendorSection
from alerts.settings.timing import CacheSection, ConfirmSection, HistorySection, TiersSection
from alerts.settings.units import Duration, Pace
from alerts.settings.watching import HeartbeatSection, SentrySection, TracesSection
from alerts.settings.web import WebSection
from alerts.settings.written import Section, WebAddress, _shards, _store_address


class DiscordSection(Section):
    api_base: WebAddress = "https://discord.com/api/v10"
    """the API to speak to; its gateway is read from `GET {api_base}/gateway/bot`, so any Discord-compatible server will
    do"""
    token: SecretStr | None = None  # from DISCORD_TOKEN or DISCORD_TOKEN_FILE only
    """see above; never in the file"""
    # Discord's wall is 50 a second for everything a bot does; the rest is for commands' answers.
    pace: Pace = timedelta(seconds=1) / 45
    """messages and edits of alerts at most so often, all channels together; Discord allows a bot 50 requests a second
    for everything it does. `none` lifts it"""
    # This process's own, 0-3/16; `auto`: Discord says how many there are, and this process has them all.
    shards: Annotated[str, AfterValidator(_shards)] = Field(default="auto", title="range or `auto`")
    """this process's shards of all, such as `0-3/16`: the first four of sixteen; `run --shards` wins. `auto`: all that
    Discord proposes, in this process. See [scaling](scaling.md#several-bot-processes)"""

    def own_shards(self) -> Shards | None:
        """Those of this process; None for all there are."""
        return None if self.shards == "auto" else Shards.parse(self.shards)


class StoreSection(Section):
    url: Annotated[str, AfterValidator(_store_address)] = Field(
        default="embedded://", repr=False
    )  # may hold a password
    """`embedded://` starts the bundled Valkey; `redis://`, `rediss://`, `valkey://`, `valkeys://` and `unix://` use a
    server of yours, 7.0 or newer; `…+cluster://` and `…+sentinel://` use several, see below. Give each `appendonly yes`
    and `maxmemory-policy noeviction`: alerts live there"""
    data_dir: Path = Path("data")
    """where the bundled Valkey keeps its files"""
    secret_key: SecretStr | None = None  # from HS_SECRET_KEY or HS_SECRET_KEY_FILE only
    """see above; never in the file"""


class GuildsSection(Section):
    """The most that one guild may have scanned."""

    watches: int = Field(default=300, ge=1, le=100_000)
    """products that it watches, configured or added by address"""
    urls: int = Field(default=250, ge=0, le=100_000)
    """those of them that were added by address; 0 allows none"""
    hot: int = Field(default=25, ge=0, le=100_000)
    """those that it has put on the hot tier itself"""

    def quota(self) -> Quota:
        """The same as the domain takes it."""
        return Quota(**self.model_dump())


class LimitsSection(Section):
    """How often people may ask in a minute, and how many API keys a guild may have."""

    commands_per_user: int = Field(default=30, ge=1, le=100_000)
    """commands of one person, wherever they are"""
    commands_per_guild: int = Field(default=300, ge=1, le=100_000)
    """commands of all members of one server"""
    fresh_per_member: int = Field(default=10, ge=1, le=10_000)
    """times that one person has the shops asked anew"""
    fresh_per_guild: int = Field(default=60, ge=1, le=10_000)
    """the same of all members of one server"""
    keys_per_guild: int = Field(default=10, ge=1, le=1000)
    """API keys that one server, or the operator's own list, may have"""


class OperatorSection(Section):
    """Whoever hosts the bot, and where they are told of its own troubles."""

    channel: int | None = Field(default=None, title="id of a channel", ge=1, lt=2**64)
    """where the bot tells of its own troubles: it needs to see the channel and send messages there. Without it nothing
    is told"""
    report_channel: int | None = Field(default=None, title="id of a channel", ge=1, lt=2**64)
    """where the bot says on Mondays, at 9:00 UTC, what it did in the week before; `hardware-sentry report` prints the
    same at any time. Without it nothing is sent"""
    silence: Duration = Field(default=timedelta(minutes=10), ge=timedelta(minutes=1))
    """so long after the next look of the quickest tier should have come, it is told that nobody looks"""


class Settings(Section):
    """Everything an operator decides."""

    discord: DiscordSection = DiscordSection()
    store: StoreSection = StoreSection()
    fetch: FetchSection = FetchSection()
    vendors: dict[str, VendorSection] = Field(default={})
    tinyfish: TinyfishSection = TinyfishSection()
    cache: CacheSection = CacheSection()
    tiers: TiersSection = TiersSection()
    history: HistorySection = HistorySection()
    confirm: ConfirmSection = ConfirmSection()
    guilds: GuildsSection = GuildsSection()
    limits: LimitsSection = LimitsSection()
    web: WebSection = WebSection()
    operator: OperatorSection = OperatorSection()
    heartbeat: HeartbeatSection = HeartbeatSection()
    backup: BackupSection = BackupSection()
    sentry: SentrySection = SentrySection()
    traces: TracesSection = TracesSection()
    products: tuple[ProductSection, ...] = ()

    @model_validator(mode="after")
    def _canaries_exist(self) -> Self:
        known = {product.sku for product in self.products}
        for name, own in self.vendors.items():
            for key, sku in (("always_in", own.always_in), ("always_out", own.always_out)):
                if sku and sku not in known:
                    raise ValueError(f"vendors.{name}.{key}: {sku!r} is no product of this file; name one of its skus")
        return self

    @model_validator(mode="after")
    def _names_are_clear(self) -> Self:
        owners: dict[str, int] = {}
        for index, product in enumerate(self.products):
            for name in dict.fromkeys(name.casefold() for name in (product.sku, product.name, *product.aliases)):
                if owners.setdefault(name, index) != index:
                    what = "sku" if name == product.sku else "name"
                    raise ValueError(f"products[{index}]: the {what} {name!r} is taken by an earlier product;"
                                     " give each product its own")  # fmt: skip
        return self

    def chosen_tiers(self) -> dict[str, Tier]:
        """Those of the products that the file names a tier for."""
        return {each.sku: each.tier for each in self.products if "tier" in each.model_fields_set}

    def catalogue(self) -> tuple[Product, ...]:
        """The configured products."""
        return _catalogue(self.products)


@lru_cache(maxsize=2)  # ten thousand take a third of a second, and every part that goes by them asks
def _catalogue(sections: tuple[ProductSection, ...]) -> tuple[Product, ...]:
    return tuple(section.product() for section in sections)
