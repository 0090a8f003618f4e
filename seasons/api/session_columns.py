"""What the API shows of what happened in a session. Times are seconds of session time unless they say otherwise.

Session time is the clock of F1's timing feeds; its zero is minutes before the start.
"""

from core.api.columns import ColumnSerializer
from core.api.fields import Instant, Integer, Number, RowId, Seconds, Text, YesNo
from core.api.names import RelationKey
from seasons.api import examples
from seasons.api.names import DRIVERS, SESSIONS, TEAMS

ROW_ID = "Stable and opaque."
COMPOUND = "SOFT, MEDIUM, HARD, INTERMEDIATE or WET; in 2018 also HYPERSOFT, ULTRASOFT and SUPERSOFT."


class OfSession(ColumnSerializer):
    """A row of a session."""

    id = RowId(source="pk", help_text=ROW_ID)
    session = RelationKey(SESSIONS, source="session.key", help_text="Key of the session.")


class OfEntry(OfSession):
    """A row of a car in a session."""

    driver = RelationKey(DRIVERS, source="entry.driver.key", help_text="Key of the driver.")
    code = Text(source="entry.code", allow_null=True, help_text="Letters on the timing screen, e.g. NOR.")
    driver_number = Text(source="entry.number", help_text="The car's number: digits, as text.")


class ResultColumns(OfEntry):
    example = examples.RESULT

    team = RelationKey(TEAMS, source="entry.team.key", allow_null=True, help_text="Key of the team.")
    position = Integer(allow_null=True, help_text="Place in the official order, which goes on through the retired.")
    classified = Text(
        allow_null=True,
        help_text="As published: the place, or R retired, D disqualified, E excluded, W withdrew, F did not qualify, "
        "N not classified.",
    )
    grid = Integer(allow_null=True, help_text="Place on the grid; 0: from the pit lane.")
    status = Text(allow_null=True, help_text="Finished, +1 Lap, Engine, ...")
    points = Number(allow_null=True, help_text="Points for the championship; halves exist.")
    laps = Integer(allow_null=True, help_text="Completed.")
    time = Seconds(
        source="time_ms", allow_null=True, help_text="Seconds from start to flag; null when laps down or out."
    )
    gap = Seconds(source="gap_ms", allow_null=True, help_text="Seconds behind the winner; null for the winner.")
    best_lap = Seconds(source="best_lap_ms", allow_null=True, help_text="Fastest lap that counts, in seconds.")
    q1 = Seconds(source="q1_ms", allow_null=True, help_text="Best time in Q1, in seconds; null outside qualifying.")
    q2 = Seconds(source="q2_ms", allow_null=True, help_text="Best time in Q2, in seconds.")
    q3 = Seconds(source="q3_ms", allow_null=True, help_text="Best time in Q3, in seconds.")


class LapColumns(OfEntry):
    example = examples.LAP

    lap_number = Integer(help_text="The car's lap, from 1.")
    lap_time = Seconds(source="lap_time_ms", allow_null=True, help_text="Time of the whole lap, in seconds.")
    sector_1 = Seconds(source="sector_1_ms", allow_null=True, help_text="Time of its first sector, in seconds.")
    sector_2 = Seconds(source="sector_2_ms", allow_null=True, help_text="Time of its second sector, in seconds.")
    sector_3 = Seconds(source="sector_3_ms", allow_null=True, help_text="Time of its third sector, in seconds.")
    start = Seconds(source="start_ms", allow_null=True, help_text="Session time at its start, in seconds.")
    time = Seconds(source="end_ms", allow_null=True, help_text="Session time at its end, in seconds.")
    position = Integer(allow_null=True, help_text="Place at the end of the lap; null outside races.")
    compound = Text(allow_null=True, help_text=COMPOUND)
    tyre_life = Integer(allow_null=True, help_text="Laps on this set by the end of the lap.")
    fresh_tyre = YesNo(allow_null=True, help_text="The set was new when it was fitted.")
    stint = Integer(allow_null=True, help_text="Number of the stint it belongs to, from 1.")
    pit_in = Seconds(
        source="pit_in_ms", allow_null=True, help_text="Session time at which it entered the pit lane, in seconds."
    )
    pit_out = Seconds(
        source="pit_out_ms", allow_null=True, help_text="Session time at which it left the pit lane, in seconds."
    )
    speed_i1 = Number(source="speed_i1_kmh", allow_null=True, help_text="At the first intermediate, in km/h.")
    speed_i2 = Number(source="speed_i2_kmh", allow_null=True, help_text="At the second intermediate, in km/h.")
    speed_fl = Number(source="speed_fl_kmh", allow_null=True, help_text="At the finish line, in km/h.")
    speed_st = Number(source="speed_st_kmh", allow_null=True, help_text="On the longest straight, in km/h.")
    personal_best = YesNo(help_text="The car's fastest of the session up to then.")
    deleted = YesNo(help_text="Its time was struck out by the stewards.")
    deleted_reason = Text(allow_null=True, help_text="Why its time was struck out, in race control's words.")
    accurate = YesNo(help_text="FastF1 found lap and sector times to agree, and no stop in it.")
    generated = YesNo(help_text="Added by FastF1: F1's timing has no such lap.")


