"""What every test may rely on."""

from hypothesis import settings

# A busy machine is no defect: examples have no stop-watch.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
