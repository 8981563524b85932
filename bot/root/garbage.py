"""The garbage collector, told what it need not walk through again."""

from __future__ import annotations

import gc

_YOUNG = 20_000  # so many new objects between two looks at them, a few megabytes; Python's 700 is a look for each page


def leave_alone() -> None:
    """What is there after the start stays for good: full collections, in which nothing is answered, leave it out."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
