"""Intake: which files of a folder or archive it takes, and which submissions it refuses."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timeslice.errors import IntakeError
from timeslice.intake import members
from timeslice.intake.sources import Source
from timeslice.intake.tree import Intake, take

PATTERNS = ("udp/*.c", "udp/*.h")
MINE = b"int mine;\n"
Compress = Callable[[bytes], bytes]
COMPRESSORS: dict[str, Compress] = {".tar": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The empty folder that a submission is written to."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def taken(path: Path, tree: Path) -> Intake:
    """Take the submission at ``path`` into ``tree``."""
    return take(Source("alice", path), PATTERNS, tree)


def files_of(tree: Path) -> dict[str, bytes]:
    """The files in the tree, with their bytes."""
    return {str(p.relative_to(tree)): p.read_bytes() for p in tree.rglob("*") if p.is_file()}


def make_zip(path: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A zip of these entries, with duplicates."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def make_tar(path: Path, entries: list[tuple[tarfile.TarInfo | str, bytes]]) -> Path:
    """A tar of these entries. The suffix chooses the compression."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    path.write_bytes(COMPRESSORS[path.suffix](packed.getvalue()))
    return path


# ---- files that are taken ----


def test_the_sources_of_a_folder_are_taken_and_nothing_else(tmp_path: Path, tree: Path) -> None:
    mine = tmp_path / "alice"
    (mine / "udp").mkdir(parents=True)
    (mine / "udp" / "open.c").write_bytes(MINE)
    (mine / "README.md").write_text("hello")
    told = taken(mine, tree)
    assert files_of(tree) == {"udp/open.c": MINE}
    assert told.handed_in == ("udp/open.c",)
    assert any("README.md" in note for note in told.notes)


def test_a_name_that_leaves_no_room_for_what_is_made_of_it_is_ignored_with_a_note(tmp_path: Path, tree: Path) -> None:
    long = f"udp/{'x' * 253}.c"
    told = taken(make_zip(tmp_path / "alice.zip", [(long, MINE), ("udp/open.c", MINE)]), tree)
    assert told.handed_in == ("udp/open.c",)
    assert any("its name is longer than" in note for note in told.notes)


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
@pytest.mark.parametrize("prefix", ["", "alice/", "./", "./alice/", "udp/"])
def test_archives_of_every_kind_with_or_without_a_wrapping_folder(
    tmp_path: Path, tree: Path, suffix: str, prefix: str
) -> None:
    entries: list[tuple[str, bytes]] = [(f"{prefix}udp/open.c", MINE), (f"{prefix}notes.txt", b"x")]
    entries.append(("__MACOSX/udp/._open.c", b"litter"))
    path = tmp_path / f"alice{suffix}"
    make_zip(path, list(entries)) if suffix == ".zip" else make_tar(path, list(entries))
    taken(path, tree)
    assert files_of(tree) == {"udp/open.c": MINE}


def test_backslashes_of_a_windows_zip_separate_folders(tmp_path: Path, tree: Path) -> None:
    taken(make_zip(tmp_path / "alice.zip", [("alice\\udp\\open.c", MINE)]), tree)
    assert files_of(tree)["udp/open.c"] == MINE


def test_links_and_special_files_are_never_followed(tmp_path: Path, tree: Path) -> None:
    mine = tmp_path / "alice"
    (mine / "udp").mkdir(parents=True)
    (tmp_path / "secret.c").write_text("secret")
    (mine / "udp" / "open.c").symlink_to(tmp_path / "secret.c")
    os.mkfifo(mine / "udp" / "send.c")
    (mine / "udp" / "call.c").write_bytes(MINE)
    told = taken(mine, tree)
    assert files_of(tree) == {"udp/call.c": MINE}
    assert "ignored: udp/open.c (a link)" in told.notes
    assert "ignored: udp/send.c (a special file)" in told.notes


