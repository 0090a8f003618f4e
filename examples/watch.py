"""Watches a replay and prints its order every second; docs/protocol.md is all it needs to know.

Usage: python examples/watch.py ws://localhost:8000/ws/v1/replays/<replay id>/"""

import io
import json
import struct
import sys

from websockets.sync.client import connect


def integers(data: io.BytesIO, count: int, size: int) -> tuple[int, ...]:
    code = {1: "b", 2: "h", 4: "i"}[size]
    return struct.unpack(f"<{count}{code}", data.read(count * size))


def read_frames(message: bytes, columns: list[dict]) -> dict:
    """A binary message as JSON would have it; `columns` are hello's `binary_columns`."""
    data = io.BytesIO(message)
    _, frame_count, cars, column_count, generation, seq = struct.unpack("<4B2I", data.read(12))
    times, laps = integers(data, frame_count, 4), integers(data, frame_count, 2)
    frames: list[dict] = [{"t": t / 1000, "cars": [[] for _ in range(cars)]} for t in times]
    for frame, lap in zip(frames, laps, strict=True):
        frame["lap"] = None if lap == -32768 else lap
    for _ in range(column_count):
        place, width = data.read(2)
        column, size = columns[place], {"int8": 1, "int16": 2, "int32": 4}[columns[place]["type"]]
        now = integers(data, cars, size)
        for frame in frames:
            if width and frame is not frames[0]:
                later = integers(data, cars, width)
                now = later if width == size else tuple(map(sum, zip(now, later, strict=True)))
            for row, raw in zip(frame["cars"], now, strict=True):
                value = column["labels"][raw] if "labels" in column and raw >= 0 else raw / column["scale"]
                row.append(None if raw == -(2 ** (8 * size - 1)) else value)
    return {"type": "frames", "generation": generation, "seq": seq, "frames": frames}


def watch(address: str) -> None:
    with connect(f"{address}?fps=1&batch=1", subprotocols=["f1replay.v1.bin", "f1replay.v1.json"]) as socket:
        hello: dict = {}
        for data in socket:
            if isinstance(data, bytes) and data[0] != 1:
                continue  # something that a newer server has
            message = json.loads(data) if isinstance(data, str) else read_frames(data, hello["binary_columns"])
            if message["type"] == "hello":
                hello = message
                position = [column["name"] for column in hello["columns"]].index("position")
            elif message["type"] == "frames":
                (frame,) = message["frames"]
                ranks = [row[position] or 99 for row in frame["cars"]]
                order = sorted(zip(ranks, (car["code"] for car in hello["cars"]), strict=True))
                print(f"{frame['t']:.3f} s, lap {frame['lap']}:", *(code for _, code in order), flush=True)
            elif message["type"] == "error":
                sys.exit(message["detail"])


if __name__ == "__main__":
    watch(sys.argv[1])
