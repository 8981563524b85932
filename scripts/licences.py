"""Under which licence each package is that the image installs, and whether its terms are ones that we can keep.

Kept apart from the linter of Dockerfiles and other tools: those run beside the program and are not shipped with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

# Each lets a program under the MIT licence ship it unchanged beside its own terms. MPL-2.0 covers its own files alone.
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause CC0-1.0 ISC MIT MIT-0 MIT-CMU MPL-2.0 PSF-2.0 Unlicense Zlib".split()
)
# Packages of other systems or Pythons, which are not installed here; looked up by hand.
_NOT_HERE = {"async-timeout": "Apache-2.0", "audioop-lts": "PSF-2.0", "brotlicffi": "MIT", "uvloop": "MIT",
             "colorama": "BSD-3-Clause", "isal": "PSF-2.0", "backports-zstd": "PSF-2.0"}  # fmt: skip
# What packages wrote before there were expressions: by its beginning, the longest that fits.
_SPOKEN = {
    "apache 2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "apache-2.0": "Apache-2.0",
    "apache software license": "Apache-2.0", "apache": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause", "bsd-3-clause": "BSD-3-Clause", "bsd 3-clause": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause", "bsd": "BSD", "isc": "ISC", "mit license": "MIT", "the mit license": "MIT",
    "mit": "MIT", "mozilla public license 2.0": "MPL-2.0", "mpl-2.0": "MPL-2.0",
    "python software foundation license": "PSF-2.0", "psf-2.0": "PSF-2.0",
}  # fmt: skip
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==(\S+)")


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package and the ids of its licences; of "A or B" both, as somebody may have chosen either."""

    name: str
    version: str
    ids: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        return bool(self.ids) and set(self.ids) <= ALLOWED


def pins(constraints: Path) -> Iterator[tuple[str, str]]:
    """Name and version of everything that a constraints file holds."""
    for line in constraints.read_text("utf-8").splitlines():
        if found := _PIN.match(line):
            yield found[1], found[2]


def licences(constraints: Path) -> list[Licensed]:
    """Of every package in it, also of those that only other systems install."""
    return [Licensed(name, version, _of(name)) for name, version in pins(constraints)]


def _of(name: str) -> tuple[str, ...]:
    try:
        return ids(metadata(name))
    except PackageNotFoundError:
        return (_NOT_HERE[name],) if name in _NOT_HERE else ()


def ids(facts: PackageMetadata) -> tuple[str, ...]:
    """From the expression; else from the classifiers, with those we do not know as they are; else from the text."""
    for expression in facts.get_all("License-Expression") or []:
        return _unique(re.findall(r"[\w.+-]+", re.sub(r"\b(AND|OR|WITH)\b", " ", expression)))
    classifiers = [each for each in facts.get_all("Classifier") or [] if each.startswith("License ::")]
    said = [each.rpartition("::")[2].strip() for each in classifiers if not each.endswith("OSI Approved")]
    return _unique([_spoken(each) for each in said or facts.get_all("License") or [] if each])


def _spoken(text: str) -> str:
    low = " ".join(text.lower().split())
    fits = [begin for begin in _SPOKEN if low.startswith(begin)]
    return _SPOKEN[max(fits, key=len)] if fits else text.strip().splitlines()[0][:60]


def _unique(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
