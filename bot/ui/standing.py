"""How it stands with a target, in words: what is wrong, and the cure. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.standing import Notice, Standing, StandingState
from alerts.domain.text import cut, harmless
from alerts.domain.wishes import Target, TargetKind
from bot.ui import words
from bot.ui.language import N_, n, t, told
from bot.ui.permissions import named

NO_ACCESS, NO_PERMISSION = 50001, 50013
_LONGEST = 2000  # Discord's limit
# What services outside of Discord answer.
SOMEBODY_MUST_ACT = frozenset({401, 403, 404, 405, 410})
CANNOT_BE_TAKEN = frozenset({400, 413, 422})
_ANEW = N_("Make a new one, then choose it again with `/alerts subscribe`.")
_ELSEWHERE = N_("Choose another place with `/alerts subscribe`, and end the old alert with `/alerts unsubscribe`.")
# By Discord's code for the reason: what is wrong, and what to do.
_KNOWN = {
    NO_ACCESS: (N_("I cannot see it"), N_("Grant me **View Channel** there.")),
    NO_PERMISSION: (
        N_("I lack a permission"),
        N_("Grant me **View Channel**, **Send Messages** and **Embed Links** there."),
    ),
    50009: (N_("the server's verification level keeps me out"), N_("Give me a role, or lower the level.")),
    160005: (N_("the thread is locked"), N_("Unlock it, or grant me **Manage Threads**.")),
    50083: (N_("the thread is archived"), N_("Open it again.")),
    50008: (N_("nobody can write in that kind of channel"), _ELSEWHERE),
    50024: (N_("alerts cannot be posted in that kind of channel"), _ELSEWHERE),
    10003: (N_("it was deleted"), _ELSEWHERE),
    10004: (N_("I am no longer in that server"), _ELSEWHERE),
    10013: (N_("there is no such person any more"), _ELSEWHERE),
    10015: (N_("the webhook was deleted"), _ANEW),
    50027: (N_("the webhook's secret is no longer valid"), _ANEW),
    50007: (N_("this person takes no messages from me"), N_("Allow direct messages from this server.")),
    50278: (N_("this person shares no server with me"), N_("Join one that I am in.")),
}


def target_name(target: Target) -> str:
    """A link to a place or a person; the kind alone of what has none."""
    if target.type in (TargetKind.CHANNEL, TargetKind.FORUM):
        return f"<#{target.id}>"
    if target.type is TargetKind.DM:
        return f"<@{target.id}>"
    return t("a webhook") if target.type is TargetKind.WEBHOOK else t("an address outside of Discord")


def trouble(standing: Standing, missing: Sequence[str]) -> str:
    """What is wrong, in a few words."""
    if missing:
        return t("I lack {names}", names=words.listed([f"**{name}**" for name in named(missing)]))
    known = _KNOWN.get(standing.code)
    if known:
        return t(known[0])
    if standing.target.type is TargetKind.APPRISE and standing.code:
        return _refusal_elsewhere(standing.code)
    # The reasons without a number that bot/notify gives are marked there.
    return harmless(told(standing.reason), 120) if standing.reason else t("no reason was given")


def _refusal_elsewhere(status: int) -> str:
    if status in SOMEBODY_MUST_ACT:
        return t("the service refused us with {status}", status=status)
    if status in CANNOT_BE_TAKEN:
        return t("the service refused the message with {status}", status=status)
    return t("the service did not take it ({status})", status=status)


def cure(standing: Standing, missing: Sequence[str]) -> str:
    """What to do about it, in a sentence."""
    if missing:
        return n("Grant it in the channel's settings, under Permissions.",
                 "Grant them in the channel's settings, under Permissions.", len(missing))  # fmt: skip
    known = _KNOWN.get(standing.code)
    if known:
        return t(known[1])
    return t("Mend that, or choose another place with `/alerts subscribe`, and end the old alert with"
             " `/alerts unsubscribe`.")  # fmt: skip


def notice_text(notices: Sequence[Notice]) -> str:
    """What admins read: what fails, why, and the cure; or that it works again."""
    programs = [each for each in notices if each.standing.target.type is TargetKind.ENDPOINT]
    if programs:
        others = [each for each in notices if each not in programs]
        return "\n".join([*([notice_text(others)] if others else []), *(_program_line(each) for each in programs)])
    if all(each.is_over for each in notices):
        places = ", ".join(target_name(each.standing.target) for each in notices)
        return cut(t("✅ I can post alerts in {places} again.", places=places), _LONGEST)
    lines = [_line(each.standing, each.missing) for each in notices]
    if any(each.standing.state is StandingState.PAUSED for each in notices):
        lines.append(t("I try again now and then. What is still true is posted as soon as it works."))
    return cut("\n".join(lines), _LONGEST)


def standing_line(standing: Standing, missing: Sequence[str]) -> str:
    """One line of a list: paused or off, since when, why, and the cure."""
    said = [_state(standing, trouble(standing, missing)), cure(standing, missing)]
    if standing.state is not StandingState.DISABLED and standing.until:
        said.append(t("Next try {when}.", when=words.ago(standing.until)))
    return " ".join(said)


def _state(standing: Standing, why: str) -> str:
    is_off = standing.state is StandingState.DISABLED
    if not standing.since:
        return t("⛔ Off: {why}.", why=why) if is_off else t("⏸️ Paused: {why}.", why=why)
    since = words.moment(standing.since)
    if is_off:
        return t("⛔ Off since {since}: {why}.", since=since, why=why)
    return t("⏸️ Paused since {since}: {why}.", since=since, why=why)


def _line(standing: Standing, missing: Sequence[str]) -> str:
    place, why = target_name(standing.target), trouble(standing, missing)
    if standing.state is StandingState.DISABLED:
        said = t("⛔ I post no more alerts in {place}: {why}.", place=place, why=why)
    else:
        said = t("⚠️ I cannot post alerts in {place}: {why}.", place=place, why=why)
    return f"{said} {cure(standing, missing)}"


def _program_line(notice: Notice) -> str:
    which = harmless(notice.standing.reason, 200)
    if notice.is_over:
        return t("✅ A program's webhook is told of changes again. It was: {which}", which=which)
    return t(
        "⛔ I send nothing more to a program's webhook, {which}. Mend the program, then enable it again.", which=which
    )
