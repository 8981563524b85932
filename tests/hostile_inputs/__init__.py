"""One table of inputs made to hurt, with harmless twins among them, put to the command line, the API and Discord."""
