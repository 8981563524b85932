"""What can be configured, with its defaults. DESIGN §7.2 and docs/configuration.md say what each key does."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from alerts.domain.confirm import Rules
from alerts.domain.freshness import Freshness
from alerts.domain.model import Listing, Product, ReaderKind, Sku, Tier
from alerts.domain.money import Currency
from alerts.domain.quota import Quota
from alerts.domain.retention import Retention
from alerts.domain.shards import Shards
from alerts.settings.units import Duration, Every, Pace, Percent, Size
from alerts.store import address


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # whose words repeat a part of it
        is_one = False
    if not is_one or re.search(r"\s", url):
        raise ValueError("is not a web address; write one that starts with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; take it out")
    return url.rstrip("/") if parts.path in ("", "/") else url


def _store_address(url: str) -> str:
    address.parse(url)
    return url


def _shards(text: str) -> str:
    return "auto" if text.strip().lower() == "auto" else str(Shards.parse(text))


def _authority(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("is not host:port; write for instance 127.0.0.1:8099")
    return text


def _region(raw: object) -> object:
    """Compared by letters alone, so written one way. YAML reads a bare NO as false."""
    text = raw.strip().upper() if isinstance(raw, str) else ""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text):
        quote = "; put NO in quotes" if raw is False else ""
        raise ValueError(f"is not a region; write for instance GB, EU or US-CA{quote}")
    return text


Region = Annotated[str, BeforeValidator(_region)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Section(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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


class FetchSection(Section):
    timeout: Duration = Field(default=timedelta(seconds=20), gt=timedelta(0))
    max_bytes: Size = 5 * 1024**2
    pace: Pace = timedelta(seconds=1)
    concurrency: int = Field(default=2, ge=1, le=64)
    allow_private: tuple[Annotated[str, AfterValidator(_authority)], ...] = ()
    respect_robots: bool = True


class RetrySection(Section):
    attempts: int = Field(default=3, ge=1, le=10)


def _selector(text: str) -> str:
    without_strings = re.sub(r"""\"[^"]*\"|'[^']*'""", "", text)
    is_even = all(without_strings.count(a) == without_strings.count(b) for a, b in ("[]", "()"))
    if not is_even or re.search(r"""["'{};<]""", without_strings):
        raise ValueError("is not a CSS selector; write for instance .product-price")
    return text


def _json_path(text: str) -> str:
    if not re.fullmatch(r"[^.\[\]\s]+(?:\.[^.\[\]\s]+|\[\d{1,6}\])*", text):
        raise ValueError("is not a path of names and numbers; write for instance product.offers[0].price")
    return text


Selector = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_selector)]
JsonPath = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_json_path)]
Phrase = Annotated[str, Field(min_length=2, max_length=120)]


