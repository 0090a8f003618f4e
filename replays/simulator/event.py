"""The fictional weekend the demo race belongs to: what no schedule knows."""

from datetime import UTC, datetime

from replays.simulator.truth import SimulatedRace
from seasons.records import CircuitRecord, EventRecord

RECORDING_STARTS = datetime(2025, 12, 28, 13, 58, tzinfo=UTC)
"""The instant of session time 0."""

CIRCUIT_NAME = "Port Verrin"

DEMO_EVENT = EventRecord(
    year=2025,
    name="Demo Grand Prix",
    official_name="DEMO GRAND PRIX 2025 (SIMULATED, FICTIONAL)",
    location="Port Verrin",
    country="Fictionland",
    date=datetime(2025, 12, 28, tzinfo=UTC),
    round_number=None,
    circuit_name=CIRCUIT_NAME,
    is_demo=True,
)


def circuit_record(race: SimulatedRace) -> CircuitRecord:
    """The drawing of the race's circuit: the racing line about every 5 m, closed, and where the corners are."""
    circuit = race.circuit
    every = round(5.0 / circuit.step_m)
    x_m = [*circuit.x_m[::every].tolist(), float(circuit.x_m[0])]
    y_m = [*circuit.y_m[::every].tolist(), float(circuit.y_m[0])]
    corners = []
    for name, s_m in circuit.corners:
        (x,), (y,) = circuit.place([s_m], [0.0])
        corners.append((name, round(float(x), 2), round(float(y), 2)))
    return CircuitRecord(
        x_m=tuple(round(x, 2) for x in x_m),
        y_m=tuple(round(y, 2) for y in y_m),
        rotation_deg=circuit.rotation_deg,
        corners=tuple(corners),
    )
