"""What is sent to the API as a body: to POST /api/v1/scan unless the row names another path."""

from __future__ import annotations

import gzip
from typing import Any

from tests.hostile_inputs.rows import FIELD, JSON, LARGE, MEDIA, Row, fine

BODIES = (
    Row("nothing", b"", "not JSON", api=JSON),
    Row("half of an object", b'{"sku": "pi', "not JSON", api=JSON),
    Row("two objects", b'{"sku": "pi5"}{"sku": "deck"}', "not JSON", api=JSON),
    Row("a list", b'["pi5"]', "not an object", api=FIELD),
    Row("null", b"null", "not an object", api=FIELD),
    Row("a number without end", b"9" * 5000, "too long", api=JSON),
    Row("a key twice", b'{"sku": "pi5", "sku": "deck"}', "'sku' is there twice", api=JSON),
    Row("a key twice, once escaped", b'{"sku": "pi5", "\\u0073ku": "deck"}', "is there twice", api=JSON),
    Row("not a number", b'{"sku": NaN}', "NaN is not JSON", api=JSON),
    Row("infinity", b'{"sku": -Infinity}', "-Infinity is not JSON", api=JSON),
    Row("an exponent past all numbers", b'{"sku": "pi5", "fresh": 1e400}', "boolean", api=FIELD),
    Row("as deep as the sea", b"[" * 100_000, "nested too deep", api=JSON),
    Row("objects as deep as the sea", b'{"a":' * 100_000, "nested too deep", api=JSON),
    Row("one level too many", b'{"sku":' + b"[" * 20 + b"]" * 20 + b"}", "deeper than 20", api=JSON),
    Row("a comment", b'{"sku": "pi5" /* x */}', "not JSON", api=JSON),
    Row("single quotes", b"{'sku': 'pi5'}", "not JSON", api=JSON),
    Row("bytes that are no text", b'{"sku": "\xff"}', "not UTF-8", api=JSON),
    Row("UTF-16", '{"sku": "pi5"}'.encode("utf-16"), "not UTF-8", api=JSON),
    Row("half of a letter", b'{"sku": "\\ud800"}', "Invalid JSON", api=FIELD),
    Row("half of a letter as a key", b'{"\\udfff": 1, "\\udfff": 2}', "is there twice", api=JSON),
    Row("a mark of the byte order", b'\xef\xbb\xbf{"sku": "pi5"}', "not JSON", api=JSON),
    Row("a megabyte and a byte", b'{"sku": "' + b"x" * 1_048_577 + b'"}', "larger than 1 MB", api=LARGE),
    Row("a text of 201 letters", b'{"sku": "' + b"x" * 201 + b'"}', "at most 200", api=FIELD),
    Row("an empty text", b'{"sku": ""}', "at least 1", api=FIELD),
    Row("a number as a text", b'{"sku": 5}', "valid string", api=FIELD),
    Row("a text as a truth", b'{"sku": "pi5", "fresh": "true"}', "valid boolean", api=FIELD),
    Row("a number as a truth", b'{"sku": "pi5", "fresh": 1}', "valid boolean", api=FIELD),
    Row("a field that is none", b'{"sku": "pi5", "guild": 8}', "guild", api=FIELD),
    Row("a member of the class", b'{"sku": "pi5", "__class__": {}}', "__class__", api=FIELD),
    Row("a product as an object", b'{"sku": {"$ne": null}}', "valid string", api=FIELD),
    Row("six products", b'{"skus": ["a","b","c","d","e","f"]}', "at most 5", api=FIELD),
    fine("an escaped letter", b'{"sku": "\\u0070i5"}', "Raspberry Pi 5"),
    fine("blanks around it", b' \n{ "sku" :\t"pi5" }\n ', "Raspberry Pi 5"),
    fine("an escaped slash and quote in a name", b'{"sku": "\\"raspberry\\" pi\\/5"}', "Raspberry Pi 5"),
    fine("a letter of four bytes", '{"sku": "🦊pi5"}'.encode(), "Raspberry Pi 5"),
    fine("false", b'{"sku": "pi5", "fresh": false}', "Raspberry Pi 5"),
)

