"""Every rule, what it says and why; and what no sequence of changes may do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.domain.market import Market
from alerts.domain.memory import LIMIT, NOTHING, Mark, Memory, observe, told
from alerts.domain.model import Availability, Change, ChangeKind, Failure, FailureReason, Known, Offer
from alerts.domain.money import Money
from alerts.domain.quiet import QuietHours
from alerts.domain.rules import Decision, Verb, decide
from alerts.domain.still import already_true, still_true
from alerts.domain.wishes import Subscription
from tests.worlds import IN, MINUTE, OUT, START, change, known, offer, pounds, subscription

DELIVER, HOLD, SUPPRESS = Verb.DELIVER, Verb.HOLD, Verb.SUPPRESS
DROP, RISE, RESTOCKED, SOLD_OUT = (
    ChangeKind.PRICE_DROP, ChangeKind.PRICE_RISE, ChangeKind.RESTOCKED, ChangeKind.SOLD_OUT,
)  # fmt: skip
ALL = tuple(ChangeKind)
HOUR = timedelta(hours=1)
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Havana", "Pacific/Apia"]
LONDON = {"start": "22:00", "end": "07:00", "timezone": "Europe/London"}


def dollars(amount: str) -> Money:
    return Money.of(amount, "USD")


def priced(new: str | Money | None, old: str | Money | None = "600", kind: ChangeKind = DROP, **more: Any) -> Change:
    goods = {key: more.pop(key) for key in ("condition", "seller", "shipping", "list_price") if key in more}
    return change(kind, old=offer(OUT if kind is RESTOCKED else IN, old), new=offer(IN, new, **goods), **more)


def sold_out(at: datetime = START, **old: Any) -> Change:
    return change(SOLD_OUT, old=offer(IN, "490", **old), new=offer(OUT, None), at=at)


def remembered(*changes: Change, at: datetime = START, **rules: Any) -> Memory:
    memory = NOTHING
    for each in changes:
        memory = told(memory, each, subscription(kinds=ALL, **rules), at)
    return memory


BESIDE = change(DROP, beside=RESTOCKED)
FLAP = change(ChangeKind.FLAPPING)

# case → the rules, the change, what else is known, the verb and the reason
CASES: dict[str, tuple[dict[str, Any], Change, dict[str, Any], Verb, str]] = {
    "a subscribed kind": ({}, change(), {}, DELIVER, "subscribed to restocked"),
    "a move below the floor": (
        {"kinds": ALL}, priced("599.50", is_small=True), {}, SUPPRESS, "price drop by too little to tell of"
    ),
    "a small move for who lowered the floor": (
        {"kinds": ALL, "floor_amount": 0}, priced("599.50", is_small=True), {}, DELIVER, "subscribed to price drop"
    ),
    "a move below a floor of one's own": (
        {"kinds": ALL, "floor_amount": 50, "floor_percent": 10}, priced("560"), {},
        SUPPRESS, "price drop by too little to tell of",
    ),
    "a move above a floor of one's own": (
        {"kinds": ALL, "floor_amount": 50, "floor_percent": 5}, priced("560"), {}, DELIVER, "subscribed to price drop"
    ),
    "another kind": ({}, change(SOLD_OUT), {}, SUPPRESS, "sold out is not among the subscribed kinds"),
    "told beside": ({}, BESIDE, {}, SUPPRESS, "told together with restocked"),
    "beside a kind unheard of": ({"kinds": [DROP]}, BESIDE, {}, DELIVER, "subscribed to price drop"),
    "flapping goes with the stock": ({}, FLAP, {}, DELIVER, "subscribed to flapping"),
    "flapping for prices alone": ({"kinds": [DROP]}, FLAP, {}, SUPPRESS, "flapping is not among the subscribed kinds"),
    "another product": ({"sku": "jetson"}, change(), {}, SUPPRESS, "another product"),
    "its category": ({"sku": None, "category": "GPU"}, change(), {"category": "gpu"},
        DELIVER, "subscribed to restocked"),
    "another category": ({"sku": None, "category": "gpu"}, change(), {"category": "cpu"}, SUPPRESS, "another category"),
    "no category": ({"sku": None, "category": "gpu"}, change(), {}, SUPPRESS, "the product's category is not known"),
    "paused": ({"paused": True}, change(), {}, SUPPRESS, "paused"),
    "expired": ({"expires_at": START}, change(), {}, SUPPRESS, "expired on 2026-11-22 12:00 (UTC)"),
    "not expired": ({"expires_at": START + HOUR}, change(), {}, DELIVER, "subscribed to restocked"),
    # prices
    "below": ({"below": "500 GBP"}, priced("499.99"), {},
        DELIVER, "subscribed to price drop; £499.99 is below £500.00"),
    "not below": ({"below": "500 GBP"}, priced("510"), {}, SUPPRESS, "£510.00 is not below £500.00"),
    "at the threshold": ({"below": "500 GBP"}, priced("500"), {}, SUPPRESS, "£500.00 is not below £500.00"),
    "a restock above": ({"below": "500 GBP"}, priced("510", kind=RESTOCKED), {},
        SUPPRESS, "£510.00 is not below £500.00"),
    "below in dollars": ({"below": "500 USD"}, priced("90"), {}, SUPPRESS,
        "the price is in GBP and the threshold in USD; nothing is converted"),
    "below without a price": ({"below": "500 GBP"}, priced(None, kind=RESTOCKED), {}, SUPPRESS,
        "the price is not known, so it is not compared with the threshold"),
    "sold out has no price to judge": ({"below": "5 GBP", "new_low": 30, "drop_percent": 9, "kinds": ALL}, sold_out(),
        {}, DELIVER, "subscribed to sold out"),
    "above": ({"above": "500 GBP", "kinds": ALL}, priced("510", kind=RISE), {}, DELIVER,
        "subscribed to price rise; £510.00 is above £500.00"),
    "not above": ({"above": "500 GBP"}, priced("490"), {}, SUPPRESS, "£490.00 is not above £500.00"),
    "shipping counts": ({"below": "500 GBP", "with_shipping": True}, priced("495", shipping=pounds(6)), {}, SUPPRESS,
        "£501.00 is not below £500.00"),
    "shipping unknown": ({"below": "500 GBP", "with_shipping": True}, priced("495"), {}, DELIVER,
        "subscribed to price drop; £495.00 is below £500.00"),
    "shipping not asked for": ({"below": "500 GBP"}, priced("495", shipping=pounds(6)), {}, DELIVER,
        "subscribed to price drop; £495.00 is below £500.00"),
    "drop in per cent": ({"drop_percent": 10}, priced("90", "100"), {}, DELIVER, "subscribed to price drop"),
    "too small in per cent": ({"drop_percent": "10%"}, priced("90.05", "100"), {}, SUPPRESS,
        "£90.05 is 9.9 % below the previous price of £100.00, and the rule asks for 10 %"),
    "drop in money": ({"drop_amount": "10 GBP"}, priced("90", "100"), {}, DELIVER, "subscribed to price drop"),
    "too small in money": ({"drop_amount": "10 GBP"}, priced("95", "100"), {}, SUPPRESS,
        "£95.00 is £5.00 below the previous price of £100.00, and the rule asks for £10.00"),
    "drop in dollars": ({"drop_amount": "10 USD"}, priced("80", "100"), {}, SUPPRESS,
        "the price is in GBP and the drop asked for in USD; nothing is converted"),
    "a rise is no drop": ({"drop_percent": 10, "kinds": ALL}, priced("110", "100", RISE), {}, SUPPRESS,
        "£110.00 is not below the previous price of £100.00"),
    "a restock is no move of the price": ({"drop_percent": 10}, priced("100", "100", RESTOCKED), {}, DELIVER,
        "subscribed to restocked"),
    "below the median": ({"drop_percent": 10, "reference": "median_30d"}, priced("90"), {"median_30d": pounds(100)},
        DELIVER, "subscribed to price drop"),
    "a restock at the median": ({"drop_percent": 10, "reference": "median_30d"}, priced("100", kind=RESTOCKED),
        {"median_30d": pounds(100)}, SUPPRESS, "£100.00 is not below the median of 30 days of £100.00"),
    "no median": ({"drop_percent": 10, "reference": "median_30d"}, priced("90"), {}, SUPPRESS,
        "the median of 30 days is not known"),
    "below the list price": ({"drop_percent": 10, "reference": "list_price"}, priced("95", list_price=pounds(100)), {},
        SUPPRESS, "£95.00 is 5 % below the list price of £100.00, and the rule asks for 10 %"),
    "a list price in dollars": ({"drop_percent": 10, "reference": "list_price"}, priced("9", list_price=dollars("99")),
        {}, SUPPRESS, "the price is in GBP and the list price in USD; nothing is converted"),
    "last told": ({"drop_percent": 10, "reference": "last_told"}, priced("95", "110"),
        {"memory": remembered(priced("100"))}, SUPPRESS,
        "£95.00 is 5 % below the price told last of £100.00, and the rule asks for 10 %"),
    "nothing told yet": ({"drop_percent": 10, "reference": "last_told"}, priced("90", "100"), {}, DELIVER,
        "subscribed to price drop"),
    "new low": ({"new_low": 30}, priced("90"), {"low_30d": pounds(91)}, DELIVER, "subscribed to price drop"),
    "the old low": ({"new_low": "ever"}, priced("90"), {"low_ever": pounds(90)}, SUPPRESS,
        "£90.00 is no new low; it was £90.00 before"),
    "no low": ({"new_low": 90}, priced("90"), {"low_30d": pounds(91)}, SUPPRESS,
        "the lowest price within 90 days is not known"),
    "a low in dollars": ({"new_low": 30}, priced("90"), {"low_30d": dollars("99")}, SUPPRESS,
        "the price is in GBP and the lowest price in USD; nothing is converted"),
    # who and where
    "vendor": ({"vendors": ["ACME"]}, change(), {}, DELIVER, "subscribed to restocked"),
    "another vendor": ({"vendors": ["Bolt"]}, change(), {}, SUPPRESS, "vendor Acme is not among the wanted ones"),
    "no such vendor": ({"not_vendors": ["acme"]}, change(), {}, SUPPRESS, "vendor Acme is not wanted"),
    "region": ({"regions": ["GB"]}, change(), {"region": "gb"}, DELIVER, "subscribed to restocked"),
    "no region": ({"regions": ["GB"]}, change(), {}, SUPPRESS, "its region is not known, and only some are wanted"),
    "no such region": ({"not_regions": ["US"]}, change(), {"region": "us"}, SUPPRESS, "region us is not wanted"),
    "condition": ({"conditions": ["new"]}, priced("90", condition="used"), {}, SUPPRESS,
        "condition used is not among the wanted ones"),
    "no such condition": ({"not_conditions": ["used"]}, priced("90", condition="used"), {}, SUPPRESS,
        "condition used is not wanted"),
    "seller": ({"sellers": ["amazon"]}, priced("90", seller="Amazon"), {}, DELIVER, "subscribed to price drop"),
    "no seller": ({"sellers": ["Amazon"]}, change(), {}, SUPPRESS, "its seller is not known, and only some are wanted"),
    "no such seller": ({"not_sellers": ["Dodgy Ltd"]}, priced("90", seller="DODGY LTD"), {}, SUPPRESS,
        "seller DODGY LTD is not wanted"),
    "sold out by its seller": ({"sellers": ["Amazon"], "kinds": ALL}, sold_out(seller="Amazon"), {}, DELIVER,
        "subscribed to sold out"),
    "shops only": ({"online_only": True}, change(), {"online": False},
        SUPPRESS, "it is sold in shops only, not online"),
    "online as far as known": ({"online_only": True}, change(), {}, DELIVER, "subscribed to restocked"),
    # what was told before
    "disarmed": ({"below": "500 GBP"}, priced("499"), {"memory": remembered(priced("499.99"), below="500 GBP")},
        SUPPRESS, "threshold stays disarmed until the price has been above £510.00, or it has sold out"),
    "another threshold is armed": ({"below": "450 GBP"}, priced("440"),
        {"memory": remembered(priced("499.99"), below="500 GBP")}, DELIVER,
        "subscribed to price drop; £440.00 is below £450.00"),
    "cooling down": ({"cooldown": "30m"}, change(), {"memory": remembered(change(), at=START - 12 * MINUTE)}, SUPPRESS,
        "told 12 min ago; the cooldown is 30 min"),
    "cooled down": ({"cooldown": "30m"}, change(), {"memory": remembered(change(), at=START - 30 * MINUTE)}, DELIVER,
        "subscribed to restocked"),
    "a better price": ({"cooldown": "30m"}, priced("89"), {"memory": remembered(priced("90"))}, DELIVER,
        "subscribed to price drop"),
    "another kind is not cooling": ({"cooldown": "30m"}, change(), {"memory": remembered(priced("90"))}, DELIVER,
        "subscribed to restocked"),
    "enough": ({"daily_cap": 2}, change(), {"memory": remembered(change(), sold_out())}, SUPPRESS,
        "told 2 times today; the cap is 2 a day"),
    "yesterday": ({"daily_cap": 1}, change(), {"memory": remembered(change(), at=START - 13 * HOUR)}, DELIVER,
        "subscribed to restocked"),
    # what waits
    "snoozed": ({"snooze_until": START + HOUR}, change(), {}, HOLD, "snoozed until 2026-11-22 13:00 (UTC)"),
    "awake": ({"snooze_until": START}, change(), {}, DELIVER, "subscribed to restocked"),
    "quiet": ({"quiet": LONDON}, change(), {"now": START + 11 * HOUR},
        HOLD, "in quiet hours until 07:00 (Europe/London)"),
    "not quiet": ({"quiet": LONDON}, change(), {}, DELIVER, "subscribed to restocked"),
    "hourly": ({"digest": "hourly"}, change(), {"now": START + MINUTE},
        HOLD, "kept for the hourly digest at 13:00 (UTC)"),
    "daily": ({"digest": "daily 18:00", "quiet": LONDON}, change(), {}, HOLD,
        "kept for the daily digest at 18:00 (Europe/London)"),
    "weekly": ({"digest": "weekly mon 09:00 Asia/Tokyo"}, change(), {}, HOLD,
        "kept for the weekly digest at 09:00 (Asia/Tokyo)"),
    "a digest at night": ({"digest": "daily 23:00", "quiet": LONDON}, change(), {}, HOLD,
        "kept for the daily digest at 23:00 (Europe/London); then in quiet hours until 07:00 (Europe/London)"),
    "held for its digest": ({"digest": "daily 18:00"}, change(), {"held": True}, DELIVER, "subscribed to restocked"),
    "what is suppressed does not wait": ({"quiet": LONDON}, change(SOLD_OUT), {"now": START + 11 * HOUR}, SUPPRESS,
        "sold out is not among the subscribed kinds"),
}  # fmt: skip


def decided(rules: dict[str, Any], news: Change, world: dict[str, Any]) -> Decision:
    facts = {key: world[key] for key in world if key in Market.model_fields}
    rest = {key: world[key] for key in world if key not in Market.model_fields}
    return decide(news, subscription(**rules), **{"now": START, "market": Market(**facts), **rest})


@pytest.mark.parametrize("name", CASES)
def test_a_rule_decides_and_says_why(name: str) -> None:
    rules, news, world, verb, reason = CASES[name]

    decision = decided(rules, news, world)

    assert (decision.verb, decision.reason) == (verb, reason)
    assert (decision.until is not None) is (verb is HOLD)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"sku": None}, "a sku or a category"),
        ({"category": "gpu"}, "a sku or a category"),
        ({"kinds": ()}, "at least one kind"),
        ({"below": "cheap"}, "such as 500 GBP"),
        ({"below": {"amount": "1e-40", "currency": "GBP"}}, "such as 500 GBP"),
        ({"below": "0 GBP"}, "above zero"),
        ({"below": "5 GBP", "above": "6 GBP"}, "at once"),
        ({"below": "5 GBP", "above": "4 USD"}, "two currencies"),
        ({"drop_percent": 0}, "greater than 0"),
        ({"drop_percent": 101}, "from 0 to 100"),
        ({"new_low": 7}, "30, 90 or 'ever'"),
        ({"vendors": ["Acme"], "not_vendors": ["ACME"]}, "acme is among vendors and not_vendors"),
        ({"cooldown": "soon"}, "such as 30m"),
        ({"cooldown": "999999w"}, "up to a year"),
        ({"daily_cap": 0}, "greater than or equal to 1"),
        ({"snooze_until": "9999-12-31T23:59:59Z"}, "lives to see"),
        ({"quiet": {"start": "25:00", "end": "07:00"}}, "such as 22:00"),
        ({"quiet": {"start": "07:00", "end": "07:00"}}, "the same time"),
        ({"quiet": {**LONDON, "timezone": "../Mars"}}, "such as Europe/London"),
        ({"digest": "daily"}, "daily 18:00"),
        ({"digest": "monthly"}, "daily 18:00"),
        ({"bellow": "5 GBP"}, "Extra inputs"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_cure(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        subscription(**rules)


def test_rules_come_back_from_the_store_as_they_went_in() -> None:
    wish = subscription(below={"amount": 500, "currency": "gbp"}, drop_percent="7.5%", cooldown="1h30m", quiet=LONDON,
                        digest={"every": "weekly mon 9:00", "timezone": "Asia/Tokyo"}, conditions=["new"])  # fmt: skip

    assert Subscription.model_validate_json(wish.model_dump_json(exclude_defaults=True)) == wish
    assert Subscription.model_validate_json(wish.model_dump_json()) == wish


def test_a_drop_in_small_steps_is_measured_from_where_it_began() -> None:
    wish, memory, verbs = subscription(drop_percent=10, reference="last_told"), NOTHING, []
    for old, new in (("100", "96"), ("96", "93"), ("93", "89"), ("89", "85")):
        step = priced(new, old)
        memory = observe(memory, step, wish)
        verbs.append(decide(step, wish, now=START, memory=memory).verb)
        memory = told(memory, step, wish, START) if verbs[-1] is DELIVER else memory

    assert verbs == [SUPPRESS, SUPPRESS, DELIVER, SUPPRESS]
    assert memory.mark("pi5", "GBP") == Mark(sku="pi5", price=pounds(89))


@pytest.mark.parametrize(
    ("between", "verb"),
    [
        ([priced("500.01", kind=RISE)], SUPPRESS),
        ([priced("510", kind=RISE)], SUPPRESS),
        ([priced("510.01", kind=RISE)], DELIVER),
        ([sold_out()], DELIVER),
        ([change(SOLD_OUT, listing="bolt", new=offer(OUT))], SUPPRESS),
        ([offer(IN, "511")], DELIVER),
        ([offer(IN, dollars("511"))], SUPPRESS),
    ],
)
def test_a_threshold_tells_again_only_after_it_was_armed_again(between: list[Change | Offer], verb: Verb) -> None:
    wish = subscription(below="500 GBP")
    memory = told(NOTHING, priced("499.99"), wish, START)
    for each in between:
        memory = observe(memory, each, wish)

    assert decide(priced("499.99"), wish, now=START, memory=memory).verb is verb


def test_an_upper_threshold_is_armed_by_a_price_below_it() -> None:
    wish = subscription(above="500 GBP", kinds=ALL)
    memory = told(NOTHING, priced("505", kind=RISE), wish, START)

    assert observe(memory, priced("491"), wish).spent
    assert not observe(memory, priced("489"), wish).spent


def test_memory_is_bounded() -> None:
    wish, memory = subscription(below="500 GBP", sku=None, category="gpu"), NOTHING
    for n in range(LIMIT + 50):
        memory = told(memory, priced("90", sku=f"p{n}"), wish, START)

    assert {len(memory.told), len(memory.marks), len(memory.spent)} == {LIMIT}
    assert memory.is_spent(f"p{LIMIT + 49}", wish)
    assert Memory.model_validate_json(memory.model_dump_json(exclude_defaults=True)) == memory


wall = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
nights = st.tuples(wall, wall).filter(lambda both: both[0] != both[1])


def within(year: int, month: int, day: int, days: int = 9) -> st.SearchStrategy[datetime]:
    start = datetime(year, month, day, tzinfo=UTC)
    return st.timedeltas(timedelta(0), timedelta(days=days)).map(lambda passed: start + passed)


# The weeks in which most of these zones put their clocks forward or back, the day that Samoa left out, and any time.
CHANGES_OF_CLOCK = ((2026, 3, 6), (2026, 3, 27), (2026, 4, 3), (2026, 10, 2), (2026, 10, 23), (2026, 10, 30))
moments = st.one_of(*(within(*each) for each in CHANGES_OF_CLOCK), within(2011, 12, 26), within(2024, 1, 1, days=2000))


def is_night(at: datetime, quiet: QuietHours) -> bool:
    """By the wall alone, as a sleeper would say."""
    shown = at.astimezone(ZoneInfo(quiet.timezone)).time()
    if quiet.start < quiet.end:
        return quiet.start <= shown < quiet.end
    return shown >= quiet.start or shown < quiet.end


@given(moments, nights, st.sampled_from(ZONES))
def test_nothing_is_delivered_in_quiet_hours_and_everything_right_after(
    now: datetime, night: tuple[time, time], zone: str
) -> None:
    quiet = QuietHours(start=night[0], end=night[1], timezone=zone)
    wish = subscription(quiet=quiet)

    decision = decide(change(), wish, now=now)

    if decision.verb is DELIVER:
        assert not is_night(now, quiet)
        return
    assert decision.until is not None
    assert now < decision.until
    assert decide(change(), wish, now=decision.until, held=True).verb is DELIVER
    assert decide(change(), wish, now=decision.until - timedelta(microseconds=1)).until == decision.until
    midway = now + (decision.until - now) / 2
    assert decide(change(), wish, now=midway).until == decision.until


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-28T23:00+00:00", "2026-03-29T01:00+00:00"),  # 01:30 is skipped: over when the clock goes forward
        ("2026-10-24T23:00+00:00", "2026-10-25T01:30+00:00"),  # 01:30 comes twice: over at the second
        ("2026-11-24T23:00+00:00", "2026-11-25T01:30+00:00"),
    ],
)
def test_quiet_hours_end_where_the_clock_changes(now: str, end: str) -> None:
    quiet = QuietHours(start=time(22), end=time(1, 30), timezone="Europe/London")

    assert quiet.end_of(datetime.fromisoformat(now)) == datetime.fromisoformat(end)


@given(moments, wall, st.sampled_from(ZONES), st.sampled_from(["hourly", "daily", "weekly sun"]))
def test_a_digest_comes_at_its_time_and_no_period_is_left_out(now: datetime, at: time, zone: str, every: str) -> None:
    when = "" if every == "hourly" else f" {at:%H:%M}"
    wish = subscription(digest=f"{every}{when} {zone}")
    longest = {"hourly": HOUR, "daily": 50 * HOUR, "weekly sun": 8 * 24 * HOUR}[every]

    until = decide(change(), wish, now=now).until

    assert until is not None
    assert timedelta(0) <= until - now <= longest
    assert decide(change(), wish, now=until, held=True).verb is DELIVER


prices = st.lists(st.sampled_from(["480", "499.99", "500.01", "505", "509.99", "510.01", "530", None]), max_size=12)


@given(prices)
def test_no_course_of_the_price_tells_twice_without_arming_again(course: list[str | None]) -> None:
    wish, memory, armed = subscription(below="500 GBP", kinds=ALL), NOTHING, True
    for n, price in enumerate(course):
        step = sold_out() if price is None else priced(price, kind=(RESTOCKED, DROP, RISE)[n % 3])
        armed = armed or price in (None, "510.01", "530")
        memory = observe(memory, step, wish)
        is_told = step.kind is not SOLD_OUT and decide(step, wish, now=START, memory=memory).verb is DELIVER

        assert is_told is (armed and price in ("480", "499.99"))
        if is_told:
            memory, armed = told(memory, step, wish, START), False


steps = st.lists(st.tuples(st.integers(0, 40), st.integers(80, 100), st.sampled_from([DROP, RESTOCKED])), max_size=20)


@given(steps)
def test_within_the_cooldown_only_a_lower_price_is_told(course: list[tuple[int, int, ChangeKind]]) -> None:
    wish, memory, now = subscription(cooldown="30m"), NOTHING, START
    last: dict[ChangeKind, datetime] = {}
    lowest: int | None = None
    for minutes, price, kind in course:
        now += minutes * MINUTE
        step = priced(str(price), kind=kind)
        is_cooling = kind in last and now - last[kind] < 30 * MINUTE
        is_told = decide(step, wish, now=now, memory=memory).verb is DELIVER

        assert is_told is (not is_cooling or (lowest is not None and price < lowest))
        if is_told:
            memory, last[kind], lowest = told(memory, step, wish, now), now, price


@given(st.lists(st.integers(0, 600), max_size=30), st.integers(1, 4), st.sampled_from(ZONES))
def test_no_day_tells_more_than_its_cap(pauses: list[int], cap: int, zone: str) -> None:
    wish = subscription(daily_cap=cap, quiet={"start": "03:00", "end": "03:01", "timezone": zone})
    memory, now, days = NOTHING, START, dict[str, int]()
    for minutes in pauses:
        now += minutes * MINUTE
        day = now.astimezone(ZoneInfo(zone)).date().isoformat()
        verb = decide(change(), wish, now=now, memory=memory).verb

        assert (verb is SUPPRESS) is (days.get(day, 0) >= cap)
        if verb is DELIVER:
            memory, days[day] = told(memory, change(), wish, now), days.get(day, 0) + 1


@given(st.sampled_from(ALL), st.sampled_from([None, *ALL]), st.sets(st.sampled_from(ALL), min_size=1))
def test_without_rules_only_the_kinds_decide(
    kind: ChangeKind, beside: ChangeKind | None, kinds: set[ChangeKind]
) -> None:
    news, wish = change(kind, beside=beside), subscription(kinds=tuple(kinds))
    is_note = kind in (ChangeKind.FLAPPING, ChangeKind.STABLE) and bool(kinds & {RESTOCKED, SOLD_OUT})
    is_wanted = (kind in kinds or is_note) and beside not in kinds

    assert decide(news, wish).verb is (DELIVER if is_wanted else SUPPRESS)
    assert decide(news, wish, memory=remembered(news, news), now=START).verb is decide(news, wish).verb


def now_is(*args: Any, **more: Any) -> Known:
    return known(offer(*args, **more))


FLAPPING_KNOWN = now_is().model_copy(update={"flapping": START})
COULD_NOT_READ = now_is().model_copy(update={"failure": Failure(reason=FailureReason.BLOCKED)})
FEW = change(ChangeKind.LOW_STOCK, new=offer(IN, stock_count=3))


@pytest.mark.parametrize(
    ("news", "is_known", "is_so"),
    [
        (change(), now_is(IN, "95"), True),
        (change(), now_is(OUT), False),
        (change(), None, False),
        (change(), known(None), False),
        (change(), COULD_NOT_READ, True),
        (change(), now_is(condition="used"), False),
        (priced("90"), now_is(IN, "90"), True),
        (priced("90"), now_is(IN, "85"), True),
        (priced("90"), now_is(IN, "90.01"), False),
        (priced("90"), now_is(IN, dollars("80")), False),
        (priced("90"), now_is(OUT, "90"), False),
        (priced("90"), now_is(IN, None), False),
        (priced("90", kind=RISE), now_is(IN, "95"), True),
        (priced("90", kind=RISE), now_is(IN, "85"), False),
        (sold_out(), now_is(OUT), True),
        (sold_out(), now_is(Availability.DISCONTINUED), True),
        (sold_out(), now_is(IN), False),
        (change(ChangeKind.PREORDER_OPEN, new=offer(Availability.PREORDER)), now_is(Availability.PREORDER), True),
        (change(ChangeKind.PREORDER_OPEN, new=offer(Availability.PREORDER)), now_is(OUT), False),
        (FEW, now_is(stock_count=2), True),
        (FEW, now_is(stock_count=9), False),
        (FEW, now_is(), False),
        (FLAP, FLAPPING_KNOWN, True),
        (FLAP, now_is(), False),
        (change(ChangeKind.STABLE), now_is(), True),
        (change(ChangeKind.STABLE), now_is(OUT), False),
    ],
)
def test_what_waited_is_told_only_if_it_is_still_so(news: Change, is_known: Known | None, is_so: bool) -> None:
    assert still_true(news, is_known) is is_so


def test_a_restock_that_is_no_longer_cheap_enough_is_not_told_after_the_night() -> None:
    wish = subscription(below="500 GBP")

    assert still_true(priced("490", kind=RESTOCKED), now_is(IN, "495"), wish)
    assert not still_true(priced("490", kind=RESTOCKED), now_is(IN, "505"), wish)


def test_a_wish_that_is_true_already_is_told_if_that_was_chosen() -> None:
    wish = subscription(first_sight="tell_now", below="500 GBP")

    news = already_true(now_is(IN, "490"), "pi5", wish, START)

    assert news is not None
    assert decide(news, wish, now=START).verb is DELIVER
    assert already_true(now_is(OUT), "pi5", wish, START) is None
    assert already_true(now_is(IN, "490"), "pi5", subscription(), START) is None
