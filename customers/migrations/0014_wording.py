"""Purposes and outcomes as data, and the one rule for what counts as a contact."""

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models

# key, English, Chinese
PURPOSES = [
    ("enquiry", "Enquiry", "咨询"),
    ("order", "Order", "订购"),
    ("delivery", "Delivery", "配送"),
    ("billing", "Billing", "账单"),
    ("complaint", "Complaint", "投诉"),
    ("repair", "Repair", "维修"),
    ("brochure", "Brochure", "索取资料"),
    ("other", "Other", "其他"),
]
# key, English, Chinese, counts as a contact, solved, offered
OUTCOMES = [
    ("solved", "Solved", "已解决", True, True, True),
    ("not solved", "Not solved yet", "尚未解决", True, False, True),
    ("call back", "Call back", "待回电", True, False, True),
    ("passed on", "Passed on", "已转交", True, False, True),
    ("answered", "Answered", "已接听", True, False, False),
    ("abandoned", "Caller gave up", "来电放弃", False, False, False),
    ("overflowed", "Left the queue", "离开队列", False, False, False),
    ("rejected", "Not let in", "未能接入", False, False, False),
    ("open", "Not ended", "未结束", False, False, False),
    ("noise", "Noise", "无效联系", False, False, True),
    ("auto_reply", "Automatic reply", "自动回复", False, False, False),
]
# Always one row; rows of the log hold the word in any case. Inlined: one index probe.
OUTCOME = """
CREATE FUNCTION crm_outcome(word text) RETURNS TABLE (counts_as_contact boolean, is_solved boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT coalesce(bool_and(o.counts_as_contact), true), coalesce(bool_or(o.is_solved), false)
  FROM customers_outcome o WHERE lower(o.key) = lower($1) $$;
COMMENT ON FUNCTION crm_outcome IS 'interactions: what the word for how a contact ended means';
"""
WORDS = [
    ("key", models.CharField(help_text="As files and records say it.", max_length=60, verbose_name="key")),
    ("name", models.CharField(max_length=100, verbose_name="name in English")),
    ("name_zh", models.CharField(blank=True, max_length=100, verbose_name="name in Chinese")),
    ("is_offered", models.BooleanField(default=True, verbose_name="offered when a contact is logged")),
    ("order", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
]


def seed(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    purpose = apps.get_model("customers", "Purpose").objects.using(alias)
    for order, (key, name, chinese) in enumerate(PURPOSES, start=1):
        purpose.get_or_create(key=key, defaults={"name": name, "name_zh": chinese, "order": 10 * order})
    outcome = apps.get_model("customers", "Outcome").objects.using(alias)
    for order, (key, name, chinese, counts, solved, offered) in enumerate(OUTCOMES, start=1):
        words = {"name": name, "name_zh": chinese, "is_offered": offered, "order": 10 * order}
        outcome.get_or_create(key=key, defaults={**words, "counts_as_contact": counts, "is_solved": solved})


class Migration(migrations.Migration):
    dependencies = [("customers", "0013_gather_search_entries")]
    operations = [
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *WORDS,
            ],
            options={
                "verbose_name": "purpose",
                "verbose_name_plural": "purposes",
                "ordering": ("order", "key"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("key"), name="purpose_key_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *WORDS,
                (
                    "counts_as_contact",
                    models.BooleanField(
                        default=True,
                        help_text="Abandoned calls, noise and automatic replies do not.",
                        verbose_name="counts as a contact",
                    ),
                ),
                (
                    "is_solved",
                    models.BooleanField(
                        default=False, help_text="The matter was settled with it.", verbose_name="solved"
                    ),
                ),
                ("is_recount_due", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "verbose_name": "outcome",
                "verbose_name_plural": "outcomes",
                "ordering": ("order", "key"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("key"), name="outcome_key_unique")
                ],
            },
        ),
        migrations.RunSQL(OUTCOME, "DROP FUNCTION crm_outcome(text)"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
