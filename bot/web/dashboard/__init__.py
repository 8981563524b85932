"""The dashboard: pages for people who would rather look than read. Server-rendered, and usable without JavaScript."""
