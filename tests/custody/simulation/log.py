"""The log of the simulated world: partitions with offsets, and a road to it on which messages get lost."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from random import Random

from fiel.custody.messages import Message
from fiel.custody.order_events.event import LogPlace
from tests.custody.simulation.order_service import Telling
from tests.support.custody_bank import TOPIC


@dataclass
class Log:
    """Messages stay where they are; a key has its partition."""

    partitions: list[list[Telling]]

    def append(self, telling: Telling) -> None:
        self.partitions[zlib.crc32(telling.key.encode()) % len(self.partitions)].append(telling)

    def poll(self, partition: int, offset: int, most: int) -> list[Message]:
        """What stands there from an offset on."""
        found = self.partitions[partition][offset : offset + most]
        return [
            Message(each.value, LogPlace(TOPIC, partition, offset + number), each.key)
            for number, each in enumerate(found)
        ]


@dataclass
class Road:
    """From the order service to the log: some messages are doubled, overtaken, or late by far."""

    chance: Random
    log: Log
    delayed: list[tuple[int, Telling]] = field(default_factory=list)
    sent: int = 0

    def send(self, telling: Telling) -> None:
        self.sent += 1
        kind = self.chance.random()
        if kind < 0.12:
            self.delayed.append((self.sent + self.chance.randrange(1, 6), telling))  # overtaken
        elif kind < 0.18:
            self.delayed.append((self.sent + self.chance.randrange(20, 200), telling))  # lost, then found
        else:
            self.log.append(telling)
        if self.chance.random() < 0.15:
            self.delayed.append((self.sent + self.chance.randrange(0, 40), telling))  # twice
        self._arrive(self.sent)

    def drain(self) -> None:
        """Everything that was lost is found."""
        self._arrive(None)

    def _arrive(self, upto: int | None) -> None:
        due = [each for each in self.delayed if upto is None or each[0] <= upto]
        for each in due:
            self.delayed.remove(each)
            self.log.append(each[1])
