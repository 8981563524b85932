"""The store loses its last writes: what still holds is told, and nothing twice while Discord knows the nonce."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.crash.acts import AGAIN, LIFE
from tests.crash.matrix import EVERYTHING, Tally
from tests.crash.nursery import nursery
from tests.crash.points import instants, spread
from tests.crash.power import Mains
from tests.crash.stage import Variant, stage
from tests.servers import binary_of

pytestmark = [pytest.mark.crash, pytest.mark.valkey]

_SHARES = (0.1, 0.35, 0.7, 1.0)  # of what the step has written; much less than a second's worth for a real shop


async def test_a_tail_of_writes_that_is_lost_loses_no_news_and_tells_none_twice(tmp_path: Path) -> None:
    binary = binary_of("valkey")
    assert binary
    mains, cuts = Mains(binary, tmp_path), list[int]()

    def fail(share: float) -> None:
        mains.fail(share)
        cuts.append(mains.cut)

    began, tally = time.monotonic(), Tally(Variant("the store loses its last writes"))
    with mains as url:
        async with nursery() as found:
            with stage(url, tmp_path / "sands", found) as played:
                for act in (LIFE, AGAIN):
                    passed = (await played.play(act)).passed
                    tally.points += len(passed)
                    for number, point in enumerate(spread(list(instants(passed)), 10_000 if EVERYTHING else 16)):
                        share = _SHARES[number % len(_SHARES)]
                        variant = Variant(tally.variant.name, outage=lambda share=share: fail(share))
                        tally.outcomes.append(await played.play(act, point, variant))

    tally.seconds = time.monotonic() - began
    print(f"{tally}; {sum(cuts)} bytes lost in {len(cuts)} cuts, {max(cuts)} at most")
    # A living alert may show once more how it came to stand as it does: that it did is what the store forgot.
    assert (tally.lost, tally.duplicated) == (0, 0), tally.faulty()
    assert min(tally.struck, sum(map(bool, cuts))) >= len(tally.outcomes) * 3 // 4
