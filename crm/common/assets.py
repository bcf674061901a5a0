"""Which files of the npm packages are served. Their dist folders hold ten times more than the pages load."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import Storage

SERVED = (
    "vendor/tabler/css/tabler.min.css*",
    "vendor/tabler/js/tabler.min.js*",
    "vendor/icons/tabler-icons.min.css",
    "vendor/icons/fonts/tabler-icons.*",
    "vendor/echarts/echarts.min.js",
)


def is_served(path: str) -> bool:
    """`path` as it stands behind STATIC_URL; our own files always are."""
    return not path.startswith("vendor/") or any(fnmatch(path, pattern) for pattern in SERVED)


class ServedFilesFinder(FileSystemFinder):
    """Django's finder of STATICFILES_DIRS, narrowed to what `SERVED` names."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None)
            if is_served(f"{prefix}/{path}" if prefix else path):
                yield path, storage

    def find_location(self, root: Any, path: str, prefix: str | None = None) -> Any:
        return super().find_location(root, path, prefix) if is_served(path) else None
