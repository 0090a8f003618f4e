import errno
import logging
import tempfile

import pytest

from replays.loading.errors import CacheNotWritable
from replays.loading.fastf1_setup import configure_fastf1


@pytest.fixture(autouse=True)
def the_default_level_afterwards():
    yield
    import fastf1

    fastf1.set_log_level(logging.CRITICAL)


def test_the_cache_folder_is_made(tmp_path):
    import fastf1

    configure_fastf1(tmp_path / "deep" / "cache", offline=True)

    assert (tmp_path / "deep" / "cache").is_dir()
    assert fastf1.Cache.get_cache_info()[0] == str(tmp_path / "deep" / "cache")


def test_offline_nothing_is_asked_for(tmp_path):
    import fastf1

    configure_fastf1(tmp_path, offline=True)
    response = fastf1.Cache.requests_get("https://raw.githubusercontent.com/never/asked")

    assert response.status_code == 504


def test_its_log_is_quiet_unless_asked_for(tmp_path, capfd):
    log = logging.getLogger("fastf1.test")
    configure_fastf1(tmp_path, offline=True)
    log.warning("not to be seen")

    configure_fastf1(tmp_path, offline=True, log_level=logging.INFO)

    handler = logging.getLogger("fastf1").handlers[0]
    assert handler.level == logging.INFO
    assert "not to be seen" not in capfd.readouterr().err


def test_a_handler_of_ours_still_gets_its_warnings(tmp_path):
    heard = []
    handler = logging.Handler()
    handler.emit = heard.append
    configure_fastf1(tmp_path, offline=True)
    logging.getLogger("fastf1").addHandler(handler)
    try:
        logging.getLogger("fastf1.test").warning("no weather")
    finally:
        logging.getLogger("fastf1").removeHandler(handler)

    assert [record.getMessage() for record in heard] == ["no weather"]


def test_a_folder_that_is_a_file_is_refused_by_name(tmp_path):
    (tmp_path / "cache").write_text("")

    with pytest.raises(CacheNotWritable, match=r"cache .*/cache cannot be used \(file exists\).*FASTF1_CACHE_DIR"):
        configure_fastf1(tmp_path / "cache", offline=True)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CacheNotWritable, match="not a directory"):
        configure_fastf1(tmp_path / "file" / "cache", offline=True)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)  # root may write everywhere, so no folder will do
    with pytest.raises(CacheNotWritable, match="permission denied"):
        configure_fastf1(tmp_path, offline=True)


def test_a_damaged_cache_is_refused_by_the_name_of_its_file(tmp_path):
    (tmp_path / "fastf1_http_cache.sqlite").write_text("this was once a database " * 100)

    with pytest.raises(CacheNotWritable, match=r"fastf1_http_cache\.sqlite: file is not a database"):
        configure_fastf1(tmp_path, offline=True)
