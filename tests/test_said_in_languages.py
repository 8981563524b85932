"""What people read is in their language: alerts in the guild's or the person's, notices in the guild's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from alerts.delivery.notifier import Notifier
from alerts.domain.deliveries import together
from alerts.domain.episodes import follow
from alerts.domain.guild import GuildSettings, Language
from alerts.domain.letters import Letter, Part
from alerts.domain.market import Market
from alerts.domain.model import Availability, ChangeKind, Condition, FailureReason, PriceKind, Sort
from alerts.domain.quiet import Digest, QuietHours
from alerts.domain.standing import Notice, StandingState
from alerts.domain.stats import Worth
from alerts.domain.thresholds import threshold_of
from alerts.domain.wishes import Reference, Target, TargetKind, space_of
from alerts.guilds import Guilds
from alerts.store.memory import MemoryStore
from bot.admins import GuildAdmins
from bot.cogs.setup import _say_hello
from bot.notify.by_kind import Notify
from bot.notify.marker import is_it
from bot.root.common import language_of_guilds as _language_of
from bot.ui import standing as standing_words
from bot.ui import words
from bot.ui.controls import Form, View
from bot.ui.language import speaking, t
from bot.ui.letters import letter_embeds, letter_text, letter_title
from bot.ui.own import letter_view
from bot.ui.permissions import named
from bot.ui.plain import plain_text, plain_title
from bot.ui.wish import rules_text, typed_digest
from tests.fakes import FakeClock
from tests.foreign import english_in, foreign, is_in
from tests.letters import letter, part, sold_out
from tests.test_standing_words import standing
from tests.worlds import MINUTE, OUT, START, offer, pounds, subscription

__all__ = ["foreign"]
PERSON = 7
pytestmark = pytest.mark.usefixtures("foreign")
# Names that hold no letter of ours.
NAMELESS: dict[str, Any] = {"product_name": "5", "vendor": "1", "url": "https://a.test/5"}


def written(made: Letter) -> str:
    """All that a message shows, as a message and in plain text."""
    view = letter_view(made)
    labels = [getattr(getattr(each, "item", each), "label", "") for each in view.children] if view else []
    embeds = [
        text
        for embed in letter_embeds(made)
        for text in (embed.title, embed.description, embed.footer.text, *(f"{f.name}\n{f.value}" for f in embed.fields))
    ]
    return "\n".join(filter(None, [letter_text(made), letter_title(made), plain_title(made), plain_text(made),
                                   *embeds, *labels]))  # fmt: skip


class Way:
    """Writes down what a message would show."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def post(self, letter: Letter) -> int:
        self.heard.append(written(letter))
        return 1

    async def edit(self, letter: Letter, message_id: int) -> None:
        self.heard.append(written(letter))


async def notify(**languages: Language) -> tuple[Notify, Way]:
    """The real door, with the settings of guild 1 and of a person."""
    store, way = MemoryStore(clock=FakeClock()), Way()
    for space, language in ((1, languages.get("guild")), (space_of(PERSON), languages.get("person"))):
        if language:
            await store.put_guild_settings(space, GuildSettings(language=language))
    nothing = cast("Any", None)
    made = Notify(nothing, clock=FakeClock(), addresses=nothing, worker=nothing,
                  language=_language_of(Guilds(store=store)))  # fmt: skip
    made._ways = dict.fromkeys(TargetKind, cast("Notifier", way))
    return made, way


def living() -> Part:
    """A restock whose message lives."""
    opening = part(guild=1, **NAMELESS)
    episode = follow(None, opening.delivery).episode
    assert episode
    return Part(opening.delivery, opening.snapshot, episode.model_copy(update={"revision": 2}))


async def test_a_first_post_is_in_the_guilds_language() -> None:
    door, way = await notify(guild=Language.GERMAN)

    await door.post(letter(part(guild=1, **NAMELESS)))

    assert is_in("de", way.heard[0]), way.heard[0]


