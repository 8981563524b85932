"""What every test may rely on."""

import os

from hypothesis import settings

pytest_plugins = ["tests.canary.checking"]

# A busy machine is no defect: examples have no stop-watch. HYPOTHESIS_PROFILE=thorough looks ten times as hard.
settings.register_profile("quick", deadline=None, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
