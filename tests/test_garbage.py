"""What the garbage collector is told at the start, seen in a process of its own."""

from __future__ import annotations

import subprocess
import sys

_SEEN = """
import gc, weakref
from bot.root.garbage import leave_alone

class Thing: pass

kept = [Thing() for _ in range(1000)]
loop = Thing(); loop.itself = loop
gone = weakref.ref(loop)
del loop
leave_alone()
first = gc.get_freeze_count()
assert gone() is None, "garbage of the start is not kept for good"
assert first >= 1000
assert len(gc.get_objects()) < first / 10, "the rest is what a collection walks through"
later = Thing(); later.itself = later
gone = weakref.ref(later)
del later
gc.collect()
assert gone() is None, "what comes later is still collected"
"""


def test_what_is_there_at_the_start_is_walked_through_once_and_what_comes_later_is_still_collected() -> None:
    subprocess.run([sys.executable, "-c", _SEEN], check=True, timeout=60)
