"""`python -m bot` is the command line too."""

from bot.cli.main import main

main()
