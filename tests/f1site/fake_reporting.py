"""A fake of what errors and traces are reported to: takes what is sent over HTTP, and keeps it."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeReceiver(ThreadingHTTPServer):
    """`received` has (path, body) of each POST, unpacked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def sentry_dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server_address[1]}/1"

    def sentry_events(self) -> list[dict[str, Any]]:
        """The errors of all envelopes: a header, then pairs of an item's header and the item, a line each."""
        events = []
        for _path, body in self.received:
            lines = body.splitlines()[1:]
            for header, item in zip(lines[::2], lines[1::2], strict=True):
                if json.loads(header)["type"] == "event":
                    events.append(json.loads(item))
        return events

    def spans(self) -> list[tuple[dict[str, str], Any]]:
        """(the resource's facts, span) of all spans that were sent."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = []
        for path, body in self.received:
            assert path == "/v1/traces"
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                facts = {fact.key: fact.value.string_value for fact in group.resource.attributes}
                found += [(facts, span) for scope in group.scope_spans for span in scope.spans]
        return found


class _Handler(BaseHTTPRequestHandler):
    server: FakeReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def fake_receiver() -> Iterator[FakeReceiver]:
    receiver = FakeReceiver()
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()
