"""A real terminal in front of the command."""

import os
import pty
import select
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.functional.world import World

_CONTROLLED = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that ^C is a signal
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass
class Terminal:
    """What one call of the command wrote to its terminal, and its code."""

    code: int
    text: str


def at_a_terminal(world: World, *arguments: str, answers: dict[str, str]) -> Terminal:
    """Run the command at a terminal; type each answer, once, when its question has appeared."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _CONTROLLED, *world.command(*arguments)],
        cwd=world.folder,
        env=world.env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    text, left, deadline = "", dict(answers), time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([ours], [], [], 0.2)
        if ready and not (piece := _read(ours)):
            break
        text += piece if ready else ""
        for question in [one for one in left if one in text]:
            os.write(ours, left.pop(question).encode())
    os.close(ours)
    return Terminal(process.wait(timeout=30), text.replace("\r\n", "\n"))


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # the other end is closed
        return ""
