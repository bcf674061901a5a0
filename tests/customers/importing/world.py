"""Files of several departments that refer to each other, and the state they end in without ids."""

from collections.abc import Sequence
from typing import Any

from customers.models import (
    Contact,
    ContactPoint,
    Customer,
    Interaction,
    Invoice,
    OrderLine,
    ParkedRow,
    Payment,
    Product,
    Repair,
    SourceRecord,
)
from service.models import SurveyAnswer

BARE = {"create_missing": {"customers": {"country": "land"}}}

# (source, kind, mapping, headers, rows)
FILES: Sequence[tuple[str, str, dict[str, Any], str, list[list[str]]]] = (
    (
        "crm", "customers", {}, "external_id,kind,name,tax_id,email,phone,country,segment",
        [
            ["1", "organization", "Müller GmbH", "DE 811 193 231", "info@mueller.de", "030 1234567", "", "A"],
            ["2", "person", "Ada Lovelace", "", "ada@x.org", "", "UK", ""],
            ["3", "", "Alone", "", "", "", "", ""],
        ],
    ),
    (
        "shop", "customers", {}, "external_id,name,tax_id,email,phone,country",
        [
            ["c1", "MUELLER", "DE811193231", "shop@mueller.de", "", "DE"],
            ["c2", "lovelace ada", "", "al@y.org", "030 999999", "GB"],
            ["c3", "Ada Lovelace", "", "ADA@x.org", "030 1234567", "FR"],
        ],
    ),
    (
        "crm", "contacts", {}, "external_id,customer_external_id,name,email,phone",
        [["k1", "1", "Eva", "eva@mueller.de", "030 555555"],
         ["k2", "shop/c2", "Tom", "", "030 555555"],
         ["k3", "9", "No", "", ""]],
    ),
    (
        "shop", "products", {}, "external_id,name,group,unit_cost",
        [["P1", "Cup", "Tableware", "1.25"], ["P2", "Spoon", "Tableware", ""]],
    ),
    (
        "shop", "orders", BARE,
        "external_id,customer_external_id,placed_at,status,product_code,product_name,quantity,unit_price,unit_cost,land",
        [
            ["o1", "c1", "2024-01-05 10:00", "shipped", "P1", "Old name", "3", "5", "", "AT"],
            ["o1", "c1", "2024-01-05 10:00", "shipped", "P1", "Old name", "3", "5", "", "AT"],
            ["o1", "c1", "2024-01-05 10:00", "shipped", "P9", "Nine", "1", "0.3333", "0.1", "AT"],
            ["o2", "c7", "2024-02-05 10:00", "placed", "P9", "Nine, new", "-1", "4", "", "PT"],
            ["o3", "c7", "2024-03-05 10:00", "cancelled", "P9", "Nine, newest", "1", "4", "", "ES"],
            ["o4", "", "2024-03-06 10:00", "placed", "", "", "1", "4", "2", ""],
            ["o5", "crm/2", "2024-03-06 10:00", "returned", "P2", "", "-2", "4", "", "XX"],
            ["o6", "c3", "2024-03-06 10:00", "placed", "P2", "", "2", "4", "", "YY"],
        ],
    ),
    (
        "finance", "invoices", {},
        "external_id,customer_external_id,order_external_id,issued_on,due_on,currency,amount",
        [
            ["2024/1", "", "shop/o1", "2024-01-05", "2024-02-04", "", "30.3333"],
            ["2024/2", "crm/2", "", "2024-01-06", "2024-02-05", "EUR", "100"],
            ["2024/3", "crm/404", "", "2024-01-06", "2024-02-05", "EUR", "100"],
        ],
    ),
    (
        "finance", "payments", {}, "external_id,invoice_external_id,paid_on,amount",
        [
            ["p1", "2024/1", "2024-02-01", "10"],
            ["p2", "2024/1", "2024-02-09", "30"],
            ["p3", "2024/2", "2024-02-05", "60"],
            ["p4", "2024/3", "2024-02-05", "60"], ["p5", "404", "2024-02-05", "60"],
        ],
    ),
    ("desk", "products", {}, "external_id,name", [["K-1", "Kettle"]]),
    (
        "desk", "repairs", {},
        "external_id,customer_external_id,product_code,opened_at,closed_at,cost,under_warranty,description",
        [
            ["r1", "crm/1", "K-1", "2024-03-01 09:00", "2024-03-04 17:30", "45.5", "", "Leaks"],
            ["r2", "shop/c7", "K-1", "2024-03-05", "", "", "yes", ""],
            ["r3", "crm/404", "", "2024-03-05", "", "", "no", ""],
        ],
    ),
    (
        "desk", "interactions", {},
        "external_id,customer_external_id,contact_value,channel,direction,purpose,occurred_at,team,outcome",
        [
            ["i1", "", "Info@Mueller.de", "email", "in", "order", "2024-04-01 09:00", "North", ""],
            ["i2", "", "030 1234567", "phone", "in", "order", "2024-04-02 09:00", "North", ""],  # two customers have it
            ["i3", "", "+49 30 999999", "phone", "in", "", "2024-04-03 09:00", "", "noise"],
            ["i4", "crm/3", "030 999999", "visit", "out", "", "2024-04-04 09:00", "South", "done"],
            ["i5", "", "030 555555", "phone", "in", "", "2024-04-05 09:00", "", ""],  # two contacts of two customers
            ["i6", "", "eva@mueller.de", "email", "in", "", "2024-04-06 09:00", "", ""],
        ],
    ),
    (
        "survey", "survey_answers", {},
        "external_id,survey,customer_external_id,answered_at,value,comment,team,channel",
        [
            ["s1", "csat", "shop/c7", "2024-05-01", "5", "fine", "north", "email"],
            ["s2", "nps", "crm/1", "2024-05-01", "0", "", "", ""],
            ["s3", "payment_method", "crm/5", "2024-05-01", "card", "", "", ""],
        ],
    ),
)  # fmt: skip


