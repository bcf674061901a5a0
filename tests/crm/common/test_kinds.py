from collections.abc import Iterator

import pytest
from django.utils.translation import override

from crm.common import kinds
from crm.common.kinds import Channel, import_kinds, label_of, name_import_kind
from customers.models import Interaction


@pytest.fixture
def unnamed() -> Iterator[None]:
    """What a test names is forgotten after it."""
    known = dict(kinds._import_kinds)
    yield
    kinds._import_kinds.clear()
    kinds._import_kinds.update(known)


@pytest.mark.usefixtures("unnamed")
def test_a_kind_of_file_is_named_once_and_stands_where_it_was_first_named() -> None:
    before = import_kinds()
    name_import_kind("parcels", "parcels")
    name_import_kind("pallets", "pallets")
    name_import_kind("parcels", "parcels sent")

    assert import_kinds() == [*before, ("parcels", "parcels sent"), ("pallets", "pallets")]


@pytest.mark.usefixtures("unnamed")
def test_who_reads_the_kinds_changes_none() -> None:
    before = import_kinds()
    import_kinds().clear()

    assert import_kinds() == before


def test_channels_are_the_keys_that_files_and_columns_hold() -> None:
    assert Channel.values == ["phone", "email", "web", "letter", "visit", "chat", "sms", "self_service"]
    assert max(map(len, Channel.values)) <= (Interaction._meta.get_field("channel").max_length or 0)


@pytest.mark.parametrize(("value", "label"), [("email", "e-mail"), ("", ""), ("pigeon", "pigeon")])
def test_a_label_is_that_of_the_choice_or_the_value_itself(value: str, label: str) -> None:
    assert label_of(Channel, value) == label


def test_a_label_speaks_the_readers_language() -> None:
    with override("zh-hans"):
        assert label_of(Channel, "email") == "电子邮件"
