"""How clean each customer's data is, kept; how many there are of each fault; and what stood at the end of each day.

What the numbers of `codes` mean stands in `customers.identity.hygiene.fields`. 0 stands for none.
"""

from typing import Any, ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

ANY: Final = -1
"""Of a count: whatever it is."""
BLOCK: Final = -2
"""As the owner of a count: `team_id` is the block of customers, by their numbers, that it counts."""
OF_TEAM: Final = -3
OF_SOURCE: Final = -4
"""As the owner: of a team whatever the source, of a source whatever the team."""
BLOCK_SIZE: Final = 10_000
PENDING: Final[dict[str, Any]] = {"fastupdate": True, "gin_pending_list_limit": 4096}


class CustomerHygiene(models.Model):
    """What is the matter with one customer (`codes`), and by whom it is counted.

    `confirmed`: the month of the last sign of life, as year × 12 + month − 1. Without a key to the customer: a writer
    that deletes one need not know of it, its mark takes the row away and the counts with it.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    owner_id = models.IntegerField(default=0)
    team_id = models.IntegerField(default=0)
    tier_id = models.IntegerField(default=0)
    system_id = models.IntegerField(default=0)
    confirmed = models.SmallIntegerField()
    codes = ArrayField(models.SmallIntegerField(), default=list)

    class Meta:
        verbose_name = _("hygiene of a customer")
        verbose_name_plural = _("hygiene of customers")
        default_permissions = ("view",)
        indexes = [
            GinIndex(fields=["codes"], **PENDING, name="hygiene_by_code"),
            models.Index(fields=["confirmed", "customer_id"], name="hygiene_by_month"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class HygieneCount(models.Model):
    """So many customers have a code, by whose they are; `ANY` where that is not told apart.

    Families of rows: by team, tier and source (the KPI); by team and source, by each alone, and by owner (the page); by
    block, for whoever looks for the next one. `recounted`: of those that a count anew has come to so far
    (`HygieneClock.recounted_to`).
    """

    owner_id = models.IntegerField(default=ANY)
    team_id = models.IntegerField(default=ANY)
    tier_id = models.IntegerField(default=ANY)
    system_id = models.IntegerField(default=ANY)
    code = models.SmallIntegerField()
    customers = models.BigIntegerField()
    recounted = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("count of the hygiene")
        verbose_name_plural = _("counts of the hygiene")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "tier_id", "team_id", "system_id", "code"], name="hygiene_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.customers}"


class HygieneMark(models.Model):
    """A customer of whom something changed, until the hygiene has followed; append-only, as writers wait for nobody."""

    customer_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("hygiene mark")
        verbose_name_plural = _("hygiene marks")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.customer_id)


class HygieneClock(models.Model):
    """How far everybody was looked at by the checks of this `revision`: up to `up_to` (null: all are).

    `recounted_to`: how far all are being counted anew, -1 before the first; null where nobody is.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    revision = models.IntegerField()
    up_to = models.BigIntegerField(null=True, default=0)
    recounted_to = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("clock of the hygiene")
        verbose_name_plural = _("clock of the hygiene")
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(name="hygiene_clock_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.revision}: {self.up_to}"


class HygieneDay(models.Model):
    """What a cell stood at when a day ended; of today, when it was last looked at. The source rows of the KPI.

    `points`, `clean_points`: customers by point, in the order of `POINTS`: to whom it applies, and who
    of them is clean. `ages`: customers by how many months before the day's own they last gave a sign
    of life, from 0; the last is that and more. Any limit can be laid to them later.
    """

    day = models.DateField(_("day"))
    team_id = models.IntegerField(default=0)
    tier_id = models.IntegerField(default=0)
    system_id = models.IntegerField(default=0)
    customers = models.BigIntegerField(_("customers"))
    points = ArrayField(models.BigIntegerField())
    clean_points = ArrayField(models.BigIntegerField())
    ages = ArrayField(models.BigIntegerField())

    AGES: ClassVar = 121

    class Meta:
        verbose_name = _("hygiene of a day")
        verbose_name_plural = _("hygiene of days")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["day", "team_id", "tier_id", "system_id"], name="hygiene_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}"
