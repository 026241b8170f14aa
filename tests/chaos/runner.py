"""The program with shorter deadlines: ``python -m tests.chaos.runner SECONDS MACHINE ARGUMENTS``.

A killed run costs the next one the deadline of a call, twenty seconds. Tests that kill every few
seconds lower it; whatever is derived from it follows. MACHINE is 0, or the number of the machine
that the run is on: nobody elsewhere can tell whether its process lives, so the lease is shorter in
proportion, and every third clock is right.
"""

import sys

from reconciler.application import ports
from reconciler.application.clock import SystemClock

_WRONG_BY = 40.0


def main() -> None:
    seconds, machine = float(sys.argv[1]), int(sys.argv[2])
    shorter = seconds / ports.DEADLINE
    ports.DEADLINE = seconds
    ports.LEAVES_WITHIN *= shorter

    # Imported here: other modules take the deadline over when they are loaded.
    from reconciler.ledger import leases  # noqa: PLC0415 - only the child needs it

    if machine:
        leases.LEASE_SECONDS *= shorter
        leases.RENEW_EVERY *= shorter
        leases._machine = lambda: f"machine-{machine}"  # noqa: SLF001 - as from another machine
        _set_the_clock(_WRONG_BY * (machine % 3 - 1))

    from reconciler.__main__ import run  # noqa: PLC0415 - only the child runs it

    del sys.argv[1:3]
    run()


def _set_the_clock(ahead: float) -> None:
    told = SystemClock.time
    setattr(SystemClock, "time", lambda clock: told(clock) + ahead)  # noqa: B010 - mypy refuses the assignment


if __name__ == "__main__":
    main()
