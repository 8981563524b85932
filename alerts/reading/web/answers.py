"""What an HTTP answer means before anybody reads the page: statuses, Retry-After, bot walls. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from alerts.domain.errors import ReadError
from alerts.domain.model import FailureReason
from alerts.domain.said import say

LONGEST_REST = timedelta(hours=1)
_WALL_STATUSES = frozenset({401, 402, 403, 405, 407, 418, 429, 430, 451, 503, 511, 999})
_GONE_STATUSES = frozenset({404, 410})

# Words that bot walls write and shops do not. Each is looked for in the first part of a page only.
_WALL = re.compile(
    rb"cf-chl|cf_chl|challenge-platform/h/|px-captcha|perimeterx|_incapsula_resource|datadome|captcha-delivery"
    rb"|/captcha/|g-recaptcha|h-captcha|hcaptcha|opfcaptcha|validatecaptcha|geo\.captcha|distil_r_captcha"
    rb"|akamai.{0,40}reference"
    rb"|just a moment\.\.\.|attention required! \|  ?cloudflare|access denied"
    rb"|access to this page has been denied|robot check"
    rb"|are you a human|are you a robot|verify (?:that )?you are (?:a )?human|unusual traffic|automated access"
    rb"|automated queries"
    rb"|pardon our interruption|request unsuccessful|ddos protection|bot protection|security check"
    rb"|checking your browser"
    rb"|enable javascript and cookies to continue|you have been blocked|sorry, you have been blocked|too many requests",
    re.IGNORECASE,
)
_LOOK_AT = 60_000


def wall_words(body: bytes) -> str | None:
    """The words by which a page shows that it is a bot wall, or None. A long page may quote them innocently."""
    found = _WALL.search(body[:_LOOK_AT])
    return found.group().decode("ascii", "replace") if found else None


def rest_asked(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long Retry-After asks us to stay away, in either of its forms, at most an hour."""
    raw = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", raw):
        return min(timedelta(seconds=int(raw)), LONGEST_REST)
    try:
        until = parsedate_to_datetime(raw)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_REST)


def error_of(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ReadError | None:
    """The error that an answer of 400 and above stands for, or None for one that holds a page."""
    if status < 400:
        return None
    if status in _GONE_STATUSES:
        return ReadError(
            FailureReason.NOT_FOUND, say("the shop answers {status}: there is no such page", status=status)
        )
    words = wall_words(body)
    if status in _WALL_STATUSES or words:
        detail = say("the shop answers {status}", status=status)
        if words:
            detail = say("the shop answers {status} and shows a bot wall ({words})", status=status, words=words)
        return ReadError(FailureReason.BLOCKED, detail, retry_after=rest_asked(headers, now))
    if status >= 500 or status in (408, 425):
        return ReadError(
            FailureReason.UNREACHABLE,
            say("the shop answers {status}", status=status),
            retry_after=rest_asked(headers, now),
        )
    return ReadError(FailureReason.UNREADABLE, say("the shop answers {status}", status=status))
