"""Runners: processes of the real program, started again whenever one ends or is killed."""

import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import select

from reconciler.errors import ExitCode, UnrecordedError
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import leases
from tests.chaos.settings import Command, Setting
from tests.functional.world import World

_USUAL = {ExitCode.DONE, ExitCode.BAD_OUTCOME, ExitCode.INCOMPLETE, ExitCode.LOCKED}
"""How a run may end that is not killed."""
_ANYBODY = 0.1
"""How often it does not matter whether the victim holds an account."""
_LONG = 300.0


class ChaosWorld(World):
    """A world whose program may have shorter deadlines."""

    setting: Setting
    _numbers = count(1)

    @property
    def audit(self) -> Path:
        return self.folder / ".reconciler/audit"

    def command(self, *arguments: str) -> list[str]:
        if self.setting.deadline is None:
            return super().command(*arguments)
        machine = next(self._numbers) if self.setting.machines else 0
        shim = ["-m", "tests.chaos.runner", str(self.setting.deadline), str(machine)]
        return [sys.executable, *shim, *arguments]


@dataclass
class Crew:
    """The runners of a trial."""

    world: ChaosWorld
    setting: Setting
    chance: Random
    logs: Path
    running: dict[subprocess.Popen[bytes], Path] = field(default_factory=dict)
    """Each with what it says."""
    kills: int = 0
    kills_at_work: int = 0
    """Of them, those of a run that held an account."""
    started: int = 0
    surprises: list[str] = field(default_factory=list)
    """Ends of runs that nothing in a trial explains."""

    def keep(self) -> None:
        """Take note of those that have ended, and start others in their place."""
        for process in [one for one in self.running if one.poll() is not None]:
            self._ended(process)
        while len(self.running) < self.setting.runners:
            self._start(self.chance.choice(self.setting.commands))

    def kill(self) -> None:
        """Kill one; mostly one that holds an account."""
        holders = self._holders()
        at_work = [one for one in self.running if one.pid in holders]
        if not at_work or self.chance.random() < _ANYBODY:
            at_work = list(self.running)
        victim = self.chance.choice(at_work)
        victim.kill()
        victim.wait()
        del self.running[victim]
        self.kills += 1
        self.kills_at_work += victim.pid in holders

    def finish(self) -> None:
        """Let those end by themselves that hold an account; the others would wait for them."""
        holders = self._holders()
        for process in [one for one in self.running if one.pid not in holders]:
            process.kill()
            process.wait()
            del self.running[process]
        for process in list(self.running):
            process.wait(timeout=_LONG)
            self._ended(process)

    def end(self) -> None:
        """End everybody, whatever they do."""
        for process in self.running:
            process.kill()
            process.wait()

    def _start(self, command: Command) -> None:
        self.started += 1
        log = self.logs / f"{self.started}.txt"
        with log.open("wb") as said:
            process = subprocess.Popen(
                self.world.command(*command, "--lock-timeout", "30s"),
                cwd=self.world.folder,
                env=self.world.env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self.running[process] = log

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        log = self.running.pop(process)
        # A ledger that is stopped cannot be written.
        usual = _USUAL | ({ExitCode.UNRECORDED} if self.setting.stops else set())
        if process.returncode not in usual:
            said = log.read_text(encoding="utf-8")[-2000:]
            self.surprises.append(f"a run ended with {process.returncode}:\n{said}")

    def _holders(self) -> set[int]:
        try:
            with read_only(self.world.env["RECONCILER_LEDGER"]) as connection:
                if connection is None:
                    return set()
                held = select(leases.c.process).where(leases.c.run_id != "")
                return set(connection.scalars(held))
        except UnrecordedError:
            return set()
