"""How it stands with a target, in words: what is wrong, and the cure. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.standing import Notice, Standing, StandingState
from alerts.domain.text import harmless
from alerts.domain.wishes import Target, TargetKind
from bot.ui import words

NO_ACCESS, NO_PERMISSION = 50001, 50013
_AGAIN = "then choose it again with `/alerts subscribe`"
_ELSEWHERE = "Choose another place with `/alerts subscribe`, and end the old alert with `/alerts unsubscribe`."
# By Discord's code for the reason: what is wrong, and what to do.
_KNOWN = {
    NO_ACCESS: ("I cannot see it", "Grant me **View Channel** there."),
    NO_PERMISSION: ("I lack a permission", "Grant me **View Channel**, **Send Messages** and **Embed Links** there."),
    50009: ("the server's verification level keeps me out", "Give me a role, or lower the level."),
    160005: ("the thread is locked", "Unlock it, or grant me **Manage Threads**."),
    50083: ("the thread is archived", "Open it again."),
    50008: ("nobody can write in that kind of channel", _ELSEWHERE),
    50024: ("alerts cannot be posted in that kind of channel", _ELSEWHERE),
    10003: ("it was deleted", _ELSEWHERE),
    10004: ("I am no longer in that server", _ELSEWHERE),
    10013: ("there is no such person any more", _ELSEWHERE),
    10015: ("the webhook was deleted", "Make a new one, " + _AGAIN + "."),
    50027: ("the webhook's secret is no longer valid", "Make a new one, " + _AGAIN + "."),
    50007: ("this person takes no messages from me", "Allow direct messages from this server."),
    50278: ("this person shares no server with me", "Join one that I am in."),
}


def target_name(target: Target) -> str:
    """A link to a place or a person; the kind alone of what has none."""
    if target.type in (TargetKind.CHANNEL, TargetKind.FORUM):
        return f"<#{target.id}>"
    if target.type is TargetKind.DM:
        return f"<@{target.id}>"
    return "a webhook" if target.type is TargetKind.WEBHOOK else "an address outside of Discord"


def trouble(standing: Standing, missing: Sequence[str]) -> str:
    """What is wrong, in a few words."""
    if missing:
        return f"I lack {_bold(missing)}"
    known = _KNOWN.get(standing.code)
    return known[0] if known else harmless(standing.reason, 120) or "no reason was given"


def cure(standing: Standing, missing: Sequence[str]) -> str:
    """What to do about it, in a sentence."""
    if missing:
        return f"Grant {'it' if len(missing) == 1 else 'them'} in the channel's settings, under Permissions."
    known = _KNOWN.get(standing.code)
    return known[1] if known else f"Mend that, or {_ELSEWHERE[0].lower()}{_ELSEWHERE[1:]}"


def notice_text(notices: Sequence[Notice]) -> str:
    """What admins read: what fails, why, and the cure; or that it works again."""
    if all(each.is_over for each in notices):
        places = ", ".join(target_name(each.standing.target) for each in notices)
        return f"✅ I can post alerts in {places} again."
    lines = [_line(each.standing, each.missing) for each in notices]
    if any(each.standing.state is StandingState.PAUSED for each in notices):
        lines.append("I try again now and then. What is still true is posted as soon as it works.")
    return "\n".join(lines)


def standing_line(standing: Standing, missing: Sequence[str]) -> str:
    """One line of a list: paused or off, since when, why, and the cure."""
    since = f" since {words.ago(standing.since)}" if standing.since else ""
    if standing.state is StandingState.DISABLED:
        return f"⛔ Off{since}: {trouble(standing, missing)}. {cure(standing, missing)}"
    return f"⏸️ Paused{since}: {trouble(standing, missing)}. {cure(standing, missing)}{_next_try(standing)}"


def _line(standing: Standing, missing: Sequence[str]) -> str:
    is_over = standing.state is StandingState.DISABLED
    verb = "⛔ I post no more alerts" if is_over else "⚠️ I cannot post alerts"
    return f"{verb} in {target_name(standing.target)}: {trouble(standing, missing)}. {cure(standing, missing)}"


def _next_try(standing: Standing) -> str:
    return f" Next try {words.ago(standing.until)}." if standing.until else ""


def _bold(names: Sequence[str]) -> str:
    *most, last = [f"**{name}**" for name in names]
    return f"{', '.join(most)} and {last}" if most else last
