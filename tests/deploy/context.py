"""What the builder of the image is given: the project's files that .dockerignore lets through."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.guards.project import project_files, text_of


def sent(patterns: list[str], files: tuple[str, ...]) -> list[str]:
    """The last pattern that fits decides; one that fits a folder fits what is in it."""
    return [file for file in files if not _is_ignored(file, patterns)]


def context() -> list[str]:
    return sent([line for line in text_of(".dockerignore").splitlines() if line and line[0] != "#"], project_files())


def _is_ignored(file: str, patterns: list[str]) -> bool:
    parts = file.split("/")
    places = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    ignored = False
    for pattern in patterns:
        bare = pattern.removeprefix("!").rstrip("/")
        anywhere = bare.removeprefix("**/")
        if any(fnmatchcase(place, bare) for place in places) or (anywhere != bare and anywhere in parts):
            ignored = not pattern.startswith("!")
    return ignored
