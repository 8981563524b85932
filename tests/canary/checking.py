"""The check: a test run in which a secret was seen where it does not belong has failed, whatever else it found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.canary.collecting import Canaries, install

_MOST_SHOWN = 30


class Check:
    """Looks after every test, and tells at the end."""

    def __init__(self) -> None:
        self.canaries = Canaries()
        self._patch = pytest.MonkeyPatch()
        self._standing: set[tuple[str, str]] = set()

    def _hooked(self) -> None:
        install(self.canaries, self._standing, self._patch.setattr)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        self._hooked()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.canaries.where = item.nodeid
        self._hooked()
        found = yield
        self.canaries.test_is_over()
        return found

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            # What libraries logged is not here: it was taken as it is written, without its secrets.
            told = [text for name, text in report.sections if "log" not in name]
            self.canaries.saw("stdout", *told)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.canaries.where = "after the last test"
        self.canaries.test_is_over()
        if self.canaries.leaks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        canaries, tell = self.canaries, terminalreporter
        if canaries.leaks:
            tell.section("secrets where they do not belong", red=True, bold=True)
            for leak in canaries.leaks[:_MOST_SHOWN]:
                tell.write_line(str(leak)[:600])
        tell.write_line(
            f"canaries: {canaries.collected} secrets, {canaries.looked_at / 1e6:.1f} MB looked through,"
            f" {len(canaries.leaks)} leaks"
        )

    def pytest_unconfigure(self) -> None:
        self._patch.undo()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Check(), "canaries-check")
