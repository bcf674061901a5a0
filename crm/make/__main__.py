"""`python3 -m crm.make TARGET`: what the Makefile calls."""

import os
import shutil
import sys
from collections.abc import Callable

from crm.embedded import services
from crm.embedded.places import CHECKOUT, VENV, load_dotenv, var_dir
from crm.embedded.problems import Problem, from_os_error
from crm.make import checks, leftovers, setup, supervisor


def target_setup() -> int:
    """Virtual environment, packages, assets, embedded services, migrations; quick when nothing changed"""
    setup.setup(development=not _production())
    was_up = services.running()
    services.start()
    try:
        supervisor.prepare()
    finally:
        if not was_up:
            services.stop()
    return 0


def target_run() -> int:
    """Set up, then serve: web, worker and beat in the foreground (PORT=N chooses the port; Ctrl-C stops)"""
    setup.setup(development=False)
    supervisor.run()
    return 0


def target_dev() -> int:
    """Like run, for developers: changed code is loaded by itself, static files come from their sources"""
    if _production():
        raise Problem("make dev shows how the program works inside; it does not run where CRM_ENV is production.")
    os.environ["DEBUG"] = "1"
    setup.setup()
    supervisor.run(development=True)
    return 0


def target_test() -> int:
    """Set up, then lint, types and every test; with ARGS="tests/customers" only what pytest makes of that"""
    setup.setup()
    return checks.alone(checks.test) if checks.arguments() else checks.with_lint(checks.test)


def target_check() -> int:
    """Lint, types and the fast tests, in a minute or so: before each commit"""
    setup.setup()
    return checks.with_lint(checks.fast_tests)


def target_lint() -> int:
    """Style, types, import arrows, templates, migrations"""
    setup.setup()
    return checks.lint()


def target_fmt() -> int:
    """Format Python and templates"""
    setup.setup()
    return checks.fmt()


def target_bench() -> int:
    """Benchmarks, JSON to stdout (ARGS=… is handed on)"""
    setup.setup()
    return checks.bench()


def target_messages() -> int:
    """Collect the texts to translate into locale/ (needs gettext)"""
    setup.setup(development=False)
    return checks.messages()


def target_shell() -> int:
    """A Python shell with the models, against this copy's services"""
    setup.setup(development=False)
    return checks.manage("shell")


def target_stop() -> int:
    """Stop what runs for this copy: web, worker, beat, PostgreSQL, Redis"""
    stopped = ["web, worker and beat"] if leftovers.stop_leftovers(var_dir()) else []
    stopped += services.stop()
    services.stop(var_dir() / "test")
    setup.say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def target_clean() -> int:
    """Stop, and delete all data, packages and compiled files (asks first)"""
    if not _agreed(f"This deletes the database, uploads and logs in {var_dir()}, .venv and node_modules."):
        setup.say("Nothing deleted. (In a script: make clean YES=1)")
        return 1
    target_stop()
    for var in (var_dir() / "test", var_dir()):
        services.forget(var)
    for place in (var_dir(), VENV, CHECKOUT / "node_modules", CHECKOUT / "staticfiles"):
        if not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
    for compiled in CHECKOUT.glob("locale/*/LC_MESSAGES/*.mo"):
        compiled.unlink()
    return 0


def target_help() -> int:
    """List the targets"""
    for name, target in TARGETS.items():
        sys.stdout.write(f"make {name:8} {target.__doc__}\n")
    return 0


TARGETS: dict[str, Callable[[], int]] = {
    "setup": target_setup,
    "run": target_run,
    "dev": target_dev,
    "test": target_test,
    "check": target_check,
    "lint": target_lint,
    "fmt": target_fmt,
    "bench": target_bench,
    "messages": target_messages,
    "shell": target_shell,
    "stop": target_stop,
    "clean": target_clean,
    "help": target_help,
}


def _production() -> bool:
    return os.environ.get("CRM_ENV") == "production"


def _agreed(what: str) -> bool:
    if os.environ.get("YES") == "1":
        return True
    if not sys.stdin.isatty():
        return False
    return input(f"{what} Go on? [y/N] ").strip().lower() in {"y", "yes"}


def keep_compiled() -> None:
    """In the state directory if not beside the sources: else each process would compile all of them."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(var_dir() / "compiled"))


def main(arguments: list[str]) -> int:
    load_dotenv()
    keep_compiled()
    target = TARGETS.get(arguments[0] if arguments else "help")
    if target is None:
        sys.stderr.write(f"There is no target {arguments[0]}. make help lists them.\n")
        return 2
    try:
        return target()
    except Problem as problem:
        sys.stderr.write(f"\n{problem}\n")
    except OSError as error:
        sys.stderr.write(f"\n{from_os_error(error)}\n")
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the same command goes on where it stopped.\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
