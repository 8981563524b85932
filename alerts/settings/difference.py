"""What is different between two configurations, in words that hold no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, BeforeValidator, SecretStr
from pydantic.fields import FieldInfo

from alerts.settings.changing import waits_for_restart
from alerts.settings.model import Settings
from alerts.settings.shops import ProductSection, VendorSection
from alerts.settings.units import written

_HIDDEN = "(not shown)"


@dataclass(frozen=True, slots=True)
class Changed:
    """One key. `waits` says why it takes effect at the next start only; None: it holds at once."""

    key: str
    before: str
    after: str
    waits: str | None = None

    def __str__(self) -> str:
        said = f"{self.key}: {self.before} → {self.after}"
        return f"{said} (needs a restart: {self.waits})" if self.waits else said


@dataclass(frozen=True, slots=True)
class Difference:
    """Keys with their values, and products by sku; of a changed product, which of its keys."""

    settings: Sequence[Changed] = ()
    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    changed: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.settings or self.added or self.removed or self.changed)

    @property
    def waiting(self) -> Sequence[str]:
        """The keys that wait for a restart."""
        return [each.key for each in self.settings if each.waits]


def difference(before: Settings, after: Settings) -> Difference:
    """What an operator has changed. Of a secret it is said that it changed, and nothing of it."""
    old, new = ({product.sku: product for product in each.products} for each in (before, after))
    return Difference(
        settings=tuple(_settings(before, after)),
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(f"{sku} ({_keys(old[sku], new[sku])})" for sku in sorted(old.keys() & new.keys())
                      if old[sku] != new[sku]),
    )  # fmt: skip


def _settings(before: Settings, after: Settings) -> Iterator[Changed]:
    for name, field in Settings.model_fields.items():
        if name == "vendors":
            for vendor in sorted(before.vendors.keys() | after.vendors.keys()):
                # A vendor without a section has the manners of an empty one.
                pair = (each.vendors.get(vendor, VendorSection()) for each in (before, after))
                yield from _compared(f"{name}.{vendor}", name, *pair)
        elif name != "products":
            yield from _leaf_or_section(name, name, field, getattr(before, name), getattr(after, name))


def _compared(path: str, place: str, before: BaseModel, after: BaseModel) -> Iterator[Changed]:
    for key, field in type(before).model_fields.items():
        inner = f"{place}.{key}" if place in Settings.model_fields and place != "vendors" else place
        yield from _leaf_or_section(f"{path}.{key}", inner, field, getattr(before, key), getattr(after, key))


def _leaf_or_section(path: str, place: str, field: FieldInfo, before: Any, after: Any) -> Iterator[Changed]:
    if before == after:
        return
    if isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _compared(path, place, before, after)
    else:
        yield Changed(path, _shown(field, before), _shown(field, after), waits_for_restart(place))


def _shown(field: FieldInfo, value: Any) -> str:
    if isinstance(value, SecretStr) or "SecretStr" in str(field.annotation) or not field.repr:
        return "none" if value is None else _HIDDEN
    reader = next((each.func for each in field.metadata if isinstance(each, BeforeValidator)), None)
    return written(value, reader)


def _keys(before: ProductSection, after: ProductSection) -> str:
    return ", ".join(key for key in ProductSection.model_fields if getattr(before, key) != getattr(after, key))