_FINE = b'{"sku": "pi5"}'
# Headers beside a fine body.
HEADERS = (
    Row("a form", {"Content-Type": "application/x-www-form-urlencoded"}, "send application/json", api=MEDIA),
    Row("a text", {"Content-Type": "text/plain"}, "send application/json", api=MEDIA),
    Row("no type", {"Content-Type": ""}, "send application/json", api=MEDIA),
    Row("a type that is none", {"Content-Type": "application/json/json;;;="}, "send application/json", api=MEDIA),
    Row("XML", {"Content-Type": "application/xml"}, "send application/json", api=MEDIA),
    Row("JSON of another alphabet", {"Content-Type": "application/json; charset=utf-16"}, "not UTF-8", api=MEDIA),
    Row("an alphabet that is none", {"Content-Type": "application/json; charset=x"}, "not UTF-8", api=MEDIA),
    Row("a body that says it is gzip", {"Content-Encoding": "gzip"}, "is compressed", api=MEDIA),
    Row("a body that says it is a colour", {"Content-Encoding": "red"}, "is compressed", api=MEDIA),
    Row("a key that is none", {"Authorization": "Bearer hs_live_x"}, "does not work", api="key_invalid"),
    Row("a key of a million letters", {"Authorization": "Bearer " + "x" * 7000}, "does not work", api="key_invalid"),
    Row("a key of no kind", {"Authorization": "Basic YTpi"}, "does not work", api="key_invalid"),
    Row("only a kind", {"Authorization": "Bearer"}, "does not work", api="key_invalid"),
    Row("a star for a key", {"Authorization": "Bearer *"}, "does not work", api="key_invalid"),
    Row("a key in braces", {"Authorization": "Bearer hs_live_{g8}:key_" + "x" * 32}, "does not work",
        api="key_invalid"),
    Row("a key in letters that are no ASCII", {"Authorization": "Bearer hs_live_äöüäöüäö_" + "ß" * 32},
        "does not work", api="key_invalid"),
    fine("capitals and blanks", {"Content-Type": "Application/JSON ; Charset=UTF-8"}, "Raspberry Pi 5"),
    fine("an id of somebody's own", {"X-Request-ID": "../../etc/passwd"}, "Raspberry Pi 5"),
    fine("a number of that id", {"X-Request-ID": "x" * 5000}, "Raspberry Pi 5"),
    fine("an answer in a form that is none", {"Accept-Encoding": "gzip;q=nan, br;q=1e400, *;q=-1"}, "Raspberry Pi 5"),
    fine("a hundred proxies", {"X-Forwarded-For": ", ".join(["127.0.0.1"] * 100)}, "Raspberry Pi 5"),
    fine("a proxy that is none", {"Forwarded": 'for="[::1";for=;;;="'}, "Raspberry Pi 5"),
    fine("another host", {"Host": "evil.test"}, "Raspberry Pi 5"),
    fine("another method", {"X-HTTP-Method-Override": "DELETE"}, "Raspberry Pi 5"),
    fine("a page of its own", {"Origin": "null", "Referer": "javascript:alert(1)"}, "Raspberry Pi 5"),
    fine("a piece", {"Range": "bytes=0-0,-1,5-4"}, "Raspberry Pi 5"),
    fine("a page that is known", {"If-None-Match": 'W/"x", *, "'}, "Raspberry Pi 5"),
)  # fmt: skip

# Whole queries and paths of GET, with a key that may do everything; "DELETE …" and "POST …" say another method.
QUERIES = (
    Row("a name twice", "/api/v1/products?q=a&q=b", "q: is there twice", api=FIELD),
    Row("a name that is none", "/api/v1/products?Q=a", "Extra inputs", api=FIELD),
    Row("a limit of nothing", "/api/v1/products?limit=0", "greater than or equal to 1", api=FIELD),
    Row("a limit below nothing", "/api/v1/products?limit=-1", "greater than or equal to 1", api=FIELD),
    Row("a limit without end", "/api/v1/products?limit=" + "9" * 4400, "limit", api=FIELD),
    Row("a limit that is none", "/api/v1/products?limit=NaN", "valid integer", api=FIELD),
    Row("an exponent", "/api/v1/products?limit=1e1", "valid integer", api=FIELD),
    Row("hexadecimal", "/api/v1/products?limit=0x10", "valid integer", api=FIELD),
    Row("a query of 201 letters", "/api/v1/products?q=" + "x" * 201, "at most 200", api=FIELD),
    Row("a product that is none", "/api/v1/history?sku=%00", "called", api="unknown_product"),
    Row("bytes that are no text", "/api/v1/history?sku=%ff%fe", "called", api="unknown_product"),
    Row("a shop that is none", "/api/v1/history?sku=pi5&vendor=%40everyone", "@everyone", api="unknown_vendor"),
    Row("a time without an offset", "/api/v1/history?sku=pi5&since=2026-01-01T00:00:00", "timezone", api=FIELD),
    Row("a day that is none", "/api/v1/history?sku=pi5&since=2026-02-30T00:00:00Z", "since", api=FIELD),
    Row("a time without end", "/api/v1/history?sku=pi5&since=" + "9" * 40, "since", api=FIELD),
    Row("days without end", "/api/v1/analytics/stats?days=91", "less than or equal to 90", api=FIELD),
    Row("a job of another kind", "/api/v1/jobs/..%2f..%2fetc%2fpasswd", "nothing here", api="not_found"),
    Row("a job with a NUL", "/api/v1/jobs/%00", "nothing here", api="not_found"),
    Row("a job in braces", "/api/v1/jobs/%7Bg8%7D", "nothing here", api="not_found"),
    Row("a job of bytes", "/api/v1/jobs/%ff", "nothing here", api="not_found"),
    Row("a watch that is a path", "DELETE /api/v1/watches/..%2f8", "nothing here", api="not_found"),
    Row("a watch that is a star", "DELETE /api/v1/watches/*", "nothing here", api="not_found"),
    Row("a watch in capitals", "DELETE /api/v1/watches?sku=PI5", "pattern", api=FIELD),
    Row("an alert of another kind", "DELETE /api/v1/subscriptions/%2e%2e%2fx", "nothing here", api="not_found"),
    Row("an alert of a thousand letters", "DELETE /api/v1/subscriptions/" + "x" * 1000, "nothing here",
        api="not_found"),
    Row("a version that is none", "/api/v9/products", "no such version", api="unknown_version"),
    Row("a method that is none", "TRACE /api/v1/products", "Here are GET, HEAD", api="method_not_allowed"),
    fine("an empty query", "/api/v1/products?q=", "Raspberry Pi 5"),
    fine("a plus and a per cent", "/api/v1/products?q=raspberry+pi%205", "Raspberry Pi 5"),
    fine("before all times", "/api/v1/history?sku=pi5&since=0001-01-01T00:00:00%2B14:00", '"points":[]'),
    fine("after all times", "/api/v1/history?sku=pi5&since=9999-12-31T23:59:59-14:00", '"points":[]'),
    fine("an emoji", "/api/v1/products?q=%F0%9F%A6%8A", '"products":[]'),
    fine("a slash at the end of a name", "/api/v1/products?q=pi5%2F", "Raspberry Pi 5"),
)  # fmt: skip

