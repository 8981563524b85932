"""What `store.url` may say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.store.address import Address, Way, parse

HOSTS = st.lists(
    st.tuples(st.sampled_from(["a", "valkey-1.example", "10.0.0.1", "::1"]), st.integers(1, 65535)), min_size=1
)
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=9)


def written(hosts: list[tuple[str, int]]) -> str:
    return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in hosts)


@given(hosts=HOSTS, make=st.sampled_from(["redis", "rediss", "valkey", "valkeys"]), password=WORDS)
def test_a_cluster_is_known_by_any_of_its_nodes(hosts: list[tuple[str, int]], make: str, password: str) -> None:
    found = parse(f"{make}+cluster://:{password}@{written(hosts)}")

    assert found.way is Way.CLUSTER
    assert found.hosts == tuple(hosts)
    assert found.is_secure == (make in ("rediss", "valkeys"))
    assert (found.user, found.password) == (None, password)
    assert found.text.startswith("rediss+cluster://" if found.is_secure else "redis+cluster://")
    assert f":{password}@" not in found.place


@given(hosts=HOSTS, service=WORDS, database=st.integers(0, 99))
def test_a_sentinel_names_service_and_database(hosts: list[tuple[str, int]], service: str, database: int) -> None:
    found = parse(f"valkey+sentinel://me:p%40ss@{written(hosts)}/{service}/{database}?sentinel_password=x")

    assert (found.way, found.service, found.database) == (Way.SENTINEL, service, database)
    assert (found.user, found.password) == ("me", "p@ss")
    assert found.query == "sentinel_password=x"
    assert found.place == f"redis+sentinel://{written(hosts)}/{service}"


def test_ports_and_database_need_not_be_said() -> None:
    assert parse("redis+sentinel://a,b/main").hosts == (("a", 26379), ("b", 26379))
    assert parse("redis+sentinel://a/main").database == 0
    assert parse("redis+cluster://a,b:7000/0").hosts == (("a", 6379), ("b", 7000))


def test_one_server_keeps_the_words_of_the_library() -> None:
    assert parse("valkeys://u:p@a:1/2?x=1") == Address("rediss://u:p@a:1/2?x=1")
    assert parse("valkey://valkey:1/0").text == "redis://valkey:1/0"
    assert parse("redis://u:p@a/0").place == "redis://a:6379"
    assert parse("unix:///run/valkey.sock").place == "unix:///run/valkey.sock"


def test_the_job_engine_hears_of_one_node_with_the_same_login_and_options() -> None:
    found = parse("valkeys+cluster://me:p%40ss@a:1,b:2?ssl_ca_certs=/ca.pem")

    assert found.through("b", 2) == "rediss+cluster://me:p%40ss@b:2?ssl_ca_certs=/ca.pem"
    assert parse("redis+cluster://[::1]:1/0").through("::1", 1) == "redis+cluster://[::1]:1"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nowhere", "is not a store address"),
        ("http://a", "is not a store address"),
        ("redis+moon://a", "is not a store address"),
        ("redis://", "names no host"),
        ("redis+cluster://", "names no host; write redis+cluster://"),
        ("redis+cluster://a,,b", "names no host; write redis+cluster://"),
        ("redis+cluster://a:99999", "something that is not host:port"),
        ("redis://a:99999", "something that is not host:port"),
        ("redis://:in/two@a:1", "a password that is cut in two"),
        ("redis+cluster://a:1/3", "names database 3, but a Cluster has only one"),
        ("redis+sentinel://a", "names no service"),
        ("redis+sentinel://a/main/x", "is no database"),
        ("redis+sentinel://a/main/0/more", "is no database"),
        ("redis+cluster://a/0/1", "is no database"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        parse(url)

    assert " write " in str(caught.value)
