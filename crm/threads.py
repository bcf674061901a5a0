"""Language, time zone and address prefix of the present request, kept by thread.

Django keeps them so that they follow a request from coroutine to thread. Nothing here is a coroutine, and each look
costs sixteen times as much that way: a page looks a thousand times, for each word, moment and link.
"""

import threading
from typing import Final

from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real

KEPT: Final = ((trans_real, "_active"), (timezone, "_active"), (base, "_prefixes"), (base, "_urlconfs"))


def keep_by_thread() -> None:
    """Once, before there is anything to keep."""
    for module, name in KEPT:
        setattr(module, name, threading.local())
