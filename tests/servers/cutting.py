"""A wire between a client and a server that can be cut after any number of bytes."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """Passes bytes on to a server, counts those that go there, and resets every connection at a given one."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._left: int | None = None
        self.sent = 0
        self.cut = False
        self.dropped = 0
        """So many connections that come next are reset at once, as a busy server does."""
        self.reached = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int | None) -> None:
        """Reset all connections once ``count`` more bytes went to the server; let all through again with None."""
        with self._lock:
            self._left, self.cut, self.sent = count, False, 0
            self.reached.clear()

    def close(self) -> None:
        """Take no more connections, and end those there are."""
        self._listener.close()
        self._reset()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.cut or self.dropped:
                self.dropped = max(0, self.dropped - 1)
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._to))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open += [client, server]
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                if counted:
                    with self._lock:
                        self.sent += len(said)
                        if self._left is not None:
                            said, over = said[: self._left], len(said) >= self._left
                            self._left -= len(said)
                            self.cut = self.cut or over
                other.sendall(said)
                if self.cut:
                    self.reached.set()
                    self._reset()
                    return
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """Lay a wire to a server on this machine."""
    laid = Wire(port)
    try:
        yield laid
    finally:
        laid.close()
