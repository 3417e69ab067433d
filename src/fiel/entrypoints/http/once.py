"""A property that is reckoned once for each object, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801 (used as a decorator, like `property`)
    """Like `functools.cached_property`, which in Python 3.11 holds one lock for all objects of the class:
    requests would wait for each other's databases, and one that waits for a connection would hold it.
    """

    def __init__(self, reckon: Callable[[Any], Value]) -> None:
        self._reckon, self._name = reckon, ""
        self.__doc__ = reckon.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        """Only the first time: what it found lies in front of it afterwards."""
        if instance is None:
            return self
        value = self._reckon(instance)
        instance.__dict__[self._name] = value
        return value
