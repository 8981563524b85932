"""Which settings take effect while the program runs, and which ones only when it is started again."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from alerts.settings.model import Settings

# By section and key; a section of the operator's own names, and one that is a list, as a whole.
WHILE_RUNNING = frozenset(
    """
    discord.pace
    fetch.timeout fetch.max_bytes fetch.pace fetch.concurrency fetch.allow_private fetch.respect_robots
    vendors
    tinyfish.base_url tinyfish.timeout tinyfish.daily_budget_usd tinyfish.api_key
    cache.fresh cache.ttl cache.memory cache.popular
    tiers.hot tiers.warm tiers.cold tiers.adapt
    history.hot history.warm history.cold history.frozen
    confirm.restock_delay confirm.reads confirm.price_drop confirm.suspicious_reads confirm.suspicious_span
    confirm.flips confirm.flap_window confirm.flap_calm confirm.mass_least confirm.mass_share confirm.blind_after
    guilds.watches guilds.urls guilds.hot
    limits.commands_per_user limits.commands_per_guild limits.fresh_per_member limits.fresh_per_guild
    limits.keys_per_guild
    operator.silence
    products
    """.split()
)

# Each with the reason that the operator is told.
_DISCORD = "the connection to Discord is made at the start"
_STORE = "memory is opened at the start"
_WEB = "the web server is built at the start"
AT_THE_START = {
    "discord.api_base": _DISCORD,
    "discord.token": _DISCORD,
    "discord.shards": _DISCORD,
    "store.url": _STORE,
    "store.data_dir": _STORE,
    "store.secret_key": _STORE,
    "web.host": _WEB,
    "web.port": _WEB,
    "web.public_metrics": _WEB,
    "web.trusted_proxies": _WEB,
    "web.public_url": _WEB,
    "web.oauth_client_id": _WEB,
    "web.oauth_client_secret": _WEB,
    "operator.channel": "who watches over the bot is chosen at the start",
    "operator.report_channel": "where the weekly report goes is chosen at the start",
    **dict.fromkeys(
        ("backup.key", "backup.folder", "backup.every", "backup.increments", "backup.keep"),
        "backups are set up at the start",
    ),
    "sentry.dsn": "errors are told from the start",
    "traces.endpoint": "traces begin at the start",
    "traces.sample": "traces begin at the start",
    "heartbeat.url": "the sign of life begins at the start",
    "heartbeat.every": "the sign of life begins at the start",
}


def places() -> Iterator[str]:
    """Every section and key there is, as the tables above name them."""
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from (f"{name}.{key}" for key in section.model_fields)
        else:
            yield name


def waits_for_restart(place: str) -> str | None:
    """Why a change of it waits for the next start; None when it takes effect at once."""
    return None if place in WHILE_RUNNING else AT_THE_START.get(place, "it is read at the start")


def in_effect(running: Settings, wanted: Settings) -> Settings:
    """What can hold from now on of the wanted settings; whatever waits for a start stays as it is running."""
    after = wanted
    for place in places():
        name, _, key = place.partition(".")
        if key and waits_for_restart(place):
            section = getattr(after, name).model_copy(update={key: getattr(getattr(running, name), key)})
            after = after.model_copy(update={name: section})
        elif waits_for_restart(place):
            after = after.model_copy(update={name: getattr(running, name)})
    return after
