"""Progress for a person: a bar on a terminal, a line now and then elsewhere."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

LINE_PERCENT = 25
NUMBER = re.compile(r"\d+")


class Bar(Protocol):
    def __call__(self, percent: float, note: str = "") -> None: ...


@contextmanager
def progress_bar(console: Console, title: str) -> Iterator[Bar]:
    """`bar(percent, note)` shows how far something is."""
    if not console.is_terminal:
        yield _lines(console, title)
        return
    columns = (
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=100, note="")
        yield lambda percent, note="": progress.update(task, completed=percent, note=note)


def _lines(console: Console, title: str) -> Bar:
    """A line each quarter and each new kind of note: “part 7 of 90” is of one kind with “part 8 of 90”."""
    last: tuple[int, str] = (-1, "")

    def line(percent: float, note: str = "") -> None:
        nonlocal last
        step = (int(percent) // LINE_PERCENT, NUMBER.sub("", note))
        if step != last:
            last = step
            say(console, f"{title}: {percent:.0f}% {note}".rstrip())

    return line


def say(console: Console, line: str) -> None:
    """One line as it is: unwrapped, and no brackets in it taken for Rich's markup."""
    console.print(line, highlight=False, soft_wrap=True, markup=False)
