"""The kit's tables, each defined in its room."""

from crm.common.audit.models import AuditEntry
from crm.common.company.models import Company
from crm.common.limits.models import RateCount
from crm.common.outbox.models import OutboxMail

__all__ = ["AuditEntry", "Company", "OutboxMail", "RateCount"]
