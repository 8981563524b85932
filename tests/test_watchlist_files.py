"""A watchlist comes back as it was written, and a file made to hurt is refused in words."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import BadInput
from alerts.domain.text import plain
from alerts.watchlists.files import LARGEST, Format, Read, read_file, write_file

HEAD = "product,url,name,tier,paused\n"


def csv_of(*lines: str, encoding: str = "utf-8") -> Read:
    return read_file("list.csv", (HEAD + "\n".join(lines)).encode(encoding))


def yaml_of(text: str) -> Read:
    return read_file("list.yaml", text.encode())


NAMES = st.text(max_size=30).map(lambda text: plain(text, 100)) | st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''@x",
        "+49",
        "-",
        "@here",
        "＝1",
        "yes",
        "null",
        "~",
        "1e3",
        "- a",
        "a: b",
        "#x",
        "'",
        '"',
        "a,b;c d",
    ]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.just(""),
            "url": st.sampled_from(["https://shop.test/a?x=1&y=2", "https://shop.test/-%C3%9F", "http://a.test:8080/"]),
            "name": NAMES,
            "tier": st.sampled_from(["", "hot", "warm", "cold", "frozen"]),
            "paused": st.sampled_from(["", "true", "false"]),
        }
    ),
    max_size=8,
)


@pytest.mark.parametrize("kind", list(Format))
@given(rows=ROWS)
def test_what_is_written_is_read_back_the_same(kind: Format, rows: list[dict[str, str]]) -> None:
    read = read_file(f"list.{kind}", write_file(kind, rows))

    assert read.faults == ()
    assert [
        (row.url, row.name or "", row.tier or "", {None: "", True: "true", False: "false"}[row.paused])
        for row in read.rows
    ] == [(row["url"], row["name"], row["tier"], row["paused"]) for row in rows]


@given(st.sampled_from(["=", "+", "-", "@", "＝", "'="]), st.text(max_size=20))
def test_no_cell_is_a_formula(start: str, rest: str) -> None:
    name = plain(start + rest, 100)
    written = write_file(Format.CSV, [{"url": "https://a.test/", "name": name}]).decode("utf-8-sig")

    assert f"\"'{start[0]}" in written or f"\"'{start}" in written
    assert '"=' not in written


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.yaml", "a.json", "a.exe"]))
def test_whatever_the_file_holds_it_is_read_or_refused_in_words(body: bytes, name: str) -> None:
    with suppress(BadInput):
        read_file(name, body)


@given(st.text(alphabet=st.sampled_from("-:[]{}&*!|>'\"#,\n a"), max_size=60))
def test_whatever_yaml_it_is_it_is_read_or_refused_in_words(text: str) -> None:
    with suppress(BadInput):
        yaml_of(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    assert csv_of(",https://a.test/,Kühler Größe 8,,", encoding=encoding).rows[0].name == "Kühler Größe 8"


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheet_of_another_country_is_read(mark: str) -> None:
    text = f"url{mark}name{mark}tier\nhttps://a.test/{mark}Cooler, large{mark}HOT\n\n"

    [row] = read_file("list.csv", text.encode()).rows

    assert (row.url, row.name, row.tier) == ("https://a.test/", "Cooler, large", "hot")


@pytest.mark.parametrize(
    ("line", "field", "cure"),
    [
        (",https://a.test/,,luke,", "tier", "write hot, warm, cold or frozen"),
        (",https://a.test/,,,maybe", "paused", "write true or false"),
        (",ftp://a.test/,,,", "url", "https://"),
        (",https://me:pw@a.test/,,,", "url", "take it out"),
        (",,,,true", "product", "write a product's sku"),
        ("pi5,https://a.test/,,,", "url", "leave one of the two empty"),
        ("https://a.test/,,,,", "product", "write it under url"),
        (f",https://a.test/,{'x' * 101},,", "name", "shorten it"),
    ],
)
def test_a_bad_row_is_named_with_its_field_and_cure_and_ends_no_other(line: str, field: str, cure: str) -> None:
    read = csv_of(",https://a.test/1,,,", line, ",https://a.test/2,,,")

    assert [row.url for row in read.rows] == ["https://a.test/1", "https://a.test/2"]
    [fault] = read.faults
    assert (fault.where, fault.field) == ("row 3", field)
    assert cure in fault.problem


def test_an_entry_of_yaml_is_named_with_its_line() -> None:
    read = yaml_of("watches:\n  - url: https://a.test/\n  - url: https://b.test/\n    tier: luke\n  - pi5\n")

    assert [str(fault) for fault in read.faults] == [
        "entry 2 (line 3), tier: is 'luke'; write hot, warm, cold or frozen, or nothing"
    ]
    assert [(row.url, row.product) for row in read.rows] == [("https://a.test/", None), (None, "pi5")]


def test_yaml_is_text_whatever_it_looks_like() -> None:
    read = yaml_of("- {product: 5090, name: no, paused: yes}\n- {product: 2026-01-01, name: null}\n- https://a.test/")

    assert [(row.product, row.name, row.paused) for row in read.rows[:2]] == [
        ("5090", "no", True),
        ("2026-01-01", None, None),
    ]
    assert read.rows[2].url == "https://a.test/"


def test_a_column_that_is_none_is_named() -> None:
    read = read_file("list.csv", b"url,prize\nhttps://a.test/,5\n")

    assert "prize: is no column" in str(read.faults[0])


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("list.yaml", BOMB.encode(), "write it out instead"),
        ("list.yaml", b"- !!python/object/apply:os.system ['true']", "type of its own"),
        ("list.yaml", b"- url: https://a.test/\n  url: https://b.test/", "twice"),
        ("list.yaml", b"watches: {a: b}", "no list"),
        ("list.yaml", b"", "no list"),
        ("list.yaml", b"- url: [a, b]", "is no entry"),
        ("list.yaml", b"- ? [a]\n  : b", "no text"),
        ("list.yaml", b"a: 'b", "not YAML"),
        ("list.yaml", b"[" * 100_000, "nested too deep"),
        ("list.yaml", b"- a\n" * 1001, "more than 1000 rows"),
        ("list.csv", b"", "empty"),
        ("list.csv", b"name,tier\na,hot\n", "no heading"),
        ("list.csv", b"url,url\n", "twice"),
        ("list.csv", b'url\n"https://a.test/', "not CSV"),
        ("list.csv", b"url\nhttps://a.test/,more", "more cells"),
        ("list.csv", b"url\n" + b"x" * 200_000, "not CSV"),
        ("list.csv", b"url\n\x00", "not text"),
        ("list.csv", b"\x81\x8d", "not text"),
        ("list.csv", b"url\n" + b"https://a.test/\n" * 1001, "more than 1000 rows"),
        ("list.csv", b"x" * (LARGEST + 1), "larger than 1 MB"),
        ("list.xlsx", b"PK", "should end in .csv"),
    ],
)
def test_what_is_no_watchlist_is_refused_in_words_and_at_once(name: str, body: bytes, words: str) -> None:
    began = time.monotonic()

    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        read_file(name, body)
    assert time.monotonic() - began < 1


def test_the_largest_file_is_read_in_less_than_a_second() -> None:
    padding = "x" * 900
    text = "watches:\n" + "".join(f"- url: https://a.test/{n}?q={padding}\n" for n in range(1000))
    began = time.monotonic()

    assert len(yaml_of(text).rows) == 1000
    assert time.monotonic() - began < 1
