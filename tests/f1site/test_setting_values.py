from pathlib import Path

import pytest

from f1site.environment import Wrong
from f1site.replay_storage import storage_settings
from f1site.setting_values import (
    TAKEN_PATHS,
    admin_path,
    allowed_host,
    folder,
    folder_to_write,
    http_url,
    listening_host,
    origin,
    redis_url,
    secret_key,
)


@pytest.mark.parametrize("key", ["short", "a" * 80, "abcd" * 20, "django-insecure-" + "0123456789abcdef" * 4])
def test_a_key_that_django_finds_weak_is_refused_and_not_repeated(key):
    with pytest.raises(Wrong) as refusal:
        secret_key(key)
    assert key not in str(refusal.value).replace("django-insecure-", "")
    assert "secrets.token_urlsafe" in str(refusal.value)


@pytest.mark.parametrize(
    "given", ["https://a.example", "http://localhost:3000", "https://xn--mnchen-3ya.example", "http://[::1]:8080"]
)
def test_an_origin_is_taken_as_browsers_send_it(given):
    assert origin(given) == given


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://a.example/", "https://a.example"),
        ("https://A.Example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example/path?query", "https://a.example"),
        ("https://user:pw@a.example", "https://a.example"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_with_the_one_that_is_meant(given, sent):
    with pytest.raises(Wrong, match=f"write {sent}$"):
        origin(given)


@pytest.mark.parametrize(
    "given", ["*", "null", "a.example", "//a.example", "ftp://a.example", "https://", "https://a b", "https://a:99999"]
)
def test_what_is_no_origin_is_refused(given):
    with pytest.raises(Wrong):
        origin(given)


@pytest.mark.parametrize("given", ["*", "localhost", ".a.example", "127.0.0.1", "[::1]", "web_1"])
def test_hosts_are_names_and_addresses(given):
    assert allowed_host(given) == given


@pytest.mark.parametrize("given", ["https://a.example", "a.example:8000", "a.example/", "a b", "::1", "*.a.example"])
def test_what_django_would_never_find_equal_to_a_host_is_refused(given):
    with pytest.raises(Wrong, match="name alone"):
        allowed_host(given)


@pytest.mark.parametrize("given", ["redis://127.0.0.1:6379/0", "rediss://:p%40ss@a.example", "unix:///run/redis.sock"])
def test_addresses_of_redis(given):
    assert redis_url(given) == given


@pytest.mark.parametrize(
    "given",
    ["127.0.0.1:6379", "redis://", "redis://h:port", "redis://h/zero", "http://h", "redis://h:70000", "redis://["],
)
def test_what_is_no_address_of_redis_is_refused(given):
    with pytest.raises(Wrong, match="redis://"):
        redis_url(given)


@pytest.mark.parametrize("given", ["0.0.0.0", "::", "localhost", "fe80::1%eth0"])
def test_addresses_to_listen_on(given):
    assert listening_host(given) == given


@pytest.mark.parametrize("given", ["http://localhost", "a b", "127.0.0.1/24"])
def test_what_nobody_can_listen_on_is_refused(given):
    with pytest.raises(Wrong):
        listening_host(given)


@pytest.mark.parametrize(
    ("given", "path"),
    [("admin", "admin/"), ("/admin/", "admin/"), ("staff/desk", "staff/desk/"), ("a.b~c_d-e", "a.b~c_d-e/")],
)
def test_the_admins_path_is_taken_with_and_without_slashes(given, path):
    assert admin_path(given) == path


@pytest.mark.parametrize("given", ["/", "a//b", "a b", "../up", "a/..", "<int:x>", "a?b", "ä", *sorted(TAKEN_PATHS)])
def test_a_path_that_is_malformed_or_taken_is_refused(given):
    with pytest.raises(Wrong):
        admin_path(given)


@pytest.mark.parametrize("given", ["sentry.example/1", "ftp://a.example", "https://", "http://a.example:port"])
def test_what_is_no_web_address_is_refused(given):
    with pytest.raises(Wrong):
        http_url(given)


def test_a_folder_need_not_be_there_and_lies_below_the_project_unless_it_says_otherwise(tmp_path):
    assert folder("var/x", tmp_path) == tmp_path / "var" / "x"
    assert folder("/elsewhere", tmp_path) == Path("/elsewhere")
    assert folder("~/x", tmp_path) == Path.home() / "x"


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Wrong, match="is a file"):
        folder("file", tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Wrong, match="cannot be made"):
        folder("file/below/it", tmp_path)


def test_a_folder_that_this_process_writes_to_may_be_written_to(tmp_path, monkeypatch):
    assert folder_to_write("var/x", tmp_path) == tmp_path / "var" / "x"

    monkeypatch.setattr("os.access", lambda path, _mode: Path(path) != tmp_path)  # tests may run as root
    with pytest.raises(Wrong, match="may be written to"):
        folder_to_write(".", tmp_path)


def test_replays_lie_in_a_folder(tmp_path):
    storage = storage_settings("var/replays", base=tmp_path)

    assert storage["OPTIONS"]["location"] == str(tmp_path / "var" / "replays")


@pytest.mark.parametrize(
    "given", ["s3://", "s3://Bucket", "s3://a", "s3://bucket/../up", "s3://buck et/x", "gs://bucket/x"]
)
def test_a_bucket_that_is_none_and_other_stores_are_refused(tmp_path, given):
    with pytest.raises(Wrong, match="s3://bucket/prefix"):
        storage_settings(given, base=tmp_path)


def test_a_bucket_wants_a_package_and_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("f1site.replay_storage.find_spec", lambda _name: None)

    with pytest.raises(Wrong, match=r"pip install 'django-storages\[s3\]'"):
        storage_settings("s3://bucket/prefix", base=tmp_path)


@pytest.mark.parametrize(
    ("given", "prefix"), [("s3://my-bucket", ""), ("s3://my-bucket/", ""), ("s3://my-bucket/a/b/", "a/b")]
)
def test_a_bucket_and_the_prefix_of_its_keys(tmp_path, monkeypatch, given, prefix):
    monkeypatch.setattr("f1site.replay_storage.find_spec", lambda _name: "pretended to be installed")

    options = storage_settings(given, base=tmp_path)["OPTIONS"]

    assert (options["bucket_name"], options["location"]) == ("my-bucket", prefix)
