"""How much of a file is read before it is refused: people import files that they did not make."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds, each refused with one error that names it. The largest real files hold some 20,000 rows.

    `bytes_max`: the file as given. `rows_max`, `cells_max`: of all its sheets together, blank rows too.
    `cell_length_max`: characters. `unpacked_max` and `ratio_max`: what a workbook may become when it is
    unpacked, in bytes and as a multiple of its packed size (judged only above `ratio_floor` bytes).
    """

    bytes_max: int = 32_000_000
    rows_max: int = 50_000
    cells_max: int = 750_000
    columns_max: int = 256
    cell_length_max: int = 4_096
    sheets_max: int = 64
    parts_max: int = 1_000
    unpacked_max: int = 96_000_000
    ratio_max: int = 200
    ratio_floor: int = 4_000_000


DEFAULT_LIMITS = Limits()


def too_large(what: str, found: str, allowed: int, field: str) -> InvalidInput:
    """The refusal of a file over a limit; `what` ("rows") and `field` say where."""
    return InvalidInput(
        "file_too_large",
        f"{found} {what}, and at most {allowed:,} are read: export a shorter period and import the parts",
        field=field,
        details={"limit": str(allowed), "what": what},
    )


@dataclass(slots=True)
class Budget:
    """What one file has used of its limits so far, over all its sheets."""

    limits: Limits
    name: str
    rows: int = 0
    cells: int = 0

    def take_row(self) -> None:
        """Count a row. Raises `InvalidInput` `file_too_large`."""
        self.rows += 1
        if self.rows > self.limits.rows_max:
            limit = self.limits.rows_max
            raise too_large("rows", f"the file has more than {limit:,}", limit, self.name)

    def take_cells(self, count: int, place: str) -> None:
        """Count the cells of a row at `place`. Raises `InvalidInput` `file_too_large`."""
        if count > self.limits.columns_max:
            raise too_large("columns", f"the row has {count:,}", self.limits.columns_max, place)
        self.cells += count
        if self.cells > self.limits.cells_max:
            limit = self.limits.cells_max
            raise too_large("cells", f"the file has more than {limit:,}", limit, self.name)
