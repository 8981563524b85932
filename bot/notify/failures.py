"""Discord's refusals, one by one, and what to do about each. Pure: numbers in, a DeliveryError out."""

from __future__ import annotations

from datetime import timedelta

from alerts.domain.errors import DeliveryError, Remedy
from alerts.domain.said import say
from alerts.domain.text import plain

DELETED_MEANWHILE = 10008  # it was delivered, and somebody deleted it
ARCHIVED = 50083
NO_READING = frozenset({50001, 50013})

# Cloudflare's ban ends by itself if nobody asks any more.
_REST = timedelta(minutes=10)

_BY_CODE: dict[int, Remedy] = {
    **dict.fromkeys((10003, 10004, 10013), Remedy.DISABLE),  # unknown channel, guild, user
    **dict.fromkeys((10015, 50027), Remedy.DISABLE),  # the webhook is gone, or its token is another
    **dict.fromkeys((50007, 50278), Remedy.DISABLE),  # this person cannot be written to
    **dict.fromkeys((50001, 50013, 50009), Remedy.PAUSE),  # no access, no permission, verification level
    **dict.fromkeys((50008, 50024, 160005, ARCHIVED), Remedy.PAUSE),  # another kind of channel, locked, archived
    # A forum that wants a tag, a webhook whose channel is a forum, a forum that wants a title.
    **dict.fromkeys((40067, 220001, 220002, 220003, 220004), Remedy.PAUSE),
    # An invalid form, nothing in it, too large, a harmful link, AutoMod, explicit content.
    **dict.fromkeys((50035, 50006, 40005, 240000, 200000, 20009), Remedy.BURY),
    **dict.fromkeys((10062, 40060, 40094), Remedy.BURY),  # answers to an interaction that is over
    **dict.fromkeys((20016, 20022, 20028, 20029, 40062), Remedy.RETRY),  # slow mode and the limits of single routes
    **dict.fromkeys((130000, 40004), Remedy.RETRY),  # overloaded, or sending is switched off for a while
    40333: Remedy.REST,  # Cloudflare
    50014: Remedy.STOP,
}


def failure(
    status: int,
    code: int = 0,
    *,
    reason: str = "",
    retry_after: float | None = None,
    scope: str = "",
    is_html: bool = False,
    is_webhook: bool = False,
) -> DeliveryError:
    """What a refusal means. `retry_after` is the body's, in seconds: the header of the same name may be wrong.

    `scope` is the limit's own name for whom it is for, `is_html` tells Cloudflare's answers from Discord's own. A
    webhook's address is its whole right to post: without it, it is gone, whoever else is let in.
    """
    words = plain("" if is_html else reason, 200) or "no reason given"
    limit = f" [{plain(scope, 20)} limit]" if scope else ""
    text = say("Discord answered {status} ({code}): {words}", status=status, code=code, words=words + limit)
    remedy = _remedy(status, code, is_html=is_html, is_webhook=is_webhook)
    pause = timedelta(seconds=retry_after) if retry_after is not None and retry_after >= 0 else None
    return DeliveryError(text, remedy=remedy, retry_after=_REST if remedy is Remedy.REST else pause, code=code)


def _remedy(status: int, code: int, *, is_html: bool, is_webhook: bool) -> Remedy:
    if status >= 500:
        return Remedy.RETRY
    if status in (403, 429) and is_html:
        return Remedy.REST
    if code in _BY_CODE:
        return _BY_CODE[code]
    match status:
        case 401 | 404 if is_webhook:
            return Remedy.DISABLE
        case 401:
            return Remedy.STOP
        case 403:
            return Remedy.PAUSE
        case 400 | 413:
            return Remedy.BURY
    return Remedy.RETRY
