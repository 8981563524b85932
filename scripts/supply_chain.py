"""What the image is made of: `python -m scripts.supply_chain [audit] [sbom] [licences]`, all three without a name.

`audit` asks a service for known faults in what is pinned, `sbom` writes the bill of materials, `licences` lists the
licence of each package. Ends with 1 when something has to be done. Where nobody can be asked it says so, and goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.licences import licences

ROOT = Path(__file__).parents[1]
RUN = ROOT / "constraints" / "run.txt"
BILL = ROOT / "artefacts" / "sbom.cdx.json"
_PATIENCE = 300  # seconds for a hundred questions


@dataclass(frozen=True, slots=True)
class Audit:
    """How many packages somebody could say something about, and what is known to be wrong with them."""

    asked: int
    faults: tuple[str, ...]
    notice: str = ""


def audit(constraints: Path, *service: str) -> Audit:
    """Ask about each package that this system installs. `service`: options of pip-audit that choose whom.

    One is asked first and alone, so that nobody is asked a hundred times who cannot answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder, "first.txt")
        first.write_text(_first(constraints.read_text("utf-8")), "utf-8")
        tried = _pip_audit(first, service)
        return tried if tried.notice else _pip_audit(constraints, service)


def _first(text: str) -> str:
    """The first pin with its hashes."""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.endswith("\\")), 0)
    return "\n".join(lines[: end + 1]) + "\n"


def _pip_audit(file: Path, service: Sequence[str]) -> Audit:
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "15"]
    done = _tool("pip_audit", "-r", str(file), *options, *service)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return Audit(0, (), f"nobody could be asked: {_last_line(done.stderr)}")
    known = [each for each in packages if "vulns" in each]
    if not known:
        return Audit(0, (), f"nobody could be asked: {packages[0]['skip_reason'] if packages else 'no package'}")
    return Audit(len(known), tuple(_fault(each, fault) for each in known for fault in each["vulns"]))


def _fault(package: dict[str, Any], fault: dict[str, Any]) -> str:
    mended = ", ".join(fault["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {fault['id']}, mended in {mended}"


def bill(constraints: Path, place: Path) -> int:
    """Write the bill of materials of a constraints file; gives the number of packages in it."""
    place.parent.mkdir(exist_ok=True)
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--output-format", "JSON"]
    done = _tool("cyclonedx_py", "requirements", str(constraints), *options, "--output-file", str(place))
    if done.returncode:
        raise SystemExit(f"The bill of materials could not be written: {_last_line(done.stderr)}")
    return len(json.loads(place.read_text("utf-8"))["components"])


def _tool(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the tools of this environment, with arguments of ours
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _audit_told() -> bool:
    found = audit(RUN)
    print(f"audit: {found.notice or f'{found.asked} packages, {len(found.faults)} known faults'}")
    for fault in found.faults:
        print(f"  {fault}: raise it with constraints/update")
    return not found.faults


def _bill_told() -> bool:
    print(f"sbom: {bill(RUN, BILL)} packages in {BILL.relative_to(ROOT)}")
    return True


def _licences_told() -> bool:
    found = licences(RUN)
    for each in found:
        print(f"  {each.name} {each.version}: {', '.join(each.ids) or 'unknown'}")
    bad = [each for each in found if not each.is_allowed]
    print(f"licences: {len(found)} packages, {len(bad)} whose licence is not one that we can keep")
    for each in bad:
        print(f"  {each.name}: leave it out, or add its licence to scripts/licences.py with a reason")
    return not bad


_PARTS = {"audit": _audit_told, "sbom": _bill_told, "licences": _licences_told}


def main(names: Sequence[str]) -> int:
    if unknown := [name for name in names if name not in _PARTS]:
        print(f"supply_chain: {unknown[0]} is none of {', '.join(_PARTS)}.", file=sys.stderr)
        return 2
    ends = [_PARTS[name]() for name in names or _PARTS]
    return 0 if all(ends) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
