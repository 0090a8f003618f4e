import re

from tests.f1site.environment import PROJECT

READ_BY_FASTF1 = {"F1_USERNAME", "F1_PASSWORD"}


def documented() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))


def test_every_setting_stands_in_env_example_and_nothing_else():
    source = "".join(path.read_text() for path in sorted((PROJECT / "f1site").glob("*.py")))
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', source))

    assert documented() == read | READ_BY_FASTF1


def test_every_setting_has_a_comment_above_it():
    paragraphs = (PROJECT / ".env.example").read_text().strip().split("\n\n")

    bare = [text for text in paragraphs if not re.match(r"# [^=\n]+\w", text.splitlines()[0])]
    assert bare == []
