# ruff: noqa: ASYNC240 - a file of a few kilobytes holds nobody up
"""A backup's file: whole or nothing, and one clear sentence about whatever is not as it was written."""

from __future__ import annotations

import gzip
import json
import os
import stat
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.backups.contents import examine
from alerts.backups.lines import BadBackup, content_of, unit_line
from alerts.backups.making import back_up
from alerts.backups.reading import Reading
from alerts.backups.writing import Unwritten
from alerts.domain.errors import BadInput
from alerts.store.promises.archive import Archive, Entry, Shape, Unit
from alerts.store.sealed_file import BLOCK, FileKeys
from tests.backups.shelf import Shelf, watch_of
from tests.canary.collecting import MARK
from tests.fakes import FakeClock


async def written(path: Path, *units: Unit, cipher: FileKeys | None = None, **more: Any) -> None:
    archive = cast("Archive", Shelf(*units))
    await back_up(archive, path, clock=FakeClock(), version="9", cipher=cipher, **more)


def key(letter: str = "k") -> str:
    return b64encode(f"{MARK}{letter * 32}"[-32:].encode()).decode()


KEYS = FileKeys(key())
MANY = [watch_of(guild, os.urandom(64).hex()) for guild in range(2000)]


@pytest.mark.parametrize("cipher", [None, KEYS])
async def test_what_was_written_is_read_again(file: Path, cipher: FileKeys | None) -> None:
    await written(file, *MANY, cipher=cipher)

    assert [unit for unit, _ in Reading(file, cipher).units()] == MANY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_an_encrypted_backup_says_nothing_to_who_has_no_key(file: Path) -> None:
    await written(file, watch_of(7, "a name"), cipher=KEYS)

    assert b"a name" not in file.read_bytes()
    with pytest.raises(BadBackup, match="is encrypted: set HS_BACKUP_KEY or HS_BACKUP_KEY_FILE"):
        examine(file, None)


async def test_another_key_is_told_from_damage(file: Path) -> None:
    await written(file, watch_of(7), cipher=KEYS)

    with pytest.raises(BadBackup, match="was encrypted with another key: set HS_BACKUP_KEY"):
        examine(file, FileKeys(key("o")))


async def test_a_new_key_before_the_old_one_opens_older_backups(file: Path) -> None:
    await written(file, watch_of(7), cipher=KEYS)

    assert examine(file, FileKeys(f"{key('n')},{key()}")).kinds == {"servers": 1}


@pytest.mark.parametrize("text", ["", "short", "no base64 at all, and far too long for it to be one"])
def test_a_key_that_is_none_says_how_to_make_one(text: str) -> None:
    with pytest.raises(BadInput, match="openssl rand -base64 32"):
        FileKeys(text)


@pytest.mark.parametrize("cipher", [None, KEYS])
async def test_wherever_it_is_cut_it_is_not_restored(file: Path, cipher: FileKeys | None) -> None:
    await written(file, *MANY, cipher=cipher)
    whole = file.read_bytes()
    assert len(whole) > 2 * BLOCK

    for length in (*range(60), BLOCK + 48, 2 * BLOCK + 64, len(whole) // 2, *range(len(whole) - 30, len(whole))):
        file.write_bytes(whole[:length])
        with pytest.raises(BadBackup, match=r"is (cut off|damaged|no backup).* Nothing was restored\."):
            examine(file, cipher)


@pytest.mark.parametrize("cipher", [None, KEYS])
async def test_a_flipped_bit_is_noticed(file: Path, cipher: FileKeys | None) -> None:
    await written(file, *MANY[:20], cipher=cipher)
    whole = file.read_bytes()

    for at in (*range(64), *range(64, len(whole), 9)):
        body = bytearray(whole)
        body[at] ^= 1 << at % 8
        file.write_bytes(body)
        try:
            same = [unit for unit, _ in Reading(file, cipher).units()]
        except BadBackup:
            continue
        assert cipher is None
        assert at < 10, "what gzip notes of who packed it and when"
        assert same == MANY[:20]


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def packed(file: Path, lines: list[dict[str, Any]]) -> None:
    file.write_bytes(gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))


def newer(lines: list[dict[str, Any]]) -> None:
    lines[0]["hardware-sentry backup"]["format"] = 2


def one_less(lines: list[dict[str, Any]]) -> None:
    del lines[1]


def one_more(lines: list[dict[str, Any]]) -> None:
    lines.append(lines[1])


def no_end(lines: list[dict[str, Any]]) -> None:
    del lines[-1]


