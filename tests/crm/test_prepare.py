from io import StringIO
from pathlib import Path

import pytest
from pytest_django import Settings

from crm.management.commands import prepare
from tests.factories.accounts import UserFactory


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "look.css").write_text("one")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [folder]
    settings.STATIC_ROOT = str(tmp_path / "root" / "served")
    return Path(settings.STATIC_ROOT)


@pytest.mark.django_db
def test_how_the_first_one_gets_in_is_said_until_somebody_can() -> None:
    said = StringIO()
    command = prepare.Command(stderr=said, no_color=True)
    command.say_if_nobody_can_sign_in()
    assert "./manage.py createsuperuser" in said.getvalue()

    UserFactory.create()
    said.truncate(0)
    command.say_if_nobody_can_sign_in()
    assert said.getvalue() == ""


def change(served: Path, text: str) -> None:
    (served.parent.parent / "source" / "look.css").write_text(text)


def test_what_has_not_changed_is_not_collected_again(served: Path) -> None:
    prepare.collect_static()
    assert (served / "look.css").read_text() == "one"
    first = served.stat().st_ino
    prepare.collect_static()
    assert served.stat().st_ino == first


def test_files_are_replaced_as_a_whole_and_nothing_is_left_beside_them(served: Path) -> None:
    prepare.collect_static()
    with (served / "look.css").open() as being_sent:
        change(served, "the second")
        prepare.collect_static()
        assert being_sent.read() == "one"
    assert (served / "look.css").read_text() == "the second"
    assert [path.name for path in served.parent.iterdir()] == ["served"]


def test_those_that_are_served_stay_while_and_when_collecting_fails(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare.collect_static()
    change(served, "the second")

    def fail(folder: Path) -> None:
        assert (served / "look.css").read_text() == "one"
        raise OSError("no space")

    monkeypatch.setattr(prepare, "collect_into", fail)
    with pytest.raises(OSError, match="no space"):
        prepare.collect_static()
    assert (served / "look.css").read_text() == "one"
    assert [path.name for path in served.parent.iterdir()] == ["served"]


def test_what_browsers_hardly_ask_for_is_not_compressed(served: Path, settings: Settings) -> None:
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    for name in ("look.css", "look.css.map", "signs.ttf"):
        (served.parent.parent / "source" / name).write_text("a {} " * 1000)
    prepare.collect_static()
    compressed = {path.name for path in served.iterdir() if path.suffix in {".br", ".gz"}}
    assert {name.split(".")[-2] for name in compressed} == {"css"}
    assert len(list(served.glob("signs.*.ttf"))) == len(list(served.glob("look.css.*.map"))) == 1
