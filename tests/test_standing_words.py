"""Trouble with a target in words: what is wrong, and the cure, for every code of Discord's that we know."""

from __future__ import annotations

import pytest

from alerts.delivery.notices import MOST_AT_ONCE
from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.standing import Notice, Standing, after_failure
from alerts.domain.wishes import Target, TargetKind
from bot.ui.standing import notice_text, standing_line
from tests.worlds import START

HUGE = 2**63
PERMISSIONS = ("View Channel", "Send Messages in Threads", "Embed Links")


def standing(code: int, remedy: Remedy = Remedy.PAUSE, text: str = "Discord said so", **target: object) -> Standing:
    fine = Standing(target=Target.model_validate({"id": HUGE, **target}), guild=1)
    return after_failure(fine, DeliveryError(text, remedy=remedy, code=code), START)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (50001, "I cannot see it. Grant me **View Channel** there."),
        (50013, "I lack a permission. Grant me **View Channel**, **Send Messages** and **Embed Links** there."),
        (50009, "verification level"),
        (160005, "the thread is locked. Unlock it"),
        (50083, "the thread is archived. Open it again."),
        (10003, "it was deleted. Choose another place with `/alerts subscribe`"),
        (10015, "the webhook was deleted. Make a new one"),
        (50007, "takes no messages from me"),
        (424242, "Discord said so. Mend that"),
    ],
)
def test_each_reason_has_words_and_a_cure(code: int, said: str) -> None:
    assert said in standing_line(standing(code), [])
    assert said in notice_text([Notice(standing=standing(code), batch="b")])


def test_what_is_missing_is_named_before_anything_else() -> None:
    line = standing_line(standing(50001), PERMISSIONS)

    assert "I lack **View Channel**, **Send Messages in Threads** and **Embed Links**. Grant them" in line


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TargetKind.CHANNEL, f"<#{HUGE}>"),
        (TargetKind.FORUM, f"<#{HUGE}>"),
        (TargetKind.DM, f"<@{HUGE}>"),
        (TargetKind.WEBHOOK, "a webhook"),
        (TargetKind.APPRISE, "an address outside of Discord"),
    ],
)
def test_every_kind_of_target_is_named_and_no_secret_of_it(kind: TargetKind, name: str) -> None:
    notice = Notice(standing=standing(1, type=kind), batch="b")

    assert f"in {name}: " in notice_text([notice])
    assert name in notice_text([notice.model_copy(update={"is_over": True})])


def test_what_others_wrote_cannot_act() -> None:
    text = notice_text([Notice(standing=standing(1, text="@everyone **[x](https://evil.example)**"), batch="b")])

    assert "@everyone" not in text
    assert "](https" not in text


@pytest.mark.parametrize("remedy", [Remedy.PAUSE, Remedy.DISABLE])
def test_a_full_message_is_within_discords_limit(remedy: Remedy) -> None:
    notices = [
        Notice(standing=standing(code, remedy, "*" * 999), batch="b", missing=missing)
        for code, missing in [(50013, PERMISSIONS), (50027, ()), (10015, ()), (1, ())]
    ]
    longest = max(notices, key=lambda each: len(notice_text([each])))

    assert len(notice_text([longest] * MOST_AT_ONCE)) <= 2000
