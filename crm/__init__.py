import sys

if sys.version_info < (3, 11):  # noqa: UP036  this file is what an older Python reads first
    sys.exit(
        "Baseline CRM needs Python 3.11 or newer; this is "
        + sys.version.split()[0]
        + ". Choose another: make PYTHON=python3.12 ..."
    )
