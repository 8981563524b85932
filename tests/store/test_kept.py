"""Every key that there can be is in a backup, or the table says why not."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product

import pytest

from alerts.domain.model import Tier
from alerts.store import keys
from alerts.store.kept import FAMILIES, families_of, of_space
from alerts.store.promises.archive import Kept

_SAMPLES = {
    "str": "x", "int": 7, "str | None": "x", "datetime": datetime(2026, 11, 22, tzinfo=UTC),
    "date": date(2026, 11, 22), "Tier": Tier.HOT, "Iterable[str]": ["x"],
}  # fmt: skip
_WORDS = {"span": ["day", "hour", "slice"], "who": ["guilds", "users"]}  # arguments that are words of a few


def made_by(function: object) -> Iterator[str]:
    """The keys that a function of keys.py makes, with each of its optional arguments left out in turn."""
    assert callable(function)
    parameters = inspect.signature(function).parameters.values()
    given = {each.name: _SAMPLES[each.annotation] for each in parameters}
    optional = [each.name for each in parameters if each.default is not inspect.Parameter.empty]
    words = [{name: word} for name, some in _WORDS.items() if name in given for word in some] or [{}]
    for left_out, word in product(["", *optional], words):
        found = function(**{name: value for name, value in {**given, **word}.items() if name != left_out})
        yield from [found] if isinstance(found, str) else found


def makes_keys(function: object) -> bool:
    assert callable(function)
    return inspect.signature(function).return_annotation != "int | None"  # which tells whose key it is given


def every_key() -> list[str]:
    named = [
        value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str) and name[0] != "_"
    ]
    functions = [each for each in vars(keys).values() if inspect.isfunction(inspect.unwrap(each))]
    ours = [each for each in functions if inspect.unwrap(each).__module__ == keys.__name__ and makes_keys(each)]
    made = [key for function in ours for key in made_by(function)]
    return sorted({key for key in [*named, *made] if key.startswith("hs:") and "*" not in key})


@pytest.mark.parametrize("key", every_key())
def test_every_key_belongs_to_one_family(key: str) -> None:
    assert len(families_of(key)) == 1, f"say in alerts/store/kept.py whether a backup keeps {key}, and if not why"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.pattern)
def test_what_is_not_in_a_backup_says_why(family: object) -> None:
    assert isinstance(family, tuple)
    assert (family.kept is Kept.BACKUP) is not bool(family.why)  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.pattern)
def test_no_family_is_left_over(family: object) -> None:
    assert any(family in families_of(key) for key in every_key())


def test_of_a_server_all_is_kept_that_is_its_own() -> None:
    assert set(keys.of_space(-7)) == set(of_space(-7, {Kept.BACKUP}))


def test_there_is_something_to_look_at() -> None:
    assert len(every_key()) > 60
