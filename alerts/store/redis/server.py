"""What INFO says of each node, as one set of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.store.promises.server import ServerFacts

Node = Mapping[str, Any]


def facts_of(nodes: Sequence[Node]) -> ServerFacts:
    """See promises.server.ServerFacts; a fact that a node does not tell is fine."""
    return ServerFacts(
        keeps_log=all(str(each.get("aof_enabled", 1)) != "0" for each in nodes),
        keeps_all=all(each.get("maxmemory_policy", "noeviction") == "noeviction" for each in nodes),
        writes_arrive=all(
            each.get(name, "ok") == "ok"
            for each in nodes
            for name in ("aof_last_write_status", "aof_last_bgrewrite_status")
        ),
        bytes_used=sum(int(each.get("used_memory", 0)) for each in nodes),
        keys=sum(int(space["keys"]) for each in nodes for space in each.values() if _is_space(space)),
    )


def _is_space(value: object) -> bool:
    return isinstance(value, dict) and "keys" in value
