"""A mail server on 127.0.0.1 for tests: takes mail, refuses it, or says nothing."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """`received` are the messages taken. `answers` replaces what is said to a command ("RCPT": "550 unknown");
    `holds_at` names the command that is answered only after `release()`; `tried` counts the conversations.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.received: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.holds_at = ""
        self.tried = 0
        self.is_held = threading.Event()
        self._released = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def release(self) -> None:
        """Answer everything from now on."""
        self.holds_at = ""
        self._released.set()

    def hold(self, command: str) -> None:
        if command == self.holds_at:
            self.is_held.set()
            self._released.wait(60)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone in the middle is what some tests are about."""


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.tried += 1
        self._say("220 test")
        while line := self.rfile.readline():
            command = line[:4].strip().decode().upper()
            self.server.hold(command)
            if command == "DATA" and "DATA" not in self.server.answers:
                self._take()
            else:
                self._say(self.server.answers.get(command, "221 bye" if command == "QUIT" else "250 ok"))
            if command == "QUIT":
                return

    def _take(self) -> None:
        """The text; "taken" is what is said once it is there."""
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line.removeprefix(b"."))
        self.server.received.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.server.hold("TAKEN")
        self._say(self.server.answers.get("TAKEN", "250 taken"))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(*, port: int = 0) -> Iterator[MailServer]:
    """At any port that is free, or the one that somebody has been told before."""
    with MailServer(port) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server
        finally:
            server.release()
            server.shutdown()


def settings_for(server: MailServer, *, timeout_s: float = 5) -> dict[str, object]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": server.port,
        "EMAIL_TIMEOUT": timeout_s,
        "EMAIL_USE_TLS": False,
    }