def _customer(customer: Customer | None) -> str | None:
    return customer.link_key if customer else None


def state() -> dict[str, Any]:
    """Everything the files became, in a form that does not depend on ids or order."""
    return {
        "customers": _customers(),
        "records": sorted(
            (r.system.key, r.kind, r.external_id, str(r.digest), str(_sorted(r.payload)), str(_customer(r.customer)))
            for r in SourceRecord.objects.select_related("system", "customer")
        ),
        "contacts": sorted((_customer(c.customer), c.name, c.email, c.phone) for c in Contact.objects.all()),
        "points": sorted(
            (str(_customer(p.customer)), p.contact.name if p.contact else "", p.kind, p.raw, p.normalised)
            for p in ContactPoint.objects.all()
        ),
        "products": sorted((p.code, p.name, str(p.group), str(p.unit_cost)) for p in Product.objects.all()),
        "lines": sorted(map(str, OrderLine.objects.values_list(
            "order__number", "order__customer__link_key", "order__status", "order__amount", "order__placed_at",
            "product__code", "quantity", "unit_price", "unit_cost", "amount_company", "cost_company", "day", "counted",
            "product_group__name",
        ))),
        "invoices": sorted(map(str, Invoice.objects.values_list(
            "number", "customer__link_key", "order__number", "amount_company", "paid", "paid_on_time", "settled_on",
        ))),
        "payments": sorted(map(str, Payment.objects.values_list("invoice__number", "paid_on", "amount"))),
        "repairs": sorted(map(str, Repair.objects.values_list(
            "number", "customer__link_key", "product__code", "opened_at", "closed_at", "cost", "under_warranty",
            "description",
        ))),
        "interactions": sorted(map(str, Interaction.objects.values_list(
            "occurred_at", "customer__link_key", "contact_value", "contact_normalised", "matched_by_value", "team__key",
            "is_contact", "outcome",
        ))),
        "answers": sorted(map(str, SurveyAnswer.objects.values_list(
            "survey", "customer__link_key", "score", "choice", "team__key", "channel", "day",
        ))),
        "parked": sorted(
            (p.system.key, p.kind, p.external_id, p.waits_for_kind, p.waits_for_id, sorted(map(_parked, p.rows)))
            for p in ParkedRow.objects.select_related("system")
        ),
    }  # fmt: skip


def _customers() -> list[tuple[Any, ...]]:
    names = {record.pk: f"{record.system.key}/{record.external_id}" for record in SourceRecord.objects.all()}
    return sorted(
        (
            str(c.link_key), c.kind, c.name, c.tax_id, c.email, c.phone, c.country, str(c.last_contact_at),
            str(sorted((field, names[record]) for field, record in c.provenance.items())),
        )
        for c in Customer.objects.all()
    )  # fmt: skip


def _sorted(payload: Any) -> Any:
    return sorted(payload.items()) if isinstance(payload, dict) else payload


def _parked(row: dict[str, Any]) -> str:
    return str(sorted((name, value) for name, value in row.items() if name not in {"_line", "_system_id"}))
