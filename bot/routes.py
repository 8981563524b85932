"""A path of Discord's API without what is particular to it: no id and no token is left. No I/O."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v\d{1,3}")
# Only these words are shown; whatever else stands in a path, however it looks, is somebody's id, name or secret.
_WORDS = frozenset(
    "@me @original active applications archived auto-moderation bans bot callback channels commands connections"
    " crosspost emojis entitlements events files followers gateway github guilds integrations interactions invites"
    " me members messages oauth2 permissions pins polls preview private prune public reactions recipients roles slack"
    " stickers templates thread-members threads token typing users voice webhooks widget".split()
)


def route_of(path: str) -> str:
    """`/channels/{}/messages` for `/api/v10/channels/42/messages`."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["api"]:
        parts = parts[1:]
    if parts and _VERSION.fullmatch(parts[0]):
        parts = parts[1:]
    return "/" + "/".join(part if part in _WORDS else "{}" for part in parts[:8])