class StintColumns(OfEntry):
    example = examples.STINT

    stint = Integer(source="number", help_text="Number among the car's stints, from 1.")
    compound = Text(allow_null=True, help_text=COMPOUND)
    fresh_tyre = YesNo(allow_null=True, help_text="The set was new when it was fitted.")
    tyre_life_at_start = Integer(allow_null=True, help_text="Laps on this set before the stint.")
    first_lap = Integer(help_text="Number of its first lap.")
    last_lap = Integer(help_text="Number of its last lap.")


class PitStopColumns(OfEntry):
    example = examples.PIT_STOP

    stop = Integer(source="number", help_text="Number among the car's stops, from 1.")
    lap_number = Integer(help_text="The lap that ended in the pit lane.")
    pit_in = Seconds(source="pit_in_ms", help_text="Session time at which it entered the pit lane, in seconds.")
    pit_out = Seconds(
        source="pit_out_ms",
        allow_null=True,
        help_text="Session time at which it left the pit lane, in seconds; null: it stayed.",
    )
    duration = Seconds(source="duration_ms", allow_null=True, help_text="Seconds in the pit lane; null: it stayed.")


class WeatherColumns(OfSession):
    example = examples.WEATHER

    time = Seconds(source="t_ms", help_text="Session time, in seconds.")
    air_temp = Number(source="air_temp_c", allow_null=True, help_text="Of the air, in degrees Celsius.")
    track_temp = Number(source="track_temp_c", allow_null=True, help_text="Of the asphalt, in degrees Celsius.")
    humidity = Number(
        source="humidity_percent", allow_null=True, help_text="Relative humidity of the air, in per cent."
    )
    pressure = Number(source="pressure_mbar", allow_null=True, help_text="Of the air, in millibar.")
    rainfall = YesNo(allow_null=True, help_text="Rain falls.")
    wind_direction = Integer(
        source="wind_direction_deg",
        allow_null=True,
        help_text="Where the wind comes from, in degrees clockwise from north.",
    )
    wind_speed = Number(source="wind_speed_ms", allow_null=True, help_text="Of the wind, in metres per second.")


class TrackStatusColumns(OfSession):
    example = examples.TRACK_STATUS

    time = Seconds(source="start_ms", help_text="Session time at which it began, in seconds.")
    end = Seconds(
        source="end_ms", allow_null=True, help_text="Session time at which the next began, in seconds; null: the last."
    )
    status = Text(
        source="code",
        help_text="F1's code: 1 all clear, 2 yellow, 4 safety car, 5 red, 6 virtual safety car, 7 virtual safety car "
        "ending.",
    )


class RaceControlColumns(OfSession):
    example = examples.RACE_CONTROL

    utc = Instant(help_text="When it was sent, UTC.")
    time = Seconds(source="t_ms", allow_null=True, help_text="The same as session time, in seconds.")
    lap_number = Integer(allow_null=True, help_text="The leader's lap; null outside races.")
    category = Text(allow_null=True, help_text="Flag, SafetyCar, Drs, CarEvent, Other.")
    message = Text(help_text="What race control says, word for word.")
    flag = Text(
        allow_null=True,
        help_text="Where it is about one: GREEN, YELLOW, DOUBLE YELLOW, RED, BLUE, CLEAR, CHEQUERED ...",
    )
    scope = Text(allow_null=True, help_text="Track, Sector or Driver.")
    sector = Integer(allow_null=True, help_text="The marshals' sector it is about.")
    driver_number = Text(allow_null=True, help_text="The car it is about.")


class SessionStatusColumns(OfSession):
    example = examples.SESSION_STATUS

    time = Seconds(source="t_ms", help_text="Session time, in seconds.")
    status = Text(help_text="Inactive, Started, Aborted, Finished, Finalised or Ends.")
