"""Who changed what in a guild, and when."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from alerts.domain.model import Fact
from alerts.domain.text import plain

# Of each guild about the newest so many entries are kept, and none is shown for longer.
AUDIT_LENGTH = 2000
AUDIT_DAYS = 90

LONGEST_WHAT = 100
LONGEST_ABOUT = 200
LONGEST_DETAIL = 300


class AuditEntry(Fact):
    """One change: `what` was done, `about` which thing, and in `detail` from what to what.

    `by` is a member's id and nothing more of them, 0 for the operator's command line, and None for a member who had
    themself forgotten: then `alias` is a word that their entries of this guild share and nobody can trace back.
    """

    at: AwareDatetime
    guild: int
    by: int | None
    alias: str = ""
    what: Annotated[str, AfterValidator(lambda text: plain(text, LONGEST_WHAT))]
    about: Annotated[str, AfterValidator(lambda text: plain(text, LONGEST_ABOUT))] = ""
    detail: Annotated[str, AfterValidator(lambda text: plain(text, LONGEST_DETAIL))] = ""

    def says(self, word: str) -> bool:
        """Whether the word is anywhere in its text, in upper or lower case."""
        return word.casefold() in f"{self.what}\n{self.about}\n{self.detail}".casefold()
