"""Health for the people and programs that keep the bot running."""
