"""`interactions`: contacts on any channel. Without a customer's id they go to whoever alone has the contact value."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from crm.common.kinds import Channel
from customers.identity.naming import NAME, NAMES, join
from customers.identity.normalising import normalise_contact
from customers.identity.tier_on import join_tier
from customers.importing import parsers
from customers.importing.exports import Export, among_records, moment, source
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Reference
from customers.importing.sql import JOIN_TEAM
from customers.interactions.last_contact import settle_last_contact, touch_last_contact
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
    touch_last_contact(cursor, [customer for (customer,) in cursor.fetchall()])


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
    close=(settle_last_contact,),
)

# The whole log: what people typed in and what calls left has no external id, so an import does not take it in twice.
EXPORT = Export(
    kind="interactions",
    known=(
        "interaction_id", "customer_id", "message_id", "thread_id", "from", "to", "reply_class", "state", "reason",
    ),
    numbers=("interaction_id", "customer_id"),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, coalesce(sr.external_id, ''), CASE WHEN f.matched_by_value THEN '' ELSE {NAME} END,
           f.contact_value, f.channel, f.direction, f.purpose, f.subject, f.body, {moment("f.occurred_at")},
           coalesce(nullif(f.agent_name, ''), agent.email), team.key, f.duration_s, f.outcome,
           f.id, f.customer_id, '', '', '', '', '',
           CASE WHEN f.customer_id IS NULL THEN 'unmatched' ELSE 'matched' END, ''
    FROM customers_interaction f
    LEFT JOIN accounts_user agent ON agent.id = f.agent_id
    LEFT JOIN accounts_team team ON team.id = f.team_id
    LEFT JOIN customers_call call ON call.interaction_id = f.id
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'interactions' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = coalesce(sr.system_id, call.system_id) {join("f", of="sr")}
    WHERE (%(system)s::bigint IS NULL OR s.id = %(system)s) AND {among_records("sr")}
    ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)  # fmt: skip
