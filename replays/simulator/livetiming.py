"""Writes a simulated race as F1's live timing is recorded: one JSON message a line, as FastF1 reads it.

A line is `["Topic", {...}, "2025-12-28T14:00:00.000Z"]`; the telemetry topics carry base64 of raw deflate. FastF1
replaces every apostrophe and every `True` and `False` before it parses, so no text may contain them.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from replays.simulator.field import DRIVERS
from replays.simulator.mini_sector_feed import mini_sector_messages
from replays.simulator.session_feed import session_messages, utc_text
from replays.simulator.telemetry import CarSamples, PositionSamples, car_samples, position_samples
from replays.simulator.timing_feed import timing_messages
from replays.simulator.truth import SimulatedRace

SAMPLES_A_MESSAGE = 4
"""Telemetry comes about once a second, some samples at a time."""

COMPRESSION_LEVEL = 6

Progress = Callable[[float], None]
Line = tuple[int, str]
"""Session time in ms and the text of a line."""


def write_livetiming(
    race: SimulatedRace,
    path: Path,
    progress: Progress | None = None,
    *,
    position_clock_jitter_ms: float = 0.0,
) -> None:
    """Write the recording of a race to `path`; raises OSError where that is not possible.

    The same race gives the same bytes wherever Python's zlib is the same. `progress` is called with the share
    done, 0 to 1. `position_clock_jitter_ms` is the standard deviation of the error of the position feed's
    stamps (common to all cars; the real feed has about 68); the cars are written where they really were.
    """
    say = progress or _nothing
    say(0.0)
    lines = [_plain_line(message.t_ms, message.topic, message.body) for message in session_messages(race)]
    lines += [_plain_line(message.t_ms, message.topic, message.body) for message in timing_messages(race)]
    lines += [_plain_line(message.t_ms, message.topic, message.body) for message in mini_sector_messages(race)]
    say(0.3)
    lines += _position_lines(position_samples(race, position_clock_jitter_ms))
    say(0.65)
    lines += _car_lines(car_samples(race))
    # Sorting is stable: what is first at an instant stays first, the start of the clock before all.
    lines.sort(key=_line_time)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(text for _, text in lines)
    say(1.0)


def _nothing(share: float) -> None:
    pass


def _line_time(line: Line) -> int:
    return line[0]


def _plain_line(t_ms: int, topic: str, body: object) -> Line:
    return t_ms, json.dumps([topic, body, utc_text(t_ms)], separators=(",", ":")) + "\n"


def _packed_line(t_ms: int, topic: str, body: str) -> Line:
    packer = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body.encode("ascii")) + packer.flush()
    return _plain_line(t_ms, topic, base64.b64encode(packed).decode("ascii"))


def _position_lines(samples: PositionSamples) -> Iterator[Line]:
    """A message carries its samples at the stamp of its last one: FastF1 finds its clock from the promptest."""
    columns = [samples.x_dm.tolist(), samples.y_dm.tolist(), samples.z_dm.tolist()]
    status = np.where(samples.off_track, "OffTrack", "OnTrack").tolist()
    stamps = samples.stamp_ms.tolist()
    for first in range(0, len(stamps), SAMPLES_A_MESSAGE):
        rows = range(first, min(first + SAMPLES_A_MESSAGE, len(stamps)))
        parts = []
        for row in rows:
            x, y, z = (column[row] for column in columns)
            entries = ",".join(
                f'"{driver.number}":{{"Status":"{status[row][car]}","X":{x[car]},"Y":{y[car]},"Z":{z[car]}}}'
                for car, driver in enumerate(DRIVERS)
            )
            parts.append(f'{{"Timestamp":"{utc_text(stamps[row])}","Entries":{{{entries}}}}}')
        yield _packed_line(stamps[rows[-1]], "Position.z", f'{{"Position":[{",".join(parts)}]}}')


def _car_lines(samples: CarSamples) -> Iterator[Line]:
    """Channel numbers are the feed's: 0 rpm, 2 speed, 3 gear, 4 throttle, 5 brake, 45 DRS."""
    channels = (
        samples.rpm,
        samples.speed_kmh,
        samples.gear,
        samples.throttle_percent,
        samples.brake_percent,
        samples.drs,
    )
    columns = [channel.tolist() for channel in channels]
    instants = samples.t_ms.tolist()
    for first in range(0, len(instants), SAMPLES_A_MESSAGE):
        rows = range(first, min(first + SAMPLES_A_MESSAGE, len(instants)))
        parts = []
        for row in rows:
            rpm, speed, gear, throttle, brake, drs = (column[row] for column in columns)
            cars = ",".join(
                f'"{driver.number}":{{"Channels":{{"0":{rpm[car]},"2":{speed[car]},"3":{gear[car]},'
                f'"4":{throttle[car]},"5":{brake[car]},"45":{drs[car]}}}}}'
                for car, driver in enumerate(DRIVERS)
            )
            parts.append(f'{{"Utc":"{utc_text(instants[row])}","Cars":{{{cars}}}}}')
        yield _packed_line(instants[rows[-1]], "CarData.z", f'{{"Entries":[{",".join(parts)}]}}')
