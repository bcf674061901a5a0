"""The library's pages that show recovery codes, which leave a row in the audit log."""

from typing import Any

from allauth.mfa.recovery_codes.views import DownloadRecoveryCodesView, ViewRecoveryCodesView

from accounts.access import signed_in
from accounts.domain.second_step import codes_shown


class _Noted:
    def get_context_data(self: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        codes_shown(user=signed_in(self.request), count=len(context["unused_codes"]))
        return context


class RecoveryCodes(_Noted, ViewRecoveryCodesView):  # type: ignore[misc] # allauth has no types
    """On the screen."""


class RecoveryCodesFile(_Noted, DownloadRecoveryCodesView):  # type: ignore[misc]
    """As a file."""
