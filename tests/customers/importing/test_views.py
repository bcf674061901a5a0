import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.importing import batches
from customers.importing.sql import BUCKETS
from customers.models import Customer, ImportBatch, SourceSystem
from tests.conftest import ClientFor, UserFor
from tests.factories.accounts import UserFactory
from tests.factories.importing import ImportBatchFactory, ImportRejectFactory, ParkedRowFactory, SourceSystemFactory

pytestmark = pytest.mark.django_db
CSV = "Kundennummer,Firma,Ort\n1,Acme,Rome\n2,,Milan\n"


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def upload(client: Client, text: str | bytes = CSV, kind: str = "customers") -> ImportBatch:
    file = SimpleUploadedFile("customers.csv", text if isinstance(text, bytes) else text.encode())
    answer = client.post("/imports/new/", {"file": file, "source": "Web shop", "kind": kind})
    batch = ImportBatch.objects.latest("pk")
    assert answer.headers["Location"] == f"/imports/{batch.pk}/map/"
    return batch


def chosen(client: Client, batch: ImportBatch) -> dict[str, str]:
    """The form of the mapping page as it stands filled."""
    form = client.get(f"/imports/{batch.pk}/map/").context["form"]
    return {name: form[name].value() or "" for name in form.fields if form[name].value()}


def test_from_upload_to_result(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client)
    assert (batch.system.key, batch.filename, str(batch.created_by)) == ("web-shop", "customers.csv", "Manager")
    data = chosen(client, batch)
    assert data == {"column_external_id": "0", "column_name": "1", "column_city": "2"}
    answer = client.post(f"/imports/{batch.pk}/map/", data)
    assert answer.headers["Location"] == f"/imports/{batch.pk}/"
    batch.refresh_from_db()
    assert (batch.state, batch.mapping) == (
        "queued", {"columns": {"external_id": "Kundennummer", "name": "Firma", "city": "Ort"}},
    )  # fmt: skip
    assert "Waiting for a worker" in client.get(f"/imports/{batch.pk}/").content.decode()
    batches.run(batch=batch)
    assert Customer.objects.get().city == "Rome"
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    for words in ("Created", "Rejected rows", "done"):
        assert words in page
    rejects = client.get(f"/imports/{batch.pk}/rejects.csv").getvalue().decode("utf-8-sig")
    assert rejects.splitlines()[0].startswith("line,column,reason")
    assert rejects.splitlines()[1].startswith("3,name,")