class ReadingSection(Section):
    """Where a vendor's pages show price and stock, when they cannot be read without being told."""

    price: Selector | None = None
    stock: Selector | None = None
    state: Selector | None = None
    price_path: JsonPath | None = None
    currency_path: JsonPath | None = None
    stock_path: JsonPath | None = None
    in_stock: tuple[Phrase, ...] = ()
    out_of_stock: tuple[Phrase, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        paths = [name for name in ("price_path", "currency_path", "stock_path") if getattr(self, name)]
        if paths and not self.state:
            raise ValueError(f"{paths[0]} leads into JSON, but nothing says where that is; set state")
        if self.state and not paths:
            raise ValueError("state holds JSON, but nothing says what to take from it; set price_path or stock_path")
        if (self.in_stock or self.out_of_stock) and not (self.stock or self.stock_path):
            raise ValueError("there are phrases, but nothing says where they stand; set stock or stock_path")
        return self


class VendorSection(Section):
    """A vendor's own manners; what is not set is taken from `fetch`."""

    timeout: Duration | None = Field(default=None, gt=timedelta(0))
    pace: Pace = None
    retry: RetrySection = RetrySection()
    always_in: Sku | None = None  # canaries: products of the catalogue whose stock at this shop is certain
    always_out: Sku | None = None
    reading: ReadingSection = ReadingSection()


class TinyfishSection(Section):
    base_url: WebAddress = "https://agent.tinyfish.ai"
    timeout: Duration = Field(default=timedelta(seconds=90), gt=timedelta(0))
    daily_budget_usd: Decimal = Field(default=Decimal(5), ge=0)
    api_key: SecretStr | None = None  # from TINYFISH_API_KEY or TINYFISH_API_KEY_FILE only


class CacheSection(Section):
    fresh: Duration = timedelta(minutes=5)
    ttl: dict[str, Duration] = {"default": timedelta(hours=1)}
    memory: int = Field(default=2000, ge=1, le=1_000_000)
    popular: int = Field(default=10, ge=1, le=1_000_000)

    def freshness(self) -> Freshness:
        """The rule that the engine answers by."""
        return Freshness(fresh=self.fresh, ttl=self.ttl)


class TierSection(Section):
    every: Every
    limit: int = Field(ge=1)


def _with_its_rest(cls: type[BaseModel], raw: object) -> object:
    """Setting one number of a tier leaves its other one as it is."""
    if not isinstance(raw, dict):
        return raw
    fields = {k: each for k, each in cls.model_fields.items() if isinstance(each.default, BaseModel)}
    return {k: {**fields[k].default.model_dump(), **v} if k in fields and isinstance(v, dict) else v
            for k, v in raw.items()}  # fmt: skip


class TiersSection(Section):
    hot: TierSection = TierSection(every=timedelta(minutes=5), limit=200)
    warm: TierSection = TierSection(every=timedelta(hours=1), limit=500)
    cold: TierSection = TierSection(every=timedelta(hours=24), limit=1000)
    adapt: bool = True

    _keep_the_rest = model_validator(mode="before")(_with_its_rest)

    def by_tier(self) -> dict[Tier, TierSection]:
        """Each tier that is looked at by itself."""
        return {Tier.HOT: self.hot, Tier.WARM: self.warm, Tier.COLD: self.cold}


class KeptSection(Section):
    """How long a tier's points of change are kept; see domain/retention.py."""

    full: Duration
    keep: Duration

    @model_validator(mode="after")
    def _is_a_rule(self) -> Self:
        self.rule()
        return self

    def rule(self) -> Retention:
        """The same as the domain takes it."""
        return Retention(full=self.full, keep=self.keep)


class HistorySection(Section):
    hot: KeptSection = KeptSection(full=timedelta(days=100), keep=timedelta(days=730))
    warm: KeptSection = KeptSection(full=timedelta(days=180), keep=timedelta(days=1095))
    cold: KeptSection = KeptSection(full=timedelta(days=365), keep=timedelta(days=1825))
    frozen: KeptSection = KeptSection(full=timedelta(days=365), keep=timedelta(days=1825))

    _keep_the_rest = model_validator(mode="before")(_with_its_rest)

    def rules(self) -> dict[Tier, Retention]:
        """By tier, as the domain takes them."""
        return {Tier(name): kept.rule() for name, kept in self}


class ConfirmSection(Section):
    """What a difference must pass before it is believed; see domain/confirm.py."""

    restock_delay: Duration = timedelta(seconds=10)
    reads: int = Field(default=2, ge=1, le=10)
    price_drop: Percent = Decimal("0.4")
    suspicious_reads: int = Field(default=3, ge=1, le=10)
    suspicious_span: Duration = timedelta(minutes=2)
    flips: int = Field(default=3, ge=2, le=100)
    flap_window: Duration = timedelta(minutes=30)
    flap_calm: Duration = timedelta(minutes=30)
    mass_least: int = Field(default=5, ge=2, le=10_000)
    mass_share: Percent = Decimal("0.3")
    blind_after: int = Field(default=6, ge=2, le=1000)

    def rules(self) -> Rules:
        """The same as the domain takes it."""
        return Rules(**self.model_dump())


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


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError("is not a network; write for instance 10.0.0.0/8, or 127.0.0.1 for one address") from None


def _public_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment:
        raise ValueError("holds more than a host; write for instance https://sentry.example.com")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError(
            "is not https, so others on the way could sign in as its visitors; put a proxy with https there"
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebSection(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_metrics: bool = False
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    public_url: Annotated[WebAddress, AfterValidator(_public_address)] | None = None
    oauth_client_id: str | None = Field(default=None, pattern=r"^[0-9]{1,20}$")
    oauth_client_secret: SecretStr | None = None  # from DISCORD_CLIENT_SECRET or DISCORD_CLIENT_SECRET_FILE only

    def address(self) -> str:
        """Where people find it: as configured, else on this machine."""
        if self.public_url:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - nothing listens by this
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @field_validator("host")
    @classmethod
    def _address(cls, host: str) -> str:
        if host != "localhost":
            try:
                ip_address(host)
            except ValueError:
                raise ValueError("is not an address to listen on; write 127.0.0.1 or 0.0.0.0") from None
        return host


class OperatorSection(Section):
    """Whoever hosts the bot, and where they are told of its own troubles."""

    channel: int | None = Field(default=None, ge=1, lt=2**64)
    silence: Duration = Field(default=timedelta(minutes=10), ge=timedelta(minutes=1))


class ListingSection(Section):
    vendor: str = Field(min_length=1, max_length=64)
    url: WebAddress
    currency: Currency | None = None
    variant: str | None = None
    region: Region | None = None
    reader: ReaderKind = ReaderKind.AUTO


class ProductSection(Section):
    sku: Sku
    name: str = Field(min_length=1, max_length=100)
    aliases: tuple[str, ...] = ()
    category: str | None = None
    tier: Tier = Tier.WARM
    gtin: str | None = None
    mpn: str | None = None
    listings: tuple[ListingSection, ...] = Field(min_length=1)

    @field_validator("listings")
    @classmethod
    def _each_once(cls, listings: tuple[ListingSection, ...]) -> tuple[ListingSection, ...]:
        twice = [key for key, n in Counter((each.vendor, each.url, each.variant) for each in listings).items() if n > 1]
        if twice:
            raise ValueError(f"lists {twice[0][0]} {twice[0][1]} twice; keep one of them")
        return listings

    def product(self) -> Product:
        """The product as the engine knows it."""
        listings = tuple(_listing(self, each) for each in self.listings)
        return Product(**{**self.model_dump(exclude={"listings"}), "listings": listings})


class Settings(Section):
    """Everything an operator decides."""

    discord: DiscordSection = DiscordSection()
    store: StoreSection = StoreSection()
    fetch: FetchSection = FetchSection()
    vendors: dict[str, VendorSection] = {}
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


def _listing(product: ProductSection, section: ListingSection) -> Listing:
    # The id follows what is compared: another address or variant is another thing, with its own baseline.
    mark = blake2b(f"{section.url}|{section.variant or ''}".encode(), digest_size=4).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", section.vendor.lower()).strip("-") or "vendor"
    return Listing(id=f"{slug}-{mark}", sku=product.sku, product_name=product.name, **section.model_dump())
