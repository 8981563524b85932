"""Which work is saved where its outcome is certain. Each may be turned off; none changes what is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """One switch each.

    `conditional`: a page that was kept is asked for only if it has changed.
    `vouched`: so is one that another process read, or this one too long ago to have it; what it said is in the store.
    `answers`: a page whose every byte is known gets the answer it got before.
    `insides`: so does one that differs in nothing but the insides of its scripts (visible/relevant.py).
    """

    conditional: bool = True
    vouched: bool = True
    answers: bool = True
    insides: bool = True


ALL = Shortcuts()
NONE = Shortcuts(conditional=False, vouched=False, answers=False, insides=False)