def test_a_linked_folder_is_not_followed(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "bob" / "udp").mkdir(parents=True)
    (tmp_path / "bob" / "udp" / "open.c").write_bytes(MINE)
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "udp").symlink_to(tmp_path / "bob" / "udp")
    with pytest.raises(IntakeError, match="nothing to grade"):
        taken(tmp_path / "alice", tree)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_ignored(tmp_path: Path, tree: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("udp/open.c")
    info.type = kind
    info.linkname = "/etc/passwd"
    taken(make_tar(tmp_path / "alice.tar", [(info, b""), ("udp/send.c", MINE)]), tree)
    assert files_of(tree) == {"udp/send.c": MINE}


def test_a_symbolic_link_in_a_zip_is_ignored(tmp_path: Path, tree: Path) -> None:
    info = zipfile.ZipInfo("udp/open.c")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    told = taken(make_zip(tmp_path / "alice.zip", [(info, b"/etc/passwd"), ("udp/send.c", MINE)]), tree)
    assert files_of(tree) == {"udp/send.c": MINE}
    assert "ignored: udp/open.c (a link)" in told.notes


@pytest.mark.parametrize("name", ["udp/a\nb.c", "udp/a b.c", "udp/-o.c", "udp/\x1b[31m.c", "udp/a;b.c", "udp/é.c"])
def test_names_that_could_mislead_a_tool_are_ignored_and_shown_harmlessly(
    tmp_path: Path, tree: Path, name: str
) -> None:
    told = taken(make_zip(tmp_path / "alice.zip", [(name, MINE), ("udp/open.c", MINE)]), tree)
    assert set(files_of(tree)) == {"udp/open.c"}
    assert len([note for note in told.notes if "its name has characters" in note]) == 1
    assert all(note.isprintable() for note in told.notes)


# ---- submissions that are refused ----


@pytest.mark.parametrize("name", ["../evil.c", "udp/../../evil.c", "/etc/evil.c", "C:/evil.c", "..\\evil.c"])
def test_a_zip_that_climbs_out_is_refused(tmp_path: Path, tree: Path, name: str) -> None:
    path = make_zip(tmp_path / "alice.zip", [("udp/open.c", MINE), (name, MINE)])
    with pytest.raises(IntakeError, match="leads out"):
        taken(path, tree)
    assert files_of(tree) == {}
    assert not (tmp_path / "evil.c").exists()


@pytest.mark.parametrize("name", ["../evil.c", "udp/../../evil.c", "/etc/evil.c"])
def test_a_tar_that_climbs_out_is_refused(tmp_path: Path, tree: Path, name: str) -> None:
    with pytest.raises(IntakeError, match="leads out"):
        taken(make_tar(tmp_path / "alice.tar.gz", [("udp/open.c", MINE), (name, MINE)]), tree)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_source_that_is_there_twice_is_refused(tmp_path: Path, tree: Path) -> None:
    double: list[tuple[str | zipfile.ZipInfo, bytes]] = [("udp/open.c", MINE), ("udp/open.c", b"int other;")]
    with pytest.raises(IntakeError, match=r"udp/open\.c twice"):
        taken(make_zip(tmp_path / "alice.zip", double), tree)


def test_two_submissions_in_one_archive_are_refused(tmp_path: Path, tree: Path) -> None:
    with pytest.raises(IntakeError, match="more than one submission"):
        taken(make_zip(tmp_path / "a.zip", [("bob/udp/open.c", MINE), ("eve/udp/open.c", MINE)]), tree)


def test_nothing_to_grade_is_said(tmp_path: Path, tree: Path) -> None:
    with pytest.raises(IntakeError, match="nothing to grade: put your sources into a folder udp/"):
        taken(make_zip(tmp_path / "alice.zip", [("main.c", MINE)]), tree)


def test_an_encrypted_zip_is_refused(tmp_path: Path, tree: Path) -> None:
    path = make_zip(tmp_path / "alice.zip", [("udp/open.c", MINE)])
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    path.write_bytes(raw)
    with pytest.raises(IntakeError, match="encrypted"):
        taken(path, tree)


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_an_archive_cut_short_anywhere_is_refused(tmp_path: Path, suffix: str) -> None:
    entries: list[tuple[str, bytes]] = [("udp/open.c", MINE * 100), ("udp/send.c", os.urandom(3000)), ("z", MINE)]
    path = tmp_path / f"alice{suffix}"
    make_zip(path, list(entries)) if suffix == ".zip" else make_tar(path, list(entries))
    whole = path.read_bytes()
    # A plain tar ends in padding. All of it may be missing, except its first block.
    end = len(whole) if suffix != ".tar" else whole.rstrip(b"\0").__len__() // 512 * 512 + 1024
    for length in {1, 5, 20, 300, 600, end // 3, end // 2, end - 600, end - 1}:
        if 0 < length < min(end, len(whole)):
            path.write_bytes(whole[:length])
            tree = tmp_path / f"tree{length}"
            tree.mkdir()
            with pytest.raises(IntakeError) as told:
                taken(path, tree)
            assert str(told.value).startswith("alice."), length
            assert files_of(tree) == {}


def test_what_is_no_archive_is_refused(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "alice.zip").write_bytes(b"hello world, this is no archive" * 40)
    with pytest.raises(IntakeError, match="neither a zip nor a tar"):
        taken(tmp_path / "alice.zip", tree)


def test_a_damaged_zip_member_is_refused(tmp_path: Path, tree: Path) -> None:
    path = make_zip(tmp_path / "alice.zip", [("udp/open.c", os.urandom(2000))])
    raw = bytearray(path.read_bytes())
    raw[300] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(IntakeError, match="broken archive"):
        taken(path, tree)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_could_explode_is_refused(tmp_path: Path, tree: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "alice.zip", "w", method) as archive:
        archive.writestr("udp/open.c", bytes(1 << 20))
    with pytest.raises(IntakeError, match="compression method"):
        taken(tmp_path / "alice.zip", tree)


# ---- bombs ----


def test_a_source_of_a_gigabyte_is_refused_unread(tmp_path: Path, tree: Path) -> None:
    mine = tmp_path / "alice"
    (mine / "udp").mkdir(parents=True)
    with (mine / "udp" / "open.c").open("wb") as huge:
        huge.truncate(1 << 30)
    with pytest.raises(IntakeError, match=r"udp/open\.c is larger than 1 MiB"):
        taken(mine, tree)


def test_a_file_of_a_gigabyte_that_is_no_source_is_only_noted(tmp_path: Path, tree: Path) -> None:
    mine = tmp_path / "alice"
    (mine / "udp").mkdir(parents=True)
    with (mine / "movie.mp4").open("wb") as huge:
        huge.truncate(1 << 30)
    assert any("movie.mp4" in note for note in taken(mine, tree).notes)


def test_a_zip_that_lies_about_a_size_is_met_at_the_limit(tmp_path: Path, tree: Path) -> None:
    path = make_zip(tmp_path / "alice.zip", [("udp/open.c", bytes(64 << 20))])
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\x01\x02") + 24, 100)  # "it unpacks to 100 bytes"
    path.write_bytes(raw)
    with pytest.raises(IntakeError, match=r"broken archive|larger than"):
        taken(path, tree)


@pytest.mark.parametrize("where", ["udp/open.c", "movie.mp4"])
@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_tar_bomb_is_met_at_the_limit(
    tmp_path: Path,
    tree: Path,
    where: str,
    compress: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(members, "UNPACKED_MAX", 4 << 20)
    info = tarfile.TarInfo(where)
    info.size = 200 << 20
    (tmp_path / "alice.tar.gz").write_bytes(compress(info.tobuf() + bytes(8 << 20)))
    with pytest.raises(IntakeError, match=r"larger than|unpacks to more"):
        taken(tmp_path / "alice.tar.gz", tree)


def test_an_enormous_extended_header_is_not_read(tmp_path: Path, tree: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type = tarfile.XHDTYPE
    info.size = 1 << 40
    (tmp_path / "alice.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10240))
    with pytest.raises(IntakeError, match=r"unpacks to more|broken"):
        taken(tmp_path / "alice.tar", tree)


def test_too_many_members_are_refused(tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ENTRIES_MAX", 50)
    many = make_zip(tmp_path / "alice.zip", [(f"junk/{number}", b"") for number in range(60)])
    with pytest.raises(IntakeError, match="more than 50 files"):
        taken(many, tree)


def test_a_zip_with_an_enormous_table_is_refused_unread(tmp_path: Path, tree: Path) -> None:
    path = make_zip(tmp_path / "alice.zip", [("udp/open.c", MINE)])
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(400):
            entry = zipfile.ZipInfo(f"junk/{number}")
            entry.comment = bytes(60_000)
            archive.writestr(entry, b"")
    with pytest.raises(IntakeError, match="unpacks to more"):
        taken(path, tree)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_byte_causes_anything_but_one_line(tmp_path: Path, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from([".zip", ".tar", ".tar.gz"]))
    path = tmp_path / f"flip{suffix}"
    entries: list[tuple[str, bytes]] = [("udp/open.c", MINE * 20), ("udp/send.c", MINE)]
    make_zip(path, list(entries)) if suffix == ".zip" else make_tar(path, list(entries))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, min(len(raw), 2600) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    tree = tmp_path / "flipped"
    tree.mkdir(exist_ok=True)
    told = ""
    try:
        taken(path, tree)
    except IntakeError as error:
        told = str(error)
    assert told == "" or told.isprintable()
