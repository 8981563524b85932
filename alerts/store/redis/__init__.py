"""Valkey or Redis: one Lua commit, streams, sorted sets. Commands of Redis 7.0 only."""