def test_progress_moves_and_ends(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = ImportBatchFactory.create(state="staging", bytes_total=100, bytes_read=50)
    url = f"/imports/{batch.pk}/progress/"
    assert 'value="25"' in client.get(url).content.decode()
    ImportBatch.objects.update(state="applying", bytes_read=100, buckets_done=BUCKETS // 4)
    assert 'value="62"' in client.get(url).content.decode()
    ImportBatch.objects.update(state="done", buckets_done=BUCKETS)
    answer = client.get(url)
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_the_mapping_of_last_time_is_offered_again(client_for: ClientFor) -> None:
    client = client_for("manager")
    system = SourceSystemFactory.create(key="web-shop")
    ImportBatchFactory.create(
        system=system, state="done",
        mapping={
            "columns": {"external_id": "Kundennummer", "name": "Ort", "kind": {"constant": "person"},
                        "country": {"from": "Land", "values": {"D": "DE"}},
                        "city": {"from": "Firma", "values": {"x": "y"}}},
            "date": "%d.%m.%y",
        },
    )  # fmt: skip
    batch = upload(client)
    data = chosen(client, batch)
    assert data == {
        "date": "%d.%m.%y", "column_external_id": "0", "column_name": "2", "column_kind": "=", "column_city": "1",
    }  # fmt: skip
    client.post(f"/imports/{batch.pk}/map/", data)
    batch.refresh_from_db()
    assert batch.mapping == {
        "date": "%d.%m.%y",
        "columns": {"external_id": "Kundennummer", "name": "Ort", "kind": {"constant": "person"},
                    "city": {"from": "Firma", "values": {"x": "y"}}},
    }  # fmt: skip


def test_a_file_with_other_headers_than_last_time_is_guessed_anew(client_for: ClientFor) -> None:
    client = client_for("manager")
    first = upload(client, "Kennung,Wer\n1,Acme\n")
    client.post(f"/imports/{first.pk}/map/", {"column_external_id": "0", "column_name": "1"})
    data = chosen(client, upload(client, "name,city,external_id\nAcme,Rome,1\n"))
    assert data == {"column_external_id": "2", "column_name": "0", "column_city": "1"}
    data = chosen(client, upload(client, "name,Wer,external_id\nAcme,Ann,1\n"))
    assert data == {"column_external_id": "2", "column_name": "1"}


def test_a_column_left_out_is_left_out_though_its_header_is_there(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client, "external_id,name,city\n1,Acme,Rome\n")
    data = chosen(client, batch) | {"column_city": ""}
    client.post(f"/imports/{batch.pk}/map/", data)
    batches.run(batch=ImportBatch.objects.get(pk=batch.pk))
    assert Customer.objects.get().city == ""


def test_a_required_column_is_asked_for(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client)
    answer = client.post(f"/imports/{batch.pk}/map/", {"column_external_id": "0"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["column_name"]
    batch.refresh_from_db()
    assert batch.state == "uploaded"


def test_a_dry_run_writes_nothing(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client)
    client.post(f"/imports/{batch.pk}/map/", {**chosen(client, batch), "dry_run": "on"})
    batch = batches.run(batch=ImportBatch.objects.get(pk=batch.pk))
    assert (batch.created, Customer.objects.count()) == (1, 0)


def test_a_queue_log_has_nothing_to_map(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client, "1700000000|1.1|sales|NONE|ENTERQUEUE||030|1\n", kind="calls")
    page = client.get(f"/imports/{batch.pk}/map/").content.decode()
    assert "ENTERQUEUE" in page
    assert "Which column says what" not in page
    assert client.post(f"/imports/{batch.pk}/map/").status_code == 302
    assert batches.run(batch=ImportBatch.objects.get(pk=batch.pk)).created == 1


def test_a_file_that_cannot_be_read_says_why(client_for: ClientFor) -> None:
    client = client_for("manager")
    batch = upload(client, b"\x1f\x8bno archive")
    answer = client.get(f"/imports/{batch.pk}/map/")
    assert answer.status_code == 422
    assert answer.context["problem"]


@pytest.mark.parametrize(
    ("data", "field"),
    [({"source": "!!!"}, "source"), ({"source": ""}, "source"), ({"kind": "pigeons"}, "kind"), ({"file": ""}, "file")],
)
def test_upload_errors_stand_at_the_field(client_for: ClientFor, data: dict[str, str], field: str) -> None:
    good = {"file": SimpleUploadedFile("a.csv", b"x\n1\n"), "source": "shop", "kind": "customers"}
    answer = client_for("manager").post("/imports/new/", {**good, **data})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ImportBatch.objects.exists()


def test_a_failed_import_says_why(client_for: ClientFor) -> None:
    batch = ImportBatchFactory.create(state="failed", error="The file is cut off at line 7.")
    page = client_for("manager").get(f"/imports/{batch.pk}/").content.decode()
    assert "The file is cut off at line 7." in page
    assert "upload it again" in page


@pytest.mark.parametrize("path", ["/imports/", "/imports/parked/"])
def test_takes_as_many_queries_for_three_rows_as_for_one(client_for: ClientFor, path: str) -> None:
    client, taken = client_for("manager"), []
    for rows in (1, 2):
        for batch in ImportBatchFactory.create_batch(rows):
            ParkedRowFactory.create(batch=batch, waits_for_system=SourceSystem.objects.first())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 12


def test_rejects_are_shown_at_their_line(client_for: ClientFor) -> None:
    batch = ImportBatchFactory.create(state="done", rejected=1)
    ImportRejectFactory.create(batch=batch, line=1234, column="email", reason="is no address")
    page = client_for("manager").get(f"/imports/{batch.pk}/").content.decode()
    for words in ("1,234", "email", "is no address"):
        assert words in page


def test_empty_states(client_for: ClientFor) -> None:
    client = client_for("manager")
    assert "Nothing imported yet" in client.get("/imports/").content.decode()
    assert "Nothing waits" in client.get("/imports/parked/").content.decode()


def test_the_list_is_narrowed_sorted_and_says_when_none_fits(client_for: ClientFor, user_for: UserFor) -> None:
    own, other = user_for("manager"), UserFactory.create()
    ImportBatchFactory.create(filename="b.csv", state="done", rejected=3, created_by=own)
    ImportBatchFactory.create(filename="a.csv", state="failed", created_by=other)
    client = client_for("manager")

    def files(query: str) -> list[str]:
        return re.findall(r">(\w\.csv)<", client.get(f"/imports/?{query}").content.decode())

    assert files("") == ["a.csv", "b.csv"]
    assert files("sort=-file") == ["b.csv", "a.csv"]
    assert files("view=mine") == files("view=rejected") == files("state=done") == ["b.csv"]
    assert files("state=failed&by=me") == []
    assert "No import fits" in client.get("/imports/?file=zzz").content.decode()
