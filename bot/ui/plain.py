"""A message in plain text, for whatever is not Discord: e-mail, chats, telephones. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from alerts.domain.episodes import Episode
from alerts.domain.letters import Letter, Part
from alerts.domain.model import Change
from alerts.domain.text import cut, plain
from bot.ui import words
from bot.ui.alerts import alert_mark
from bot.ui.language import t, told
from bot.ui.letters import foremost, headline, living, with_more

_LONGEST_TITLE = 120
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
# What some chats take for a mention or a link of the shop's own.
_ACTS = str.maketrans({"<": "‹", ">": "›", "@": "@\u2060", "`": "'"})


def plain_title(letter: Letter) -> str:
    """The subject."""
    part = foremost(letter)
    if letter.is_test:
        return cut(f"{t('🧪 Test')}: {_subject(part)}", _LONGEST_TITLE)
    return with_more(f"{headline(part)}: {_subject(part)}", len(letter.parts) - 1, _LONGEST_TITLE)


def plain_text(letter: Letter) -> str:
    """Every part in a few lines with its address; nothing that a shop wrote can mention or link."""
    if letter.is_test:
        what = t("This is how an alert looks here. Nothing has changed in any shop.")
        return "\n".join([what, *list(_paragraph(letter.parts[0]))[:-1]])
    return "\n\n".join("\n".join(_paragraph(part)) for part in letter.parts)


def _paragraph(part: Part) -> Iterator[str]:
    change, episode = part.delivery.change, living(part)
    yield f"{headline(part)}: {_subject(part)}"
    if change.kind.is_of_vendor:
        yield _tame(told(change.detail), 300)
    elif episode:
        yield from _stands(episode)
    else:
        yield f"{_tame(change.vendor, 60)}: {words.money(change.new.price)}, {words.plain_stock(change.new)}"
        yield _before(change)
    if _WEB_ADDRESS.fullmatch(change.url):
        yield change.url
    for each in part.delivery.also:
        name, vendor = _tame(each.product_name, 100), _tame(each.change.vendor, 60)
        head, price = words.headline(each.change.kind), words.money(each.change.new.price)
        yield t("{headline}: {name} at {vendor}, {price}", headline=head, name=name, vendor=vendor, price=price)
    yield alert_mark(part.delivery)


def _stands(episode: Episode) -> Iterator[str]:
    for stand in episode.stands:
        gone = ""
        if stand.gone_at:
            gone = t("sold out after {span}", span=words.span(stand.gone_at - episode.opened_at))
        yield f"{_tame(stand.vendor, 60)}: {words.money(stand.offer.price)}, {gone or words.plain_stock(stand.offer)}"


def _before(change: Change) -> str:
    price, stock = words.money(change.old.price), words.plain_stock(change.old)
    return t("Before: {price}, {stock} since {moment}", price=price, stock=stock, moment=_moment(change.since))


def _subject(part: Part) -> str:
    change = part.delivery.change
    return _tame(change.vendor if change.kind.is_of_vendor else part.delivery.product_name, 100) or "?"


def _tame(text: str, limit: int) -> str:
    return plain(text, limit).translate(_ACTS).replace("://", ":\u2060//")


def _moment(at: datetime) -> str:
    return f"{words.day(at.astimezone(UTC))} {at.astimezone(UTC):%H:%M} UTC"