_HERE: dict[str, Any] = {"type": "channel", "id": "HERE"}


def _wish(**more: Any) -> dict[str, Any]:
    return {"sku": "pi5", "target": _HERE, **more}


def _quiet(timezone: str) -> dict[str, Any]:
    return _wish(quiet={"start": "22:00", "end": "7:00", "timezone": timezone})


_UNSEEN = "is not a time anybody lives to see"


WISHES = (
    Row("a channel that is none", _wish(target={"id": "@everyone"}), "target.id", api=FIELD),
    Row("a channel of nought", _wish(target={"id": 0}), "target.id", api=FIELD),
    Row("a channel below nothing", _wish(target={"id": -10}), "target.id", api=FIELD),
    Row("a channel past all of them", _wish(target={"id": 2**63}), "target.id", api=FIELD),
    Row("a channel of 5,000 digits", _wish(target={"id": "9" * 5000}), "target.id", api=FIELD),
    Row("half of a channel", _wish(target={"id": 10.5}), "target.id", api=FIELD),
    Row("a channel as a truth", _wish(target={"id": True}), "target.id", api=FIELD),
    Row("a channel of another server", _wish(target={"id": "ELSEWHERE"}), "no such channel", api="not_found"),
    Row("a person", _wish(target={"type": "dm", "id": "10"}), "target.type", api=FIELD),
    Row("a service", _wish(target={"type": "apprise", "id": "10"}), "target.type", api=FIELD),
    Row("an id that is a path", _wish(id="../x"), "id", api=FIELD),
    Row("an id in braces", _wish(id="{g8}"), "id", api=FIELD),
    Row("an id of 65 letters", _wish(id="x" * 65), "id", api=FIELD),
    Row("two things at once", _wish(category="boards"), "one of the two", api=FIELD),
    Row("no kind", _wish(kinds=[]), "kinds", api=FIELD),
    Row("a kind that is none", _wish(kinds=["@everyone"]), "kinds.0", api=FIELD),
    Row("a percentage past all", _wish(drop_percent=100.1), "drop_percent", api=FIELD),
    Row("a percentage below nothing", _wish(drop_percent=-1), "drop_percent", api=FIELD),
    Row("a cap of nothing", _wish(daily_cap=0), "daily_cap", api=FIELD),
    Row("a cap without end", _wish(daily_cap=10**30), "daily_cap", api=FIELD),
    Row("fifty-one shops", _wish(vendors=["x"] * 51), "vendors", api=FIELD),
    Row("quiet on another planet", _quiet("Mars/Base"), "is not a timezone"),
    Row("quiet by a path", _quiet("../../etc/passwd"), "is not a timezone"),
    Row("quiet by a path from the root", _quiet("/etc/localtime"),
        "is not a timezone"),
    Row("gathered at no time", _wish(digest="daily 25:00"), "is not a time of day"),
    Row("gathered for ever", _wish(digest="x" * 101), "digest", api=FIELD),
    Row("a wait without end", _wish(cooldown="999999w"), "is not a time to wait"),
    Row("an end before the beginning", _wish(expires_at="0001-01-01T00:00:00+14:00"), _UNSEEN),
    Row("an end after all times", _wish(expires_at="9999-12-31T23:59:59-14:00"), _UNSEEN),
    Row("a pause until after all times", _wish(snooze_until="9999-12-31T23:59:59-14:00"), _UNSEEN),
    fine("an id of somebody's own", _wish(id="A-z_0"), "A-z_0"),


    fine("a tenth of a per cent", _wish(drop_percent=0.1), '"drop_percent":"0.1"'),
    fine("quiet over midnight", _quiet("Asia/Kathmandu"), "Kathmandu"),
    fine("a shop with a sign", _wish(vendors=["Ben & Jerry's <3"]), "Ben & Jerry's <3"),
)  # fmt: skip

ZIPPED = gzip.compress(b'{"sku": "' + b"x" * 50_000_000 + b'"}')
