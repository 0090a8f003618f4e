"""What a bucket adds to django-storages, which the tests do without: a pretended one stands in for it."""

import sys
from types import ModuleType

import pytest
from django.core.files.base import ContentFile, File


class PretendedBotoCoreError(Exception):
    """What boto3 raises where it gets no answer."""


class PretendedClientError(Exception):
    """What boto3 raises where the answer is a refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(f"An error occurred ({code}) at https://bucket.example/?key=secret")
        self.response = {"Error": {"Code": code}}


class PretendedS3Storage:
    """Does nothing but fail, or hold one file."""

    fault: Exception | None = None

    def _answer(self, value=None):
        if self.fault is not None:
            raise self.fault
        return value

    def _open(self, name: str, mode: str = "rb") -> File:
        return File(ContentFile(self._answer(b"stored")))

    def _save(self, name: str, content: File) -> str:
        return self._answer(name)

    def exists(self, name: str) -> bool:
        return self._answer(True)

    def delete(self, name: str) -> None:
        self._answer()

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self._answer(([], ["a"]))


@pytest.fixture
def bucket(monkeypatch):
    modules = {
        "botocore": {},
        "botocore.exceptions": {"BotoCoreError": PretendedBotoCoreError, "ClientError": PretendedClientError},
        "storages": {},
        "storages.backends": {},
        "storages.backends.s3": {"S3Storage": PretendedS3Storage},
    }
    for name, members in modules.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "core.bucket", raising=False)
    from core.bucket import Bucket

    yield Bucket()
    sys.modules.pop("core.bucket", None)


STEPS = [
    lambda bucket: bucket._open("a"),
    lambda bucket: bucket._save("a", ContentFile(b"")),
    lambda bucket: bucket.exists("a"),
    lambda bucket: bucket.delete("a"),
    lambda bucket: bucket.listdir("a"),
]


def test_a_file_is_read_whole_so_that_nothing_fails_later(bucket):
    file = bucket._open("a")
    bucket.fault = PretendedBotoCoreError()

    assert file.read() == b"stored"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (PretendedBotoCoreError("https://bucket.example"), "PretendedBotoCoreError"),
        (PretendedClientError("SlowDown"), "SlowDown"),
    ],
)
def test_whatever_fails_is_what_a_folder_would_raise_and_names_no_address(bucket, step, fault, told):
    bucket.fault = fault

    with pytest.raises(OSError) as failure:
        step(bucket)
    assert str(failure.value) == f"a: {told}"


def test_a_file_that_is_missing_stays_a_file_that_is_missing(bucket):
    bucket.fault = FileNotFoundError("a")

    with pytest.raises(FileNotFoundError):
        bucket._open("a")
