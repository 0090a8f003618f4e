"""What of Django and Channels goes through Redis, and what stands in for it where there is none."""

from typing import Any


def django_caches(url: str, *, prefix: str) -> dict[str, Any]:
    """Django's caches: in Redis at `url`, shared by all processes; where `url` is empty, in the process's memory.

    `answers` is only there with Redis: answers of the API are kept in the process anyway, up to a number of bytes,
    which Django's local memory cache cannot count. Who waits longer than half a second is better off without.
    `attempts` goes on in the process's memory while Redis is away.
    """
    if not url:
        # Room for marks of used tickets: those in excess are dropped at random.
        memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
        return {"default": memory}
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": [url],  # in a list: text would be cut at the commas and semicolons of a password
        "KEY_PREFIX": prefix,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    attempts = redis | {"BACKEND": "core.attempts_cache.AttemptsCache"}
    return {"default": redis, "answers": redis, "attempts": attempts}


def channel_layers(url: str, *, prefix: str) -> dict[str, Any]:
    """Channels' layer: in Redis at `url`; where `url` is empty, in the process's memory."""
    if not url:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": redis_layer(url, prefix=prefix)}}


def redis_layer(url: str, *, prefix: str) -> dict[str, Any]:
    """The configuration of Channels' Redis layer.

    It waits for messages by blocking reads of 5 s, and redis-py 8 gives up reading after just 5 s: without a
    longer `socket_timeout` every quiet room loses its subscription each time, and messages with it. A process hears all
    its rooms by one channel: 100 of them bring some 500 messages a second, so it may hesitate for two seconds.
    """
    return {"hosts": [{"address": url, "socket_timeout": 15}], "prefix": prefix, "capacity": 1000, "expiry": 10}
