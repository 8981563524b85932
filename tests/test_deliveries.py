"""The id that makes a message be told once."""

from __future__ import annotations

from alerts.domain.deliveries import ID_LENGTH, delivery_id
from alerts.domain.model import ChangeKind
from alerts.domain.wishes import Target
from tests.worlds import IN, MINUTE, START, change, offer

HERE = Target(id=10)


def test_the_same_change_found_again_later_has_the_same_id() -> None:
    assert delivery_id(change(at=START + MINUTE), HERE) == delivery_id(change(at=START + 9 * MINUTE), HERE)


def test_the_same_restock_next_month_has_another_id() -> None:
    assert delivery_id(change(), HERE) != delivery_id(change(since=START + 40000 * MINUTE), HERE)


def test_every_part_of_the_news_is_in_the_id() -> None:
    others = [
        change(sku="other"),
        change(listing="bolt"),
        change(new=offer(IN, "91")),
        change(old=offer(IN, "90")),
        change(ChangeKind.PRICE_DROP),
    ]
    ids = {delivery_id(each, HERE) for each in [change(), *others]} | {delivery_id(change(), Target(id=11))}

    assert len(ids) == len(others) + 2


def test_an_id_fits_into_a_nonce_and_into_a_key() -> None:
    found = delivery_id(change(), HERE)

    assert len(found) == ID_LENGTH <= 25
    assert found.isalnum()
