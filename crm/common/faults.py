"""What may be kept of an error that nobody thought of: what went wrong, without the values it went wrong with.

Such a sentence stands on pages, in histories and in people's notices, where no erasure looks for a person. The log has
the whole, and is kept for a while only.
"""

import re
from typing import Final

_QUOTED: Final = re.compile(r"""(?<!\w)(["'“‘]).*?["'”’](?!\w)""", re.DOTALL)
_VALUE: Final = ': "'


def said(error: Exception) -> str:
    """Of the database its first words and the constraint, never the row; of others what they say without what they
    quote.

    >>> said(ValueError("invalid literal for int() with base 10: 'Ada'"))
    'invalid literal for int() with base 10: …'
    """
    diag = getattr(error.__cause__, "diag", None)
    primary = getattr(diag, "message_primary", None)
    if not primary:
        return _QUOTED.sub("…", str(error)).partition("\n")[0].replace("\0", "␀")
    words, constraint = str(primary).partition(_VALUE)[0], getattr(diag, "constraint_name", None)
    return f"{words} ({constraint})" if constraint and constraint not in words else words
