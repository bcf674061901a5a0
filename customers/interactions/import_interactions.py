"""`interactions`: contacts on any channel. Without a customer's id they go to whoever alone has the contact value."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from crm.common.kinds import Channel
from customers.identity.normalising import normalise_contact
from customers.identity.tier_on import join_tier
from customers.importing import parsers
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Reference
from customers.importing.sql import JOIN_TEAM
from customers.interactions.last_contact import refresh_last_contact
from customers.models import ImportBatch


def deriver(_batch: ImportBatch) -> Derive:
    direction, contact_value = SPEC.places("direction", "contact_value")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        row[direction] = row[direction] or "in"
        contact = row[contact_value]
        return (normalise_contact(contact) if contact else "",)

    return derive


_MATCH = """
ALTER TABLE imp_keys ADD COLUMN _was_customer_id bigint;
UPDATE imp_keys k SET _was_customer_id = i.customer_id FROM customers_interaction i
WHERE k._action = 'updated' AND i.id = k._object;
UPDATE imp_keys k SET customer_id = o.customer_id
FROM (SELECT DISTINCT contact_normalised FROM imp_keys WHERE contact_normalised <> '' AND customer_external_id = '') v
CROSS JOIN LATERAL crm_point_owner(v.contact_normalised) o
WHERE k.customer_external_id = '' AND k.contact_normalised = v.contact_normalised;
"""

_TOUCHED = """
SELECT customer_id FROM imp_keys WHERE _action IN ('created', 'updated') AND customer_id IS NOT NULL
UNION SELECT _was_customer_id FROM imp_keys WHERE _was_customer_id IS NOT NULL
"""


def match(cursor: CursorWrapper) -> None:
    cursor.execute(_MATCH)


def last_contact(cursor: CursorWrapper) -> None:
    cursor.execute(_TOUCHED)
    refresh_last_contact(cursor, [customer for (customer,) in cursor.fetchall()])


SPEC = ImportSpec(
    kind="interactions",
    label=_("interactions"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("customer_external_id", parsers.text(251)),
        Column("contact_value", parsers.text(254)),
        Column("channel", parsers.choice(*Channel.values), required=True),
        Column("direction", parsers.choice("in", "out")),
        Column("purpose", parsers.text(60)),
        Column("subject", parsers.text(300)),
        Column("body", parsers.text()),
        Column("occurred_at", parsers.moment, sql="timestamptz", required=True),
        Column("agent_email", parsers.text(150)),
        Column("team", parsers.team),
        Column("duration_s", parsers.integer(0, 2_000_000_000), sql="integer", empty=None),
        Column("outcome", parsers.text(60)),
    ),
    table="customers_interaction",
    references=(Reference("customer_external_id", "customers", "customer_id"),),
    derived=(("contact_normalised", 'text COLLATE "C"'),),
    deriver=deriver,
    moment="r.occurred_at",
    matches=True,
    team=True,
    prepare=(match,),
    write=(
        Facts(
            "customers_interaction",
            {
                "customer_id": "k.customer_id",
                "contact_value": "k.contact_value",
                "contact_normalised": "k.contact_normalised",
                "matched_by_value": "k.customer_external_id = ''",
                "channel": "k.channel",
                "direction": "k.direction",
                "purpose": "k.purpose",
                "subject": "k.subject",
                "body": "k.body",
                "outcome": "k.outcome",
                "occurred_at": "k.occurred_at",
                "duration_s": "k.duration_s",
                "agent_id": "agent.id",
                "agent_name": "k.agent_email",
                "team_id": "team.id",
                "tier_id": "tier.tier_id",
                "is_contact": "ended.counts_as_contact",
            },
            joins="LEFT JOIN accounts_user agent ON lower(agent.email) = lower(nullif(k.agent_email, '')) "
            f"CROSS JOIN LATERAL crm_outcome(k.outcome) ended {JOIN_TEAM} "
            f"{join_tier('k.customer_id', 'crm_day(k.occurred_at)')}",
            once={"created_at": "now()"},
        ),
        last_contact,
    ),
)
