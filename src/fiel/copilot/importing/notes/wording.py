"""Labels compared without accents, case and repeated blanks."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Lower case, no accents, single blanks.

    >>> plain("  Líquido  para")
    'liquido para'
    """
    parts = unicodedata.normalize("NFKD", text)
    return " ".join("".join(one for one in parts if not unicodedata.combining(one)).lower().split())
