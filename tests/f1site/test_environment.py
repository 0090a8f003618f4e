import os

import pytest

from f1site.environment import SHOWN, Environment, Wrong, plain_assignments, read_environment

NAME = "A_SETTING_OF_TESTS"


@pytest.fixture
def env() -> Environment:
    return Environment()


@pytest.fixture
def given(monkeypatch):
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.fixture
def from_file(tmp_path, monkeypatch):
    """The values that a `.env` gives, by name; what it sets is gone after the test."""

    def read(text: str, **already: str) -> dict[str, str]:
        monkeypatch.setattr(os, "environ", dict(already))
        monkeypatch.setattr("environ.Env.ENVIRON", os.environ)
        file = tmp_path / ".env"
        file.write_bytes(text.encode())
        read_environment(file)
        return dict(os.environ)

    return read


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_counts_as_one_that_is_not_set(env, given, value):
    given(value)

    assert env.whole(NAME, 8000, low=1, high=9) == 8000
    assert env.flag(NAME, default=True) is True
    assert env.each(NAME, ["a"], str) == ["a"]
    assert env.faults == {}


@pytest.mark.parametrize(("value", "meant"), [("true", True), ("True", True), ("on", True), ("1", True), ("No", False)])
def test_a_flag_is_true_or_false_in_the_usual_words(env, given, value, meant):
    given(value)

    assert env.flag(NAME, default=not meant) is meant


def test_a_flag_that_is_neither_is_a_fault_and_not_false(env, given):
    given("ture")

    assert env.flag(NAME, default=True) is True
    assert env.faults == {NAME: f"{NAME}=ture: must be true or false"}


@pytest.mark.parametrize("value", ["0", "61", "-5", "5.0", "1e1", "five", "١٢", "9" * 5000, "0x10", "1_0"])
def test_a_number_out_of_range_and_what_is_none_are_faults(env, given, value):
    given(value)

    assert env.whole(NAME, 30, low=1, high=60) == 30
    assert env.faults[NAME].endswith(": must be a whole number from 1 to 60")


def test_a_number_within_its_range_is_taken(env, given):
    given(" 60 ")

    assert env.whole(NAME, 30, low=1, high=60) == 60


@pytest.mark.parametrize(
    "value",
    [
        "https://a.example,https://b.example",
        ' [ "https://a.example", "https://b.example" ] ',
        "https://a.example, https://b.example,",
    ],
)
def test_a_list_is_separated_by_commas_or_json(env, given, value):
    given(value)

    assert env.each(NAME, [], str) == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize("value", ['["a"', '["a", 1]', '["a", ["b"]]', '["a"] b'])
def test_json_that_is_no_list_of_strings_is_a_fault(env, given, value):
    given(value)

    assert env.each(NAME, ["kept"], str) == ["kept"]
    assert "JSON list of strings" in env.faults[NAME]


def test_a_list_may_begin_with_an_address_in_brackets(env, given):
    given("[::1],localhost")

    assert env.each(NAME, [], str) == ["[::1]", "localhost"]


def test_an_empty_list_is_none(env, given):
    given("[]")

    assert env.each(NAME, ["a"], str) == []


def test_a_fault_is_one_short_line_whatever_was_given(env, given):
    given("line\nbreak \x1b[31m" + "x" * 1000)

    env.whole(NAME, 1, low=0, high=1)

    (fault,) = env.faults.values()
    assert len(fault) < SHOWN * 3
    assert fault.isprintable()


def test_a_secret_is_never_part_of_its_fault(env, given):
    given("hunter2")

    def refuse(_given: str) -> str:
        raise Wrong("is weak")

    env.text(NAME, "", refuse, is_secret=True)

    assert env.faults == {NAME: f"{NAME}: is weak"}


def test_text_of_several_lines_is_a_fault(env, given):
    given("F1\r\nX-Forged: yes")

    assert env.text(NAME, "F1") == "F1"
    assert NAME in env.faults


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A = spaced ", "spaced"),
        ("export A=exported", "exported"),
        ("   A=indented", "indented"),
        ('A="F1 Race Replay API"', "F1 Race Replay API"),
        ("A='single # quotes'", "single # quotes"),
        ("A=8000   # what it is for", "8000"),
        ('A="quoted"  # what it is for', "quoted"),
        ("A=pass#word", "pass#word"),
        ("A=$5f-begins-with-a-dollar", "$5f-begins-with-a-dollar"),
        ('A=["http://localhost:3000", "https://a.example"]', '["http://localhost:3000", "https://a.example"]'),
        ("A=", ""),
        ("A=first\nA=last", "last"),
        ("\ufeffA=after a byte order mark", "after a byte order mark"),
        ("A=windows\r\n", "windows"),
    ],
)
def test_the_forms_that_other_readers_of_such_files_take_are_read(from_file, line, value):
    assert from_file(line)["A"] == value


def test_the_environment_wins_over_the_file(from_file):
    assert from_file("A=of the file\nB=too", A="of the shell") == {"A": "of the shell", "B": "too"}


def test_a_line_that_is_no_assignment_is_named_by_its_number_and_not_repeated(caplog):
    assert plain_assignments("A=1\nSECRET_KEY: hunter2\n# B=2\nC=3") == "A=1\nC=3"
    assert "line 2" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_dollar_is_a_character_like_any_other(env, given):
    given("$ecret")

    assert env.text(NAME, "") == "$ecret"


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_bytes(b"A=\xff\xfe")

    monkeypatch.delenv("ENV_FILE", raising=False)

    assert read_environment(file).faults["ENV_FILE"].endswith(": cannot be read: it is not UTF-8")