async def test_an_edit_of_a_living_alert_and_its_end_are_in_the_guilds_language() -> None:
    door, way = await notify(guild=Language.JAPANESE)

    await door.edit(letter(living()), 5)
    await door.edit(letter(sold_out(part(guild=1, **NAMELESS), message_id=5)), 6)

    assert [english_in(each) for each in way.heard] == [[], []]
    assert [is_in("ja", each) for each in way.heard] == [True, True]


async def test_a_digest_and_several_alerts_at_once_are_in_the_guilds_language() -> None:
    door, way = await notify(guild=Language.GERMAN)
    kinds = {"1": ChangeKind.RESTOCKED, "2": ChangeKind.PRICE_DROP}
    parts = [part(guild=1, listing=name, kind=kind, **NAMELESS) for name, kind in kinds.items()]
    gathered = Part(together([each.delivery for each in parts]), parts[0].snapshot)

    await door.post(letter(gathered))
    await door.post(letter(*parts))

    assert [english_in(each) for each in way.heard] == [[], []]
    assert [is_in("de", each) for each in way.heard] == [True, True]


async def test_a_direct_message_is_in_the_persons_own_language() -> None:
    door, way = await notify(guild=Language.GERMAN, person=Language.JAPANESE)
    target = Target(type=TargetKind.DM, id=PERSON)

    await door.post(letter(part(target, guild=space_of(PERSON), **NAMELESS)))

    assert is_in("ja", way.heard[0]), way.heard[0]


@pytest.mark.parametrize("kind", ChangeKind)
@pytest.mark.parametrize("unwatched", [False, True])
def test_nothing_of_an_alert_is_left_in_english(kind: ChangeKind, unwatched: bool) -> None:
    old, new = offer(OUT, "100"), offer(Availability.LIMITED, "90", stock_count=3, condition=Condition.USED)
    seen = {"last_seen": START - timedelta(days=3)} if unwatched else {}
    found = part(guild=1, kind=kind, old=old, new=new, reads=3, took=timedelta(seconds=90), detail="404", **seen,
                 **NAMELESS)  # fmt: skip
    limit = threshold_of(subscription(below="500 GBP", above="30 GBP"))
    market = Market(median_30d=pounds(80), low_90d=pounds(70))
    found = Part(found.delivery.model_copy(update={"market": market, "threshold": limit}), found.snapshot)

    with speaking("de"):
        assert is_in("de", text := written(letter(found))), text
        assert is_in("de", text := written(Letter("x", (found,), is_test=True))), text


