"""`hardware-sentry doctor`: what is wrong with this installation, and the cure. `findings` says what a check is."""
