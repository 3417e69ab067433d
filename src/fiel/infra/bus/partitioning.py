"""Which partition a key belongs to: as Java producers decide, so that all producers agree.

Murmur2 as Apache Kafka's default partitioner has it (seed 0x9747b28c, sign bit cleared, modulo).
Source: Apache Kafka, `org.apache.kafka.common.utils.Utils.murmur2` and its published test values.
"""

from __future__ import annotations

_SEED = 0x9747B28C
_M = 0x5BD1E995
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition, from 0, of a key among `partitions` (at least one)."""
    return (murmur2(key) & _POSITIVE) % partitions


def murmur2(data: bytes) -> int:
    """The 32-bit Murmur2 hash, unsigned.

    >>> murmur2(b"foobar") - 2**32 if murmur2(b"foobar") >= 2**31 else murmur2(b"foobar")
    -790332482
    """
    mixed = (_SEED ^ len(data)) & _WORD
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _M & _WORD
        word = (word ^ word >> 24) * _M & _WORD
        mixed = mixed * _M & _WORD ^ word
    if whole < len(data):
        mixed = (mixed ^ int.from_bytes(data[whole:], "little")) * _M & _WORD
    mixed = (mixed ^ mixed >> 13) * _M & _WORD
    return mixed ^ mixed >> 15
