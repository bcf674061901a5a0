"""Who reads, for what is shown to some and not to others."""


class MayOnly:
    """Somebody with one right."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def has_perm(self, perm: str, obj: None = None, /) -> bool:  # noqa: ARG002 - as users have it
        return perm == self.permission
