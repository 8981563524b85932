"""The project as its guards see it: its files, and what a file imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("alerts", "bot")
_LEFT_BY_TOOLS = {"data", "dist", "artefacts"}  # at the root; alerts/reading/data is ours


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and where."""

    file: str
    line: int
    module: str

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def is_ours(self) -> bool:
        return self.package in OURS

    @property
    def is_standard(self) -> bool:
        return self.package in sys.stdlib_module_names


def sources() -> list[str]:
    """Every module of ours, as a path from the root."""
    return sorted(str(path.relative_to(ROOT)) for name in OURS for path in (ROOT / name).rglob("*.py"))


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"), file)


@cache
def imports(file: str) -> tuple[Import, ...]:
    """Everything a file imports, at its top or within a function; relative ones resolved."""
    return tuple(found for node in ast.walk(tree(file)) for found in _imported(file, node))


def _imported(file: str, node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(file, node.lineno, alias.name)
    elif isinstance(node, ast.ImportFrom):
        package = Path(file).parent.parts
        start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
        module = ".".join(part for part in (start, node.module or "") if part)
        yield Import(file, node.lineno, module)
        for alias in node.names:  # `from alerts.store import keys` imports a module too
            if _is_module(f"{module}.{alias.name}"):
                yield Import(file, node.lineno, f"{module}.{alias.name}")


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@cache
def project_files() -> tuple[str, ...]:
    """What belongs to the project: what git knows or would add; without git, all but what tools left behind."""
    asked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if asked.returncode == 0 and (ROOT / ".git").exists():
        names = [name for name in asked.stdout.split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    return tuple(sorted(n for n in names if (ROOT / n).is_file() and not _is_left_over(n)))


def _is_left_over(name: str) -> bool:
    first, *_ = parts = Path(name).parts
    return first in _LEFT_BY_TOOLS or first == ".git" or first.startswith(".venv") or "__pycache__" in parts


def text_of(file: str) -> str:
    """A file's text, or nothing for one that is not text."""
    try:
        return (ROOT / file).read_text("utf-8")
    except UnicodeDecodeError:
        return ""
