"""Availability words of machines to Availability. Pure."""

from __future__ import annotations

import re

from alerts.domain.model import Availability, Condition

_WORDS = {
    "instock": Availability.IN_STOCK,
    "onlineonly": Availability.IN_STOCK,
    "available": Availability.IN_STOCK,
    "availablefororder": Availability.IN_STOCK,
    "instockonline": Availability.IN_STOCK,
    "madetoorder": Availability.BACKORDER,
    "limitedavailability": Availability.LIMITED,
    "limited": Availability.LIMITED,
    "lowstock": Availability.LIMITED,
    "limitedstock": Availability.LIMITED,
    "preorder": Availability.PREORDER,
    "presale": Availability.PREORDER,
    "preorderable": Availability.PREORDER,
    "backorder": Availability.BACKORDER,
    "onbackorder": Availability.BACKORDER,
    "backordered": Availability.BACKORDER,
    "outofstock": Availability.OUT_OF_STOCK,
    "oos": Availability.OUT_OF_STOCK,
    "soldout": Availability.OUT_OF_STOCK,
    "notavailable": Availability.OUT_OF_STOCK,
    "unavailable": Availability.OUT_OF_STOCK,
    "reserved": Availability.OUT_OF_STOCK,
    "discontinued": Availability.DISCONTINUED,
    # Sold over a shop's counter only: of ordering that says neither in stock nor sold out. `online_of` tells it.
    "instoreonly": Availability.UNKNOWN,
}
_ONLINE = {"onlineonly": True, "instockonline": True, "instoreonly": False}

_CONDITIONS = {
    "new": Condition.NEW,
    "newcondition": Condition.NEW,
    "used": Condition.USED,
    "usedcondition": Condition.USED,
    "refurbished": Condition.REFURBISHED,
    "refurbishedcondition": Condition.REFURBISHED,
    "damaged": Condition.DAMAGED,
    "damagedcondition": Condition.DAMAGED,
}


def availability_of(raw: object) -> Availability:
    """What an availability field says. A word that nobody knows is `unknown`, never sold out."""
    return _WORDS.get(_word(raw), Availability.UNKNOWN)


def online_of(raw: object) -> bool | None:
    """Whether an availability field says that it can be ordered; False for a shop's counter only, None for no word."""
    return _ONLINE.get(_word(raw))


def condition_of(raw: object) -> Condition | None:
    """What an itemCondition field says, or None."""
    return _CONDITIONS.get(_word(raw))


def _word(raw: object) -> str:
    # Seen: a full schema.org address, one without a scheme and with blanks inside, the bare word, the word with blanks.
    text = raw if isinstance(raw, str) else ""
    return re.sub(r"[^a-z]", "", text[:200].rstrip("/ ").rpartition("/")[2].rpartition("#")[2].lower())
