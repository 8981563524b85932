"""The faces: Discord, the command line, the web and the playground."""
