"""The configuration: one frozen value, from config.yaml, the environment and secret files."""
