"""What INFO says becomes facts; what it does not say is taken as fine."""

from __future__ import annotations

from alerts.store.promises.server import ServerFacts
from alerts.store.redis.server import facts_of

GOOD = {
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "maxmemory_policy": "noeviction",
    "used_memory": 1000,
    "db0": {"keys": 7, "expires": 1},
}


def test_a_server_that_keeps_everything_is_fine() -> None:
    assert facts_of([GOOD]) == ServerFacts(bytes_used=1000, keys=7)


def test_a_hosted_server_that_tells_nothing_is_not_called_bad() -> None:
    assert facts_of([{}]) == ServerFacts()


def test_each_way_to_forget_is_told_apart() -> None:
    assert not facts_of([{**GOOD, "aof_enabled": 0}]).keeps_log
    assert not facts_of([{**GOOD, "maxmemory_policy": "allkeys-lru"}]).keeps_all
    assert not facts_of([{**GOOD, "aof_last_write_status": "err"}]).writes_arrive


def test_of_several_nodes_the_worst_counts_and_their_sizes_add_up() -> None:
    found = facts_of([GOOD, {**GOOD, "aof_enabled": 0}])

    assert not found.keeps_log
    assert (found.bytes_used, found.keys) == (2000, 14)
