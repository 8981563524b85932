"""The command line: `hardware-sentry …`. The same use cases as in Discord, in a terminal."""
