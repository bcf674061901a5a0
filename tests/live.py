"""The real thing for browser and reliability tests: gunicorn, a Celery worker and a Redis of their own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from celery import Celery, Task
from django.conf import settings
from django.db import connection
from django.test import Client
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import User
from crm.embedded import processes, record, redis_server
from crm.embedded.account import server_account, server_home
from crm.embedded.places import CHECKOUT
from crm.embedded.redis_server import RedisServer
from crm.make import programs

REDIS_PREFIX = "live:"
JOBS = f"{REDIS_PREFIX}jobs:"


class LiveStack:
    """Web server and worker on the present test database. `kill_…` is -9; `heal` starts again what is down."""

    def __init__(self, *, logs: Path) -> None:
        self.logs = logs
        self.port = processes.free_port()
        self.redis_port = processes.free_port()
        self.mail_port = processes.free_port()  # where nobody listens but for a test that does (tests.smtp)
        self.redis_password = record.new_password()
        self.redis = _redis_of_its_own()
        self.sender = Celery(broker=self.redis_url, set_as_current=False)
        self.sender.conf.broker_transport_options = {"global_keyprefix": JOBS}
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis_password}@127.0.0.1:{self.redis_port}/0"

    def __enter__(self) -> Self:
        if os.environ.get("CRM_STATIC_FILES") != "collected":  # by `make test`, once for all
            # With the product's settings, as the live server reads what they collect.
            command = [sys.executable, "manage.py", "prepare", "--no-database"]
            subprocess.run(command, cwd=CHECKOUT, env=self._environment(), check=True)
        self.heal()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self.web, self.worker):
            if process and process.poll() is None:
                process.terminate()
        for process in (self.web, self.worker):
            if process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=20)
                if process.poll() is None:
                    process.kill()
                    process.wait()
        self.stop_redis()

    def heal(self) -> None:
        """Start whatever is not running, and wait until it serves."""
        redis_was_down = redis_server.running(self.redis) is None
        if redis_was_down:
            self.start_redis()
            self.kill_worker()  # at times one takes no more jobs that had one in hand while Redis went and came
        if self.web is None or self.web.poll() is not None:
            command = programs.web_command(host="127.0.0.1", port=self.port)
            self.web = self._start("web", [*command, "--workers", "1"])  # what each keeps, it first has to make
        if self.worker is None or self.worker.poll() is not None:
            self.start_worker()
        assert processes.wait_until(self._serves, seconds=60), self.log("web")
        # Asked, the web server sees that Redis is back; else it hands on no job for a while, and none is swept here.
        assert not redis_was_down or processes.wait_until(self._has_redis, seconds=60), self.log("web")

    def settle(self) -> None:
        """Before the database is put back: no open transaction of the live processes stands in the way, and no job is
        left that would write into it afterwards.
        """
        self.heal()
        processes.wait_until(lambda: all(due_later for _id, due_later in self._jobs()), seconds=10)
        if left := [job for job, _due_later in self._jobs()]:
            self.sender.control.revoke(left)
            with self._connected() as connected:  # where stands that they have been asked for
                connected.delete(*connected.keys(f"{REDIS_PREFIX}cache*"), "")
        with connection.cursor() as cursor:
            busy = """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
            """

            def idle() -> bool:
                cursor.execute(busy)
                return bool(cursor.fetchone() == (0,))

            processes.wait_until(idle, seconds=10)

    def start_worker(self) -> None:
        """Start the worker and wait until it takes jobs."""
        self.worker = self._start("worker", programs.worker_command())
        assert processes.wait_until(lambda: " ready." in self.log("worker", whole=True), seconds=60), self.log("worker")

    def kill_worker(self) -> None:
        if self.worker is None:
            return
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()
        with contextlib.suppress(RedisError):  # what it had taken comes back after an hour, which nobody waits for
            self._connected().delete(f"{JOBS}unacked", f"{JOBS}unacked_index")

    def kill_web(self) -> None:
        assert self.web is not None
        self.web.send_signal(signal.SIGKILL)
        self.web.wait()

    def start_redis(self) -> None:
        redis_server.start(self.redis, port=self.redis_port, password=self.redis_password)

    def stop_redis(self) -> None:
        redis_server.stop(self.redis)

    def send(self, *tasks: "Task[Any, Any]") -> None:
        """Have the worker do them, as beat does."""
        with self.sender.connection() as broker:
            for task in tasks:
                task.apply_async(connection=broker)

    def sign_in_cookies(self, user: User) -> list[dict[str, str]]:
        """Cookies, as Playwright takes them, of a session of `user`."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}]

    def log(self, name: str, *, whole: bool = False) -> str:
        """What the process of that name wrote since it was last started; its end unless `whole`."""
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return text if whole else text[-4000:]

    def _start(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with (self.logs / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self._environment() | {"CRM_PROCESS": name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=processes.die_with_parent,  # noqa: PLW1509  no threads at this point
            )

    def _environment(self) -> dict[str, str]:
        found = connection.settings_dict
        database = f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
        own = {
            "DATABASE_URL": database,
            "REDIS_URL": self.redis_url,
            "REDIS_PREFIX": REDIS_PREFIX,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "CRM_WORKER_PROCESSES": "2",
            "CRM_PREVIEW_SECONDS": "8",
            "CRM_WORKER_PATIENCE_S": "12",
        }
        return os.environ | own | {"DJANGO_SETTINGS_MODULE": "crm.settings", "SECRET_KEY": settings.SECRET_KEY}

    def _jobs(self) -> list[tuple[str, bool]]:
        """What waits, and what the worker has taken and not ended: its id, and whether it is due at a later moment."""
        with self._connected() as connected:
            waiting = connected.lrange(f"{JOBS}{settings.CELERY_TASK_DEFAULT_QUEUE}", 0, -1)
            taken = connected.hvals(f"{JOBS}unacked")
        found = [json.loads(one)["headers"] for one in waiting] + [json.loads(one)[0]["headers"] for one in taken]
        return [(headers["id"], headers["eta"] is not None) for headers in found]

    def _connected(self) -> Redis:
        return Redis.from_url(self.redis_url)

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _has_redis(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/readyz", timeout=20) as answer:
            return bool(json.load(answer)["redis"] == "ok")


def _redis_of_its_own() -> RedisServer:
    """A Redis that a test may stop without harming another test process."""
    account = server_account()
    var = Path(os.environ["CRM_VAR"])
    known = record.find(var)
    home = Path(known.postgres.home) if known else server_home(var=var, account=account)
    place = home / "live" / str(os.getpid())
    place.mkdir(parents=True, exist_ok=True)
    return RedisServer(place, account)
