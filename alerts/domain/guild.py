"""What a guild has chosen for itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from alerts.domain.changes import FLOOR_AMOUNT
from alerts.domain.floor import FLOOR_PERCENT, Floor, FloorAmount
from alerts.domain.model import Fact
from alerts.domain.money import Currency
from alerts.domain.written import Percent, Zone

Snowflake = Annotated[int, Field(ge=1, lt=2**63)]


class Language(StrEnum):
    """The languages that the bot speaks, as Discord names them (English is one for all its lands)."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    JAPANESE = "ja"
    PORTUGUESE = "pt-BR"


class GuildSettings(Fact):
    """A guild's own choices; each that was never made is its default.

    `currency` is the one that prices are typed in when none is named. `ephemeral_replies`: answers to questions are for
    the asker alone, as those of managing always are. `notice_channel` is where admins are told of trouble.
    The floor is how far a price has to move to be told here; an alert may have a floor of its own.
    """

    language: Language = Language.ENGLISH
    currency: Currency | None = None
    manager_role: Snowflake | None = None
    ephemeral_replies: bool = False
    floor_amount: FloorAmount = FLOOR_AMOUNT
    floor_percent: Percent = FLOOR_PERCENT
    notice_channel: Snowflake | None = None
    timezone: Zone = "UTC"

    @property
    def floor(self) -> Floor:
        """How far a price has to move to be told here."""
        return Floor(amount=self.floor_amount, percent=self.floor_percent)


DEFAULT_SETTINGS = GuildSettings()


def stored(settings: GuildSettings) -> dict[str, str | None]:
    """Every choice as text; None for one that is the default, so that a better default reaches who never chose."""
    chosen = settings.model_dump(mode="json", exclude_defaults=True)
    return {name: _text(chosen[name]) if name in chosen else None for name in GuildSettings.model_fields}


def from_stored(fields: Mapping[str, str]) -> tuple[GuildSettings, tuple[str, ...]]:
    """The settings, and the names of those that could not be read and are the default instead.

    What another version wrote is no trouble: a choice it knows and we do not is left alone.
    """
    known = {name: text for name, text in fields.items() if name in GuildSettings.model_fields}
    try:
        return GuildSettings.model_validate(known), ()
    except ValidationError as exc:
        wrong = tuple(dict.fromkeys(str(error["loc"][0]) for error in exc.errors()))
        return GuildSettings.model_validate({name: text for name, text in known.items() if name not in wrong}), wrong


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
