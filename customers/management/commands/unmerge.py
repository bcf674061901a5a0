"""`unmerge MERGE`: the absorbed customer is there again, with what they had and what came for them since."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.common.commands import DONE, IN_PART, JsonCommand
from customers.identity.merging.undoing import AlreadyUndone, undo_merge
from customers.models import Merge


class Command(JsonCommand):
    help = "Take a merge back."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("merge", metavar="MERGE", type=int, help="the number that `merge` gave")

    def run(self, **options: Any) -> tuple[int, dict[str, Any]]:
        merge = Merge.objects.filter(pk=options["merge"]).first()
        if merge is None:
            raise CommandError(_("There is no merge %(merge)d.") % {"merge": options["merge"]})
        try:
            returned = undo_merge(merge=merge, by=None, now=timezone.now())
        except AlreadyUndone as error:
            self.stderr.write(str(error))
            return IN_PART, {"undone": merge.pk, "returned": {}, "error": str(error)}
        return DONE, {"undone": merge.pk, "returned": returned}
