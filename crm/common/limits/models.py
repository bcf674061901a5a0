"""How often something was done lately."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateCount(models.Model):
    """The last uses of one thing by one party, as many as its rate allows. Written by `counting` only.

    `key` is a keyed hash of who and what: the row tells neither. The table is unlogged: a use costs no wait for the
    disk, and a crash of the database forgets the counts of the last minutes, nothing else.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    moments = ArrayField(models.DateTimeField(), editable=False)
    tries = models.PositiveIntegerField(editable=False)
    keep_until = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "rate count"
        verbose_name_plural = "rate counts"

    def __str__(self) -> str:
        return str(self.key)
