"""The files in deploy/ and the Dockerfile: each under its own linter, by our own rules, and the image's steps done."""
