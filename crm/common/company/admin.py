from django.contrib import admin

from crm.common.admin import ReadOnlyAdmin
from crm.common.company.models import Company


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin[Company]):
    """The zone is changed by `manage.py change_time_zone`, which cuts the stored days anew; the currency stays."""

    list_display = ("time_zone", "currency", "changed_at", "zone_changing_since")
