"""What every test may rely on."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.canary.checking"]

# A busy machine is no defect: examples have no stop-watch. HYPOTHESIS_PROFILE=thorough looks ten times as hard.
settings.register_profile("quick", deadline=None, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_APART = {"valkey", "wire", "browser", "guard", "hostile", "crash", "process", "picture", "soak"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m unit` is what stands in this folder itself and needs no server, process, browser or picture."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not any(mark.name in _APART for mark in item.iter_markers()):
            item.add_marker("unit")
