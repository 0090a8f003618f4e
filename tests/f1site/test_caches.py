import socket
import time
import uuid

import pytest
import redis
from django.core.cache import CacheHandler
from django.core.cache.backends.locmem import LocMemCache

from core.api.answer_cache import SHARED
from f1site.redis_settings import django_caches


def test_without_redis_there_is_one_cache_in_memory_and_none_to_share():
    caches = django_caches("", prefix="f1replay")

    assert list(caches) == ["default"]
    assert isinstance(CacheHandler(caches)["default"], LocMemCache)


def test_with_redis_all_processes_share_and_keys_carry_the_projects_name(redis_url):
    prefix, key = f"test-{uuid.uuid4().hex}", "answer"
    caches = CacheHandler(django_caches(redis_url, prefix=prefix))
    try:
        caches[SHARED].set(key, b"kept", 60)

        assert CacheHandler(django_caches(redis_url, prefix=prefix))[SHARED].get(key) == b"kept"
        assert CacheHandler(django_caches(redis_url, prefix="test-other"))[SHARED].get(key) is None
        with redis.Redis.from_url(redis_url) as connection:
            assert connection.keys(f"{prefix}:*") == [f"{prefix}:1:{key}".encode()]
    finally:
        caches[SHARED].delete(key)


@pytest.mark.parametrize("password", ["a,b", "a;b"])
def test_a_password_is_not_cut(password):
    assert django_caches(f"redis://:{password}@127.0.0.1:6379/0", prefix="x")["default"]["LOCATION"] == [
        f"redis://:{password}@127.0.0.1:6379/0"
    ]


def test_a_redis_that_takes_connections_and_says_nothing_is_given_up_soon():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        cache = CacheHandler(django_caches(f"redis://127.0.0.1:{mute.getsockname()[1]}/0", prefix="x"))["default"]
        began = time.monotonic()
        with pytest.raises((redis.TimeoutError, redis.ConnectionError)):
            cache.get("anything")
    assert time.monotonic() - began < 20  # without a limit it would wait for ever
