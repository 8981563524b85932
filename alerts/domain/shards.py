"""Which of Discord's shards a process has: each guild belongs to one, by its id and the number of all shards."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 100_000  # Discord has no limit; a number beyond it is a slip


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards `first` to `last`, both included, of `count` in all."""

    first: int
    last: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last < self.count <= MOST:
            raise ValueError("is no range of shards; write for instance 0-3/16: the first four of sixteen")

    @classmethod
    def parse(cls, text: str) -> Shards:
        """`0-3/16`, or `5/16` for one. ValueError in one sentence."""
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?/\s*(\d{1,6})\s*", text, re.ASCII)
        if not found:
            raise ValueError("is no range of shards; write for instance 0-3/16: the first four of sixteen")
        return cls(int(found[1]), int(found[2] or found[1]), int(found[3]))

    @property
    def ids(self) -> list[int]:
        """Each of them by its number."""
        return list(range(self.first, self.last + 1))

    def has(self, guild: int) -> bool:
        """Whether the guild is on one of them."""
        return self.first <= shard_of(guild, self.count) <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.count}"


def shard_of(guild: int, count: int) -> int:
    """Discord's own rule: what is left of the id's time when it is divided by the number of shards."""
    return (guild >> 22) % count
