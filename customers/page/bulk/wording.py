"""What is said of so many customers."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.registry.bulk import Words

WORDS: Final = Words(
    many=lambda count: ngettext("%(count)s customer", "%(count)s customers", count),
    changed=lambda count: ngettext("%(count)s customer was changed.", "%(count)s customers were changed.", count),
    in_file=lambda count: ngettext("%(count)s customer is in the file.", "%(count)s customers are in the file.", count),
    as_before=lambda count: ngettext("%(count)s customer is as before.", "%(count)s customers are as before.", count),
    none=_("No customer is selected."),
    nobody=_("Nobody is selected"),
    pick=_("Pick customers in the list, or narrow it to those you mean."),
)
