"""What the API answers about replays, for its document: 2025 Australian Grand Prix, made-up ids, shortened."""

from typing import Any

from seasons.api.examples import DRIVER, EVENT, LAP, SEASON, SESSION

Row = dict[str, Any]

REPLAY_ID = "9f2c41d07be58a36"

REPLAYED_SESSION: Row = {**SESSION, "replay": REPLAY_ID}

REPLAY: Row = {
    "id": REPLAY_ID,
    "session": SESSION["key"],
    "session_name": SESSION["name"],
    "event": EVENT["key"],
    "event_name": EVENT["name"],
    "season": SEASON["key"],
    "kind": SESSION["kind"],
    "year": SEASON["year"],
    "state": "ready",
    "t_start": 3660.0,
    "t_end": 10427.1,
    "lights_out": 4260.355,
    "laps": 57,
    "capabilities": {
        "positions": True,
        "car_data": True,
        "timing": True,
        "weather": True,
        "race_control": True,
        "tyres": True,
        "drs": True,
    },
    "bytes": 3571201,
    "schema_version": 2,
    "built_at": "2025-03-16T08:12:44.120331Z",
    "websocket": f"/ws/v1/replays/{REPLAY_ID}/",
    "track": f"/api/v1/replays/{REPLAY_ID}/track/",
    "page": f"/replays/{REPLAY_ID}/",
}

QUALITY: Row = {
    "verdict": "good",
    "reasons": [],
    "gaps": {"position": {"count": 1, "total_ms": 1120, "share": 0.0002, "longest_ms": [[4361409, 4362529]]}},
    "cars_without_positions": ["HAD"],
    "outline": "telemetry",
    "clock": "mended",
    "mending": {
        "why_not": None,
        "speed_lag_ms": 60,
        "timing_lag_ms": 177,
        "spread_ms": 14.5,
        "spread_by_car_ms": 3.3,
        "moved_median_m": 0.49,
        "moved_p95_m": 2.9,
        "moved_most_m": 29.87,
    },
    "estimated_ms": [],
    "outliers": 0,
    "motion": {"left_out_median_m": 0.115, "left_out_p95_m": 0.871, "speed_p95_kmh": 13.9},
    "lines": {
        "crossings": 920,
        "official_place": 920,
        "official_end": True,
        "gap_median_s": 0.0,
        "gap_p99_s": 0.0,
    },
    "off_track": {"known": 377782, "far": 0, "far_is_m": 25.0, "furthest_m": 15.5},
    "problems": [],
}

REPLAY_DETAIL: Row = {**REPLAY, "quality": QUALITY}

BUILD: Row = {
    "id": "b3RkXw81LmQz",
    "session": SESSION["key"],
    "state": "running",
    "refresh": False,
    "requested_by": "token nightly",
    "stage": "loading by FastF1",
    "progress": 0.15,
    "attempts": 1,
    "not_before": None,
    "cancel_requested": False,
    "queued_at": "2025-03-16T08:10:02.000000Z",
    "started_at": "2025-03-16T08:10:03.000000Z",
    "finished_at": None,
    "error": None,
    "report": None,
    "replay": None,
}

CAR: Row = {"number": "4", "code": "NOR", "name": DRIVER["full_name"], "team": "McLaren", "colour": "#ff8000"}

MANIFEST: Row = {
    "format": "f1replay",
    "schema": 1,
    "session": {"key": SESSION["key"], "year": 2025, "name": "Race", "kind": "race"},
    "lights_out_ms": 4260355,
    "laps": 57,
    "t_start_ms": 3660000,
    "t_end_ms": 10427100,
    "cars": [CAR],
    "feeds": [{"name": "position", "max_gap_ms": 1000}],
    "chunk_ms": 10000,
    "chunks": [{"n": 366, "t_start_ms": 3660000, "t_end_ms": 3670000}],
    "files": {"track.json": {"bytes": 13512}},
}

TRACK: Row = {
    "outline": [[-112.4, -34.1], [-106.9, -36.6]],
    "closed": True,
    "length_m": 5254.0,
    "source": "telemetry",
    "rotation_deg": 44.0,
    "start_finish": {"x": -112.4, "y": -34.1, "heading_deg": 335.2},
    "sectors": [0.34, 0.62],
    "corners": [{"label": "1", "x": 214.0, "y": -231.5}],
    "pit_lane": None,
}

EVENTS: list[Row] = [
    {"kind": "track_status", "t_ms": 4328954, "code": "4", "name": "safety_car"},
    {"kind": "pit", "t_ms": 7740096, "number": "4", "in": True},
]

FRAMES: Row = {
    "replay": REPLAY_ID,
    "from": 7740.0,
    "to": 7740.0,
    "fps": 1,
    "count": 1,
    "cars": [CAR],
    "columns": [{"name": "lap", "unit": None}, {"name": "tyre_age", "unit": "laps"}],
    "frames": [{"t": 7740.0, "lap": 34, "cars": [[34, 34]]}],
}
FRAMES_CSV = "t,leader_lap,driver_number,lap,tyre_age\n7740.0,34,4,34,34\n"

ORDER: Row = {
    "t": LAP["time"],
    "lap": 44,
    "cars": [
        {
            "position": 1,
            "code": "NOR",
            "driver_number": "4",
            "gap": 0.0,
            "interval": 0.0,
            "lap": 44,
            "tyre": "HARD",
            "tyre_age": 11,
            "status": "on_track",
        }
    ],
}
ORDER_CSV = (
    "t,leader_lap,position,code,driver_number,gap,interval,lap,tyre,tyre_age,status\n"
    "8883.606,44,1,NOR,4,0.0,0.0,44,HARD,11,on_track\n"
)

ROOM = {
    "id": "q7Zk2fXw0bLm",
    "replay": REPLAY_ID,
    "url": "/rooms/q7Zk2fXw0bLm/",
    "websocket": "/ws/v1/rooms/q7Zk2fXw0bLm/",
    "viewers": 3,
    "control": "host",
    "status": "playing",
    "t": 5000.0,
    "speed": 1.0,
}
