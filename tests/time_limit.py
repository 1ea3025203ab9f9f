"""Ends the process of a test that hangs, and tells what every thread and every asyncio task waits for.

pytest-timeout knows the limits, but its own two ways do not serve here: its exception lands in whichever task
runs at that moment, its list of threads shows an event loop that waits, and both are called off by a test's
failure, so that what follows it may hang for ever. pytest-xdist starts another worker in its place.
"""

import asyncio
import gc
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from inspect import isasyncgen
from types import FrameType
from typing import Any

import pytest
from pytest_timeout import Settings, is_debugging

# Where a coroutine, a generator and an asynchronous generator stand, and what they wait for.
LINKS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))
# Outside them are the test runner's own.
INNERMOST_FRAMES = 20
TIMER = pytest.StashKey[threading.Timer]()


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Settings) -> bool:
    timer = threading.Timer(settings.timeout, _end, (item, settings.timeout))
    timer.daemon = True
    item.stash[TIMER] = timer
    timer.start()
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    """Also called when a test has failed, which is too early: its fixtures are still to be ended."""
    if item.config.getoption("usepdb"):
        item.stash[TIMER].cancel()
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if timer := item.stash.get(TIMER, None):
            timer.cancel()


def _end(item: pytest.Item, seconds: float) -> None:
    if is_debugging():
        return
    try:
        capture: Any = item.config.pluginmanager.getplugin("capturemanager")
        capture.suspend_global_capture(in_=True)
        told = "".join(capture.read_global_capture())
        first = f"\n{item.nodeid} was not done after {seconds:g} s. It told:\n{told}"
        print("\n\n".join([first, *_threads(), *_tasks()]), file=sys.stderr, flush=True)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(1)


def _threads() -> Iterator[str]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        if ident != threading.get_ident():
            stack = "".join(traceback.format_stack(frame, limit=-INNERMOST_FRAMES))
            yield f"Thread {names.get(ident, ident)}:\n{stack.rstrip()}"


def _tasks() -> Iterator[str]:
    """Of every event loop, those that gc.freeze hid aside."""
    tasks = [each for each in gc.get_objects() if issubclass(type(each), asyncio.Task)]
    for task in tasks:
        if not task.done():
            yield f"Task {task.get_name()}:\n{''.join(_awaiting(task.get_coro())).rstrip()}"


def _awaiting(waiting: Any) -> Iterator[str]:
    """From a task's coroutine down to its future: `Task.get_stack` tells the first frame alone."""
    while (link := _link(waiting)) is not None:
        frame, waiting = link
        yield from traceback.format_list(traceback.extract_stack(frame, limit=1))
    yield f"  waits for {gc.get_referents(waiting) or waiting!r}\n"


def _link(waiting: Any) -> tuple[FrameType, Any] | None:
    # What `__anext__` of an asynchronous generator returns shows it to the garbage collector alone.
    inner = next(filter(isasyncgen, gc.get_referents(waiting)), waiting)
    for frame, awaited in LINKS:
        if getattr(inner, frame, None) is not None:
            return getattr(inner, frame), getattr(inner, awaited)
    return None
