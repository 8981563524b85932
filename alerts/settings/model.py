"""What can be configured, with its defaults. DESIGN §7.2 and docs/configuration.md say what each key does."""

from __future__ import annotations

from datetime import timedelta
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
from alerts.settings.shops import FetchSection, ProductSection, TinyfishSection, VendorSection
from alerts.settings.timing import CacheSection, ConfirmSection, HistorySection, TiersSection
from alerts.settings.units import Duration, Pace
from alerts.settings.web import WebSection
from alerts.settings.written import Section, WebAddress, _shards, _store_address


class DiscordSection(Section):
    api_base: WebAddress = "https://discord.com/api/v10"
    token: SecretStr | None = None  # from DISCORD_TOKEN or DISCORD_TOKEN_FILE only
    # Discord's wall is 50 a second for everything a bot does; the rest is for commands' answers.
    pace: Pace = timedelta(seconds=1) / 45
    # This process's own, 0-3/16; `auto`: Discord says how many there are, and this process has them all.
    shards: Annotated[str, AfterValidator(_shards)] = "auto"

    def own_shards(self) -> Shards | None:
        """Those of this process; None for all there are."""
        return None if self.shards == "auto" else Shards.parse(self.shards)


class StoreSection(Section):
    url: Annotated[str, AfterValidator(_store_address)] = Field(
        default="embedded://", repr=False
    )  # may hold a password
    data_dir: Path = Path("data")
    secret_key: SecretStr | None = None  # from HS_SECRET_KEY or HS_SECRET_KEY_FILE only


class GuildsSection(Section):
    """The most that one guild may have scanned."""

    watches: int = Field(default=300, ge=1, le=100_000)
    urls: int = Field(default=250, ge=0, le=100_000)
    hot: int = Field(default=25, ge=0, le=100_000)

    def quota(self) -> Quota:
        """The same as the domain takes it."""
        return Quota(**self.model_dump())


class LimitsSection(Section):
    """How often people may ask in a minute, and how many API keys a guild may have."""

    commands_per_user: int = Field(default=30, ge=1, le=100_000)
    commands_per_guild: int = Field(default=300, ge=1, le=100_000)
    fresh_per_member: int = Field(default=10, ge=1, le=10_000)
    fresh_per_guild: int = Field(default=60, ge=1, le=10_000)
    keys_per_guild: int = Field(default=10, ge=1, le=1000)


class OperatorSection(Section):
    """Whoever hosts the bot, and where they are told of its own troubles."""

    channel: int | None = Field(default=None, ge=1, lt=2**64)
    silence: Duration = Field(default=timedelta(minutes=10), ge=timedelta(minutes=1))


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
        return tuple(section.product() for section in self.products)