def nonsense(lines: list[dict[str, Any]]) -> None:
    lines[1] = {"unit": 7}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (newer, r"was written by a newer version \(format 2, this one knows 1\): upgrade hardware-sentry\."),
        (one_less, "is damaged: take another copy of it, or an older backup"),
        (one_more, "is damaged"),
        (no_end, "is cut off: take another copy of it, or an older backup"),
        (nonsense, "is damaged"),
        (lambda lines: lines.clear(), "is no backup: name a file that hardware-sentry backup wrote"),
        (lambda lines: lines.pop(0), "is no backup"),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence(file: Path, spoil: Callable[[Any], object], says: str) -> None:
    await written(file, *MANY[:3])
    lines = lines_of(file)
    spoil(lines)
    packed(file, lines)

    with pytest.raises(BadBackup, match=f"{file}: {says}.*Nothing was restored"):
        examine(file, None)


async def test_a_key_of_a_kind_that_this_version_does_not_keep_is_not_restored(file: Path) -> None:
    await written(file, Unit("guild:7", (Entry("hs:{g7}:moods", Shape.HASH, {"a": "b"}),)))

    with pytest.raises(BadBackup, match=r"holds hs:\{g7\}:moods, which this version does not keep: upgrade"):
        examine(file, None)


async def test_a_bomb_is_left_alone_long_before_it_is_unpacked(file: Path) -> None:
    await written(file, watch_of(7))
    head = gzip.decompress(file.read_bytes()).splitlines(keepends=True)[0]
    with gzip.GzipFile(file, "wb", compresslevel=9) as bomb:
        bomb.write(head)
        for _ in range(200):
            bomb.write(b" " * (1 << 20))
    assert file.stat().st_size < 1 << 18

    with pytest.raises(BadBackup, match="unpacks to more than a backup of ours can"):
        examine(file, None)


@pytest.mark.parametrize("name", ["config.yaml", "dump.rdb", "empty"])
def test_another_file_is_no_backup(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes({"config.yaml": b"products: []\n", "dump.rdb": b"REDIS0011\xfa", "empty": b""}[name])

    with pytest.raises(BadBackup, match=r"is (no backup|cut off)"):
        examine(file, None)


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match=r"cannot be read \(No such file or directory\)"):
        examine(tmp_path / "none.hsb", None)


async def test_a_backup_that_was_killed_leaves_the_old_one(file: Path) -> None:
    await written(file, watch_of(7))
    before, archive = file.read_bytes(), Shelf(*MANY)
    archive.dies = True

    with pytest.raises(KeyboardInterrupt):
        await back_up(cast("Archive", archive), file, clock=FakeClock(), version="9")

    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


async def test_no_room_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unwritten, match=r"cannot be written \(No such file or directory\): make room or mend"):
        await written(tmp_path / "nowhere" / "full.hsb", watch_of(7))


async def test_an_increment_holds_what_changed_and_what_is_gone(file: Path) -> None:
    later = file.with_name("later.hsb")
    await written(file, watch_of(1), watch_of(2), watch_of(3))

    await written(later, watch_of(1), watch_of(2, "y"), watch_of(4), since=file)

    contents = examine(later, None)
    assert sorted(contents.units(None)) == sorted([watch_of(1), watch_of(2, "y"), watch_of(4)])
    assert [unit.name for unit, _ in Reading(later, None).units()] == ["guild:2", "guild:4"]
    assert contents.kinds == {"servers": 3}


async def test_an_increment_without_its_full_backup_says_which_it_needs(file: Path) -> None:
    later = file.with_name("later.hsb")
    await written(file, watch_of(1))
    await written(later, watch_of(2), since=file)
    await written(file, watch_of(3))

    with pytest.raises(BadBackup, match=r"adds to another full backup than the full\.hsb beside it"):
        examine(later, None)
    file.unlink()
    with pytest.raises(BadBackup, match=r"is an increment and needs full\.hsb beside it, which is not there"):
        examine(later, None)


async def test_an_increment_adds_to_a_full_backup_beside_it_alone(file: Path, tmp_path: Path) -> None:
    await written(file, watch_of(1))
    later = file.with_name("later.hsb")
    await written(later, watch_of(2), since=file)

    with pytest.raises(BadInput, match=r"is an increment itself: name the full backup, full\.hsb"):
        await written(file.with_name("third.hsb"), since=later)
    with pytest.raises(BadInput, match="lies beside its full backup under a name of its own"):
        await written(file, since=file)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(fields=st.dictionaries(_TEXTS, _TEXTS, min_size=1), score=st.floats(allow_nan=False, allow_infinity=False))
def test_a_line_says_what_the_unit_is(fields: dict[str, str], score: float) -> None:
    unit = Unit("product:x", (Entry("a", Shape.HASH, fields), Entry("b", Shape.ZSET, [["m", score]], 17)))

    assert content_of(unit_line(unit)) == unit
    assert unit_line(unit).count(b"\n") == 1
