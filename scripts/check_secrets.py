"""Looks for secrets in what git would keep: keys, tokens and passwords. Exit code 1 when one is found.

What is made up for tests stands in `ALLOWED`, with the reason. Only lines are shown, with the secret cut.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE_BYTES_MAX = 4 * 1024 * 1024
#: Kind: how such a secret looks.
PATTERNS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b"),
    "Slack": re.compile(
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b|hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}"
    ),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "Stripe key": re.compile(r"\b[sr]k_live_[0-9A-Za-z]{20,}\b"),
    "JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\b"),
    "key of Fiel": re.compile(r"\bfiel_[a-z0-9]{8,}_[A-Za-z0-9_-]{30,}\b"),
    "password in an address": re.compile(
        r"\b(?:postgres(?:ql)?|amqps?|rediss?|smtps?|https?)://[^\s:/@\"'`{}<>$]*:([^\s/@\"'`{}<>$*]{6,})@"
    ),
    "token in a setting": re.compile(
        r"\b(?:FIEL_BRAPI_TOKEN|FIEL_HG_KEY|FIEL_ALERT_WEBHOOK)=([A-Za-z0-9/:._-]{12,})"
    ),
}
#: Words that mark an example: nobody's password is called that.
EXAMPLES = re.compile(
    r"example|exemplo|s3cr|password|senha|secret|segredo|token|changeme|hunter|test|user|fiel|pass", re.I
)


@dataclass(frozen=True, slots=True)
class Leak:
    """A line that looks as if a secret stood in it."""

    place: str
    line: int
    kind: str
    shown: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.kind}: {self.shown}"


def kept_files(root: Path) -> list[Path]:
    """What git keeps, or would with `git add`: ignored files are not published."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return [root / name for name in listed.split("\0") if name]


def leaks_in(place: str, text: str) -> Iterator[Leak]:
    """What looks like a secret in a text."""
    for number, line in enumerate(text.splitlines(), 1):
        for kind, pattern in PATTERNS.items():
            for match in pattern.finditer(line):
                content = match[1] if match.lastindex else match[0]
                if match.lastindex and EXAMPLES.search(content):
                    continue
                yield Leak(place, number, kind, f"{content[:4]}... ({len(content)} characters)")


def leaks(root: Path) -> Iterator[Leak]:
    """What looks like a secret in all kept files; what is no text is passed over."""
    own = Path(__file__).resolve()
    for file in kept_files(root):
        if file.resolve() == own or not file.is_file() or file.stat().st_size > FILE_BYTES_MAX:
            continue
        content = file.read_bytes()
        if b"\0" in content[:8192]:
            continue
        yield from leaks_in(str(file.relative_to(root)), content.decode("utf-8", "replace"))


def main() -> int:
    """Lists every leak."""
    found = list(leaks(ROOT))
    for leak in found:
        print(leak)
    if found:
        print(f"{len(found)} lines look like secrets; take them out, and change what was published")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
