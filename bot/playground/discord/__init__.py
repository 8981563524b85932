"""A Discord for one machine: REST, gateway and chat page, enough for the real discord.py and for a person."""
