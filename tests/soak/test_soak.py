"""Every trouble once, about a minute and a half. Hours of it by hand: `python -m tests.soak --hours 3`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.soak.rig import rig
from tests.soak.running import Soak
from tests.soak.told import growth
from tests.soak.troubles import TROUBLES

_MOST_GROWN = 20.0  # megabytes; what a leak of every look would be is far more


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="stops and limits processes as Linux does")
async def test_every_trouble_passes_and_nothing_is_lost_doubled_or_uncalled_for(tmp_path: Path) -> None:
    async with rig(tmp_path) as parts:
        soak = Soak(parts, random.Random(9))
        await soak.run(TROUBLES)
        table, verdict = await soak.table(), await soak.verdict()
        print(table)

        assert (verdict.lost, verdict.doubled) == (0, 0), table
        assert verdict.uncalled <= soak.believed, table
        assert growth(parts.sizes)[0] < _MOST_GROWN, table
