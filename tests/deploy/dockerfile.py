"""The Dockerfile as its builder reads it: stages of instructions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Instruction:
    """`RUN`, `COPY` and so on with what follows, its continued lines joined and its comments gone."""

    word: str
    rest: str

    def listed(self) -> list[str]:
        """The arguments of one that is written as a JSON list, so that no shell is needed for it."""
        words = json.loads(self.rest)
        assert isinstance(words, list), f"{self.word} {self.rest} needs a shell"
        return [str(each) for each in words]


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]

    def one(self, word: str) -> Instruction:
        (found,) = self.all(word)
        return found

    def environment(self, before: dict[str, str]) -> dict[str, str]:
        """`before` with every ENV on top, `$NAME` filled in."""
        made = dict(before)
        for each in self.all("ENV"):
            for name, value in re.findall(r"(\w+)=(\S+)", each.rest):
                made[name] = re.sub(r"\$\{?(\w+)\}?", lambda found: made.get(found[1], ""), value)
        return made

    def health_check(self) -> list[str]:
        """Its command, without its options."""
        return Instruction("HEALTHCHECK", self.one("HEALTHCHECK").rest.partition(" CMD ")[2]).listed()


def stages(text: str) -> list[Stage]:
    """Its stages; an ARG before the first one fills in the bases."""
    given: dict[str, str] = {}
    found: list[Stage] = []
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "ARG" and not found:
            name, _, value = rest.partition("=")
            given[name] = value
        elif word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(re.sub(r"\$\{(\w+)\}", lambda arg: given[arg[1]], base), name))
        elif word:
            found[-1].instructions.append(Instruction(word, rest.strip()))
    return found