async def test_admins_are_told_of_trouble_in_the_guilds_language(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Admins(GuildAdmins):
        async def _places(self, *_: Any) -> Any:
            return ["here"]

        async def _said(self, place: Any, text: str, batch: str) -> bool:
            said.append(text)
            return True

    store = MemoryStore(clock=FakeClock())
    await store.put_guild_settings(1, GuildSettings(language=Language.JAPANESE))
    client = cast("discord.Client", SimpleNamespace(get_guild=lambda _: SimpleNamespace(id=1, unavailable=False)))
    admins = Admins(client, wishes=store, standings=store, notice_channel=cast("Any", None), is_resting=lambda: False,
                    language=_language_of(Guilds(store=store)))  # fmt: skip

    await admins.tell(1, "b", [Notice(standing=standing(50013), batch="b", missing=("View Channel", "Embed Links"))])

    assert is_in("ja", said[0]), said[0]


@dataclass(frozen=True, eq=False)
class Room:
    guild: Any
    send: Any
    id: int = 2


async def test_hello_on_joining_is_in_the_language_that_the_guild_prefers() -> None:
    said: list[str] = []

    async def send(text: str, **more: Any) -> None:
        said.append(text + more["view"].children[0].item.label)

    guild = SimpleNamespace(id=1, me=None, preferred_locale=discord.Locale.german, system_channel=None)
    guild.text_channels = [Room(guild, send)]

    assert await _say_hello(cast("discord.Guild", guild))
    assert is_in("de", said[0].replace("Manage Server", "")), said[0]


@pytest.mark.parametrize("code", [*standing_words._KNOWN, 424242])
@pytest.mark.parametrize("state", [StandingState.PAUSED, StandingState.DISABLED])
@pytest.mark.parametrize("kind", TargetKind)
def test_trouble_with_a_target_is_in_the_readers_language(code: int, state: StandingState, kind: TargetKind) -> None:
    found = standing(code, text="404", type=kind).model_copy(update={"state": state})

    with speaking("de"):
        said = [standing_words.standing_line(found, ()), standing_words.standing_line(found, ("Create Posts",))]
        said.append(standing_words.notice_text([Notice(standing=found, batch="b")]))

    assert [english_in(each) for each in said] == [[], [], []]


def test_the_rules_of_an_alert_are_in_the_readers_language_and_its_digest_is_typed_as_ever() -> None:
    digest = Digest(every="weekly", weekday="mon", at="09:00")
    found = [
        subscription(below="500 GBP", above="300 GBP", drop_percent="12.5", drop_amount="25 GBP", reference=each,
                     new_low=30, cooldown="6h", daily_cap=5, quiet=QuietHours(start="22:00", end="07:00"),
                     digest=digest, kinds=tuple(ChangeKind), online_only=True)
        for each in Reference
    ]  # fmt: skip

    with speaking("de"):
        said = [rules_text(each) for each in found]
        typed = typed_digest(digest)

    assert [english_in(each) for each in said] == [[]] * len(said)
    assert "12,5 %" in said[0]
    assert typed == "weekly mon 09:00"


def test_every_fact_has_words_in_the_readers_language() -> None:
    with speaking("de"):
        said = [words.stock(offer(each)) + words.plain_stock(offer(each)) for each in Availability]
        said += [words.reason(each) for each in FailureReason]
        said += [words.headline(each) + words.kinds((each,)) for each in ChangeKind]
        said += [words.sort(Sort(currency="GBP", condition=c, kind=k)) for c in Condition for k in PriceKind]
        said += [t(words._WORTH[each]) for each in Worth]
        said += [words.span(timedelta(seconds=each)) for each in (5, 120, 7200, 200_000)]
        said += named(("View Channel", "Send Messages", "Send Messages in Threads", "Create Posts", "Embed Links"))

    assert [each for each in said if english_in(each)] == []


def test_the_same_price_is_written_as_each_reader_does() -> None:
    with speaking("de"):
        german = words.money(pounds("1499.90")), words.move(Decimal("-0.05")), words.percent(0.004), words.day(START)
    english = words.money(pounds("1499.90")), words.move(Decimal("-0.05")), words.percent(0.004), words.day(START)

    assert german == ("1.499,90\xa0£", "-5\xa0%", "<1\xa0%", f"{START:%d.%m.%Y}")
    assert english == ("£1,499.90", "-5%", "<1%", f"{START:%Y-%m-%d}")


def test_a_message_is_known_again_in_another_language() -> None:
    made = letter(part(**NAMELESS))
    with speaking("de"):
        (embed,) = letter_embeds(made)
    message = cast("discord.Message", SimpleNamespace(embeds=[embed], author=SimpleNamespace(id=1)))

    assert is_it(message, made, 1)
    assert not is_it(message, letter(part(since=START - MINUTE)), 1)


def texts_of(item: Any) -> Sequence[int]:
    names = ("placeholder", "text", "description", *(("label",) if isinstance(item, discord.ui.Button) else ()))
    options = [len(text) for each in getattr(item, "options", ()) for text in (each.label, each.description)]
    own = [len(getattr(item, name, None) or "") for name in names]
    return [*own, *options]


def test_a_long_translation_never_makes_a_control_that_discord_refuses() -> None:
    long = "ä" * 300
    option = discord.SelectOption(label=long, value="1", description=long)
    button, select = discord.ui.Button[Any](label=long), discord.ui.Select[Any](placeholder=long, options=[option])
    field = discord.ui.Label[Any](text=long, description=long, component=discord.ui.TextInput(placeholder=long))
    View().add_item(button).add_item(select)
    form = Form(title=long).add_item(field)

    assert max(texts_of(button)) == 80
    assert texts_of(select) == [150, 0, 0, 100, 100]
    assert (len(form.title), len(field.text), len(field.description or "")) == (45, 45, 100)
    assert max(texts_of(field.component)) == 100
