"""Keys go where Java producers put them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.infra.bus.partitioning import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973_932_308),
        (b"foobar", -790_332_482),
        (b"a-little-bit-long-string", -985_981_536),
        (b"a-little-bit-longer-string", -1_486_304_829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        (b"abc", 479_470_107),
    ],
)
def test_the_hash_is_java_s(key: bytes, signed: int) -> None:
    """The values that Apache Kafka's own test of `Utils.murmur2` has, as signed 32-bit numbers."""
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=64), st.integers(1, 1_000))
def test_a_key_has_one_partition_of_those_there_are(key: bytes, partitions: int) -> None:
    """Any bytes fall into one of the partitions, always the same."""
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == partition_of(bytes(key), partitions)
