"""A look at Redis for whoever asks how it is."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True)
class RedisLook:
    """What the server said: version, keys in its database, bytes used and the most it may (0: no limit)."""

    version: str
    keys: int
    used: int
    most: int


def look(url: str, timeout_s: float = 3.0) -> RedisLook:
    """Ask once. Raises `Unavailable` (redis_unavailable, driver_missing); the URL is never repeated."""
    try:
        import redis
    except ModuleNotFoundError:
        raise Unavailable(
            "driver_missing", "Redis needs redis-py; install it with `pip install 'fiel[redis]'`"
        ) from None
    client = redis.Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s)
    try:
        told = client.info()
        keys = client.dbsize()
    except (redis.RedisError, OSError) as error:
        raise Unavailable("redis_unavailable", f"Redis does not answer ({type(error).__name__})") from error
    finally:
        client.close()
    version, used, most = (told.get(name, 0) for name in ("redis_version", "used_memory", "maxmemory"))
    return RedisLook(str(version), int(keys), int(used), int(most))
