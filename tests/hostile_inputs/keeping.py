"""What of a store may not change when something was refused."""

from __future__ import annotations

from alerts.store.memory import MemoryStore

# Who asked how often, and what was looked at: that somebody tried is noted, and nothing of what they said.
_COUNTED = frozenset(
    """
    _windows _slots _scanned _there _salts _batches _snapshots _looks _scans _rows _fences _commits _api_keys clock
    """.split()
)


def kept(store: MemoryStore) -> dict[str, str]:
    """Everything that somebody could have wanted to have kept, by the name of its place."""
    return {name: repr(value) for name, value in vars(store).items() if name not in _COUNTED}
