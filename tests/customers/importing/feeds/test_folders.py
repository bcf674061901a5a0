"""Only regular files below the roots that the environment names."""

import os
from pathlib import Path

import pytest

from customers.importing import uploads
from customers.importing.feeds import folders
from customers.importing.feeds.folders import Found, NoFolder, NotAllowed, StillWritten
from customers.importing.feeds.keeping import keep
from tests.factories.importing import FeedFactory


def listed(root: Path, inside: str = "", pattern: str = "*") -> list[str]:
    feed = FeedFactory.build(folder=str(root), inside=inside, system=None)
    with folders.opened(feed) as folder:
        return [found.name for found in folders.files(folder, pattern)]


@pytest.mark.parametrize("inside", ["..", "a/../..", "/etc", "a/..", "\0"])
def test_nothing_leads_out(folder: Path, inside: str) -> None:
    with pytest.raises(NotAllowed):
        folders.check(str(folder), inside)


@pytest.mark.parametrize("root", ["/etc", "", "feeds", "/"])
def test_only_what_the_environment_names(folder: Path, root: str) -> None:
    with pytest.raises(NotAllowed):
        folders.check(root, "")


def test_no_folder_may_be_read_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_FEED_FOLDERS", raising=False)
    with pytest.raises(NotAllowed):
        folders.check("/srv/feeds", "")


def test_folders_inside_are_read_and_links_never_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("x")
    (folder / "in/side").mkdir(parents=True)
    (folder / "in/side/c.csv").write_text("x")
    (folder / "in/side/link.csv").symlink_to(outside / "secret.csv")
    (folder / "away").symlink_to(outside)
    assert listed(folder, "in/side") == ["c.csv"]
    with pytest.raises(NoFolder):
        listed(folder, "away")


def test_what_is_no_file_is_passed_over(folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / ".hidden.csv").write_text("x")
    with os.fdopen(os.open(os.fsencode(folder) + b"/\xff.csv", os.O_CREAT | os.O_WRONLY), "w"):
        pass  # a name that is no text
    (folder / "c.csv").write_text("x")
    assert listed(folder) == ["c.csv"]


def test_a_link_or_a_pipe_put_in_its_place_is_not_opened(folder: Path) -> None:
    file = folder / "c.csv"
    feed = FeedFactory.build(folder=str(folder), system=None)
    with folders.opened(feed) as opened:
        file.write_text("x")
        (found,) = folders.files(opened, "*")
        file.unlink()
        file.symlink_to("/etc/passwd")
        with pytest.raises(NoFolder):
            folders.copy(opened, found)
        file.unlink()
        os.mkfifo(file)
        with pytest.raises(StillWritten):
            folders.copy(opened, found)
    assert not list(uploads.folder().glob("*"))


def test_what_changes_while_it_is_copied_is_not_kept(folder: Path) -> None:
    (folder / "c.csv").write_text("now")
    with folders.opened(FeedFactory.build(folder=str(folder), system=None)) as opened:
        with pytest.raises(StillWritten):
            folders.copy(opened, Found(name="c.csv", size=3, mtime_ns=1))
        (found,) = folders.files(opened, "*")
        assert folders.copy(opened, found).path.read_text() == "now"


def test_a_copy_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def read(_most: int) -> bytes:
        seen.append(sorted(path.name for path in tmp_path.iterdir()))
        return b"x" if len(seen) == 1 else b""

    kept = keep(read, most=10, path=tmp_path / "copy")
    assert (seen, kept.path.read_bytes()) == ([["copy.part"]] * 2, b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_too_many_files_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 2)
    for name in "abc":
        (folder / name).write_text("x")
    with pytest.raises(NoFolder, match="More than 2 files"):
        listed(folder)
