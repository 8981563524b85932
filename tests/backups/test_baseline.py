"""What a backup knows of a listing is shown, and compared with nothing."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.changes import advance, from_backup
from alerts.domain.model import Availability, Known, Offer
from tests.worlds import START, failure, known, listing, offer, reading

_KNOWN = [each for each in Availability if each is not Availability.UNKNOWN]
_OFFERS = st.builds(offer, st.sampled_from(_KNOWN), st.sampled_from(["40", "41", "400", None]))
_LATER = START + timedelta(days=7)


@given(before=_OFFERS, now=_OFFERS, flaps=st.booleans())
def test_the_first_good_look_tells_nothing_and_is_believed_at_once(before: Offer, now: Offer, *, flaps: bool) -> None:
    kept = known(before).model_copy(
        update={"flapping": START, "told": before, "flips": (START,) * 9} if flaps else {"failures": 3}
    )

    step = advance(listing(), from_backup(kept), reading(now, _LATER))

    assert step.changes == ()
    assert (step.known.offer, step.known.held, step.known.restored, step.known.flapping) == (now, None, False, None)


@given(before=_OFFERS, first=_OFFERS, second=_OFFERS)
def test_from_the_second_look_on_it_is_as_if_the_first_had_been_the_first(
    before: Offer, first: Offer, second: Offer
) -> None:
    restored = advance(listing(), from_backup(known(before)), reading(first, _LATER)).known
    new = advance(listing(), None, reading(first, _LATER)).known.model_copy(update={"since": restored.since})
    again = reading(second, _LATER + timedelta(hours=1))

    assert advance(listing(), restored, again).changes == advance(listing(), new, again).changes


@given(before=_OFFERS)
def test_a_failure_leaves_it_as_it_was_restored(before: Offer) -> None:
    step = advance(listing(), from_backup(known(before)), reading(failure(), _LATER))

    assert step.known.restored
    assert step.known.offer == before
    assert step.changes == ()


def test_where_nothing_was_known_nothing_is_restored() -> None:
    nothing = Known(listing="acme", vendor="Acme", url="https://acme.test/pi5")

    assert from_backup(nothing) == nothing
