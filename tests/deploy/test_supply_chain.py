"""What the image is made of: nothing with a known fault, nothing without a hash, nothing under terms we cannot keep."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

from scripts.licences import ALLOWED, Licensed, ids, licences, pins
from scripts.supply_chain import RUN, audit, bill, main
from tests.guards.project import text_of

pytestmark = pytest.mark.guard


@contextmanager
def vulnerabilities(known: dict[str, str]) -> Iterator[list[str]]:
    """A service on loopback as osv.dev, which knows a fault of these names; gives pip-audit's options for it."""

    class Osv(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            said = json.dumps({"vulns": [_fault(asked, known[asked])]} if asked in known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ["--vulnerability-service", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _fault(name: str, mended: str) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": mended}]}]
    return {"id": "TEST-1", "affected": [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """The first two pins of what is installed, with their hashes."""
    lines = iter(text_of("constraints/run.txt").splitlines())
    kept: list[str] = []
    while len([line for line in kept if not line.startswith(" ")]) < 2 or kept[-1].endswith("\\"):
        kept.append(next(lines))
    file = tmp_path / "two.txt"
    file.write_text("\n".join(kept) + "\n")
    return file


def test_a_known_fault_is_named_with_what_mends_it(two: Path, tmp_path: Path) -> None:
    (_, _), (name, version) = pins(two)

    with vulnerabilities({name: "99.1"}) as service:
        found = audit(two, *service, "--cache-dir", str(tmp_path))

    assert found.asked == 2
    assert found.faults == (f"{name} {version}: TEST-1, mended in 99.1",)


def test_packages_without_a_known_fault_pass(two: Path, tmp_path: Path) -> None:
    with vulnerabilities({"something-else": "1"}) as service:
        found = audit(two, *service, "--cache-dir", str(tmp_path))

    assert (found.asked, found.faults, found.notice) == (2, (), "")


def test_a_service_that_is_away_is_a_notice_and_no_clean_bill(two: Path, tmp_path: Path) -> None:
    with vulnerabilities({}) as service:
        pass  # its port is closed again

    found = audit(two, *service, "--cache-dir", str(tmp_path))

    assert (found.asked, found.faults) == (0, ())
    assert found.notice.startswith("nobody could be asked")


def test_nothing_that_is_installed_has_a_known_fault() -> None:
    found = audit(RUN)
    if found.notice:
        pytest.skip(f"the audit of the packages: {found.notice}")

    assert found.faults == ()
    assert found.asked > 90


def test_the_bill_of_materials_names_every_package_with_its_hashes(tmp_path: Path) -> None:
    count = bill(RUN, tmp_path / "sbom.json")
    written = json.loads((tmp_path / "sbom.json").read_text())

    assert count == len(list(pins(RUN))) > 90
    assert {(each["name"], each["version"]) for each in written["components"]} == set(pins(RUN))
    assert [each["name"] for each in written["components"] if not each["externalReferences"][0]["hashes"]] == []
    assert written["metadata"]["component"]["name"] == "hardware-sentry"


def test_every_licence_is_one_that_we_can_keep() -> None:
    assert [each for each in licences(RUN) if not each.is_allowed] == []


def test_direct_dependencies_are_documented_with_the_family_of_their_licence() -> None:
    """docs/dependencies.md is written by hand; a licence that changed shows here."""
    rows = {
        row.split("|")[1].strip(): row.split("|")[3]
        for row in text_of("docs/dependencies.md").splitlines()
        if row.count("|") == 4
    }
    families = {each.name: {one.partition("-")[0] for one in each.ids} for each in licences(RUN)}

    told = {name: rows[name] for name in rows if name in families}
    assert len(told) > 25
    assert [name for name, text in told.items() if not any(family in text for family in families[name])] == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"License-Expression": "MPL-2.0 AND (Apache-2.0 OR MIT)"}, True),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "a long text"}, True),
        ({"License": "The MIT License (MIT)\n\nCopyright"}, True),
        ({"License-Expression": "GPL-3.0-or-later"}, False),
        ({"License-Expression": "MIT OR AGPL-3.0-only"}, False),
        ({"Classifier": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "License": "MIT"}, False),
        ({"License": "Proprietary"}, False),
        ({}, False),
    ],
)
def test_other_terms_are_not_let_in(facts: dict[str, str], expected: bool) -> None:
    message = Message()
    for name, value in facts.items():
        message[name] = value

    assert Licensed("a", "1", ids(cast("Any", message))).is_allowed is expected


def test_no_copyleft_that_reaches_our_own_files_is_on_the_list() -> None:
    assert [name for name in ALLOWED if "GPL" in name or "SSPL" in name] == []


def test_everything_that_is_installed_has_hashes() -> None:
    lines = text_of("constraints/run.txt").splitlines()
    pinned = [number for number, line in enumerate(lines) if "==" in line]

    assert pinned
    assert [lines[number] for number in pinned if "--hash=sha256:" not in lines[number + 1]] == []


def test_the_rules_against_insecure_code_are_on_for_all_that_is_shipped() -> None:
    lint = tomllib.loads(text_of("pyproject.toml"))["tool"]["ruff"]["lint"]
    off = [
        place
        for place, rules in lint["per-file-ignores"].items()
        if any(rule.startswith("S") and rule[1:2] in "0123456789" for rule in rules)
    ]

    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if rule.startswith("S") and rule[1].isdigit()] == ["S101"]
    assert [place for place in off if place.startswith(("alerts", "bot", "*"))] == []


def test_an_unknown_part_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbmo"]) == 2
    assert "audit, sbom, licences" in capsys.readouterr().err
