"""A viewer's end of a WebSocket, as cheap as Python lets it be: of a message it reads no more than its time.

A thousand of these must not cost more than one core, or they would measure themselves.
"""

import math
import socket
import struct
import time
from base64 import b64encode
from typing import Any

import orjson

READ_BYTES = 65536
"""Below what malloc asks the kernel for anew each time."""

ETHERNET_SEGMENT = 1460

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
FRAMES, STATE, HELLO = b'{"type":"frames"', b'{"type":"state"', b'{"type":"hello"'
ERROR = b'{"type":"error"'
T_KEY, GENERATION_KEY = b'"t":', b'"generation":'
NEAR = 120
"""The keys that are looked for stand this near to the beginning of a message."""
BINARY_GENERATION_AT, BINARY_T_AT = 4, 12


class ViewerSocket:
    """Connects at once and asks to be upgraded; whoever watches `fd` calls `read` when there is something to read.

    Times are Unix seconds, None or nan for what has not happened; `offset_s` is when t = 0 would have been due.
    """

    def __init__(self, address: str, path: str, *, binary: bool, receive_buffer: int | None = None) -> None:
        host, _, port = address.rpartition(":")
        self.opened_s = time.time()
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            # On loopback the kernel would keep megabytes for it on the server's side, as segments there have 64 KB.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, ETHERNET_SEGMENT)
        self.socket.connect((host, int(port)))
        self.fd = self.socket.fileno()
        self.path = path
        self.hello: dict[str, Any] | None = None
        self.hello_s: float | None = None
        self.first_frame_s: float | None = None
        self.generation = 0
        self.offset_s = math.nan
        self.awaited_generation: int | None = None
        self.awaited_s: float | None = None
        self.is_closed = False
        self.error = ""
        self._is_upgraded = False
        self._rest = b""
        self.socket.sendall(_upgrade_request(address, path, binary=binary))
        self.socket.setblocking(False)

    def read(self, lateness_s: list[float]) -> int:
        """Take what has come, and append how late each message of frames is. The bytes; 0 once the server closed."""
        try:
            came = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return 0
        except ConnectionError:
            came = b""
        now_s = time.time()
        if not came:
            self.is_closed = True
            return 0
        data = self._rest + came if self._rest else came
        at, size = 0, len(data)
        if not self._is_upgraded:
            at = self._after_upgrade(data)
            self._rest = data
            if at == 0:
                return len(came)
        while size - at >= 2:
            length, begin = data[at + 1], at + 2
            if length == 126:
                begin += 2
                length = int.from_bytes(data[at + 2 : begin]) if size >= begin else READ_BYTES
            elif length == 127:
                begin += 8
                length = int.from_bytes(data[at + 2 : begin]) if size >= begin else READ_BYTES
            end = begin + length
            if end > size:
                break
            kind = data[at] & 15
            if kind == TEXT and data.startswith(FRAMES, begin):
                t_at = data.find(T_KEY, begin, begin + NEAR) + len(T_KEY)
                lateness_s.append(now_s - self.offset_s - float(data[t_at : data.find(b",", t_at, end)]))
                if self.awaited_s is None:
                    self._note_first(now_s, _generation_of_text(data, begin))
            elif kind == BINARY:
                t_ms = int.from_bytes(data[begin + BINARY_T_AT : begin + BINARY_T_AT + 4], "little", signed=True)
                lateness_s.append(now_s - self.offset_s - t_ms / 1000)
                if self.awaited_s is None:
                    generation_at = begin + BINARY_GENERATION_AT
                    self._note_first(now_s, int.from_bytes(data[generation_at : generation_at + 4], "little"))
            else:
                self._read_rare(kind, data[begin:end], now_s)
            at = end
        self._rest = data[at:] if at < size else b""
        return len(came)

    def await_generation(self, number: int | None) -> None:
        """Have `awaited_s` tell when the first frame of that generation, or of a later one, comes."""
        self.awaited_generation, self.awaited_s = number, None

    def send(self, message: dict[str, Any]) -> None:
        self._send(TEXT, orjson.dumps(message))

    def close(self) -> None:
        self.is_closed = True
        self.socket.close()

    def _note_first(self, now_s: float, generation: int) -> None:
        if self.first_frame_s is None:
            self.first_frame_s = now_s
        if self.awaited_generation is None or generation >= self.awaited_generation:
            self.awaited_s = now_s

    def _after_upgrade(self, data: bytes) -> int:
        """Where messages begin; 0 while the answer is not there."""
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if b" 101 " not in data[:20]:
            raise RuntimeError(f"{self.path} was refused: {data[:200]!r}")
        self._is_upgraded = True
        return end + 4

    def _read_rare(self, kind: int, payload: bytes, now_s: float) -> None:
        if kind == PING:
            self._send(10, payload)
        elif kind == CLOSE:
            self.is_closed = True
        elif payload.startswith(HELLO):
            self.hello, self.hello_s = orjson.loads(payload), now_s
            self._anchor(self.hello["state"])
        elif payload.startswith(STATE):
            self._anchor(orjson.loads(payload))
        elif payload.startswith(ERROR):
            self.error = payload.decode()

    def _anchor(self, state: dict[str, Any]) -> None:
        self.generation = state["generation"]
        is_playing = state["status"] == "playing"
        self.offset_s = state["server_time"] - state["t"] / state["speed"] if is_playing else math.nan

    def _send(self, kind: int, payload: bytes) -> None:
        """Masked, as clients must, by a key of zeros, which changes nothing."""
        size = struct.pack("!B", 128 | len(payload)) if len(payload) < 126 else struct.pack("!BH", 254, len(payload))
        self.socket.sendall(bytes((128 | kind,)) + size + bytes(4) + payload)


def _generation_of_text(data: bytes, begin: int) -> int:
    at = data.find(GENERATION_KEY, begin, begin + NEAR) + len(GENERATION_KEY)
    return int(data[at : data.find(b",", at)])


def _upgrade_request(address: str, path: str, *, binary: bool) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {address}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: f1replay.v1.{'bin' if binary else 'json'}",
        "\r\n",
    )
    return "\r\n".join(lines).encode()
