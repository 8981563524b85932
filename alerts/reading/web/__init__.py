"""The one door to the internet and the rules at it."""
