"""Delivery against a Discord on this machine: is every alert told once, how fast, and is Discord never annoyed?

    python benchmarks/delivery.py                    all six, about ten minutes
    python benchmarks/delivery.py --only a,c         some of them
    python benchmarks/delivery.py --scale 0.1        a tenth of the channels and changes
    python benchmarks/delivery.py --only f --profile where the time of a send goes

  a  one change for 5,000 channels                 d  a storm of 429
  b  500 changes at once for 10 channels           e  400 closed channels (403) among 1,000, three changes
  c  lone alerts of other guilds in the midst of a f  no limits: sends per second per core

The real store on a bundled Valkey, the real fan-out, deliverer and notifier over the real discord.py; Discord is the
playground's server in a process of its own, with 50 requests a second, 5 messages in 5 seconds for a channel, nonces,
and the count of invalid requests. (f) speaks to a lean server instead, as the playground would be the wall; both
ceilings are in its table. Each scenario has a process of its own, so its memory is its own. Ends with 1 on a miss.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script from anywhere

from benchmarks.delivering import scenarios, speed
from benchmarks.delivering.rig import Figure

SCENARIOS: dict[str, tuple[str, Callable[[float], Awaitable[list[Figure]]]]] = {
    "a": ("one change, 5,000 channels", scenarios.one_to_many),
    "b": ("500 changes at once, 10 channels", scenarios.many_to_few),
    "c": ("a lone alert in the midst of (a)", scenarios.lone_in_burst),
    "d": ("a storm of 429", scenarios.storm),
    "e": ("400 of 1,000 channels closed", scenarios.closed_doors),
    "f": ("no limits", speed.unlimited),
}
_MARK = "figures: "
_PATIENCE = 900  # seconds for one scenario, which bounds itself far below


def main() -> int:
    """Print a table per scenario; 1 when a bar is missed or a scenario fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="f,a,b,c,d,e", help="scenarios by letter, with commas")
    parser.add_argument("--scale", type=float, default=1.0, help="of all numbers of channels and changes")
    parser.add_argument("--profile", action="store_true", help="of (f): print where the time goes")
    parser.add_argument("--inside", choices=SCENARIOS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _inside(asked.inside, asked.scale, profile=asked.profile)
        return 0
    letters = [letter.strip() for letter in asked.only.split(",") if letter.strip()]
    if unknown := sorted(set(letters) - set(SCENARIOS)):
        parser.error(f"there is no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    results = [_outside(letter, asked.scale, profile=asked.profile) for letter in letters]
    missed = [figure for figures in results for figure in figures if figure.ok is False]
    print(f"\n{len(missed)} missed" if missed else "\nevery bar is held")
    return 1 if missed else 0


def _inside(letter: str, scale: float, *, profile: bool) -> None:
    """Run one here and say its figures to the process that asked."""
    run = SCENARIOS[letter][1]
    if profile and letter == "f":
        run = partial(speed.unlimited, profile=True)

    async def figures() -> list[Figure]:
        return await run(scale)

    print(_MARK + json.dumps([asdict(figure) for figure in asyncio.run(figures())]), flush=True)


def _outside(letter: str, scale: float, *, profile: bool) -> list[Figure]:
    """Run one in a process of its own and print its table. The bot's log goes to a file, shown when it fails."""
    print(f"\n({letter}) {SCENARIOS[letter][0]}{f', scale {scale}' if scale != 1 else ''}", flush=True)
    command = [sys.executable, __file__, "--inside", letter, "--scale", str(scale), *(["--profile"] if profile else [])]
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=log, text=True, check=False, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:  # its Valkey and its Discord end with it
            return _shown([Figure("the scenario hung", f"ended after {_PATIENCE} s", "", ok=False)])
        said, _, found = done.stdout.partition(_MARK)
        print(said, end="")
        if done.returncode:
            log.seek(0)
            print("".join(log.readlines()[-30:]), end="")
            return _shown([Figure("the scenario failed", f"ended with {done.returncode}", "0", ok=False)])
    return _shown(
        [*(Figure(**each) for each in json.loads(found)), Figure("took, s", f"{time.monotonic() - began:.0f}")]
    )


def _shown(figures: list[Figure]) -> list[Figure]:
    for figure in figures:
        verdict = {None: "", True: "pass", False: "MISS"}[figure.ok]
        print(f"  {figure.what:<46} {figure.value:>22}  {figure.bar:<20} {verdict}".rstrip(), flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
