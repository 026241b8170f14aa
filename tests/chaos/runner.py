"""The program with shorter deadlines: ``python -m tests.chaos.runner SECONDS MACHINE ARGUMENTS``.

A killed run costs the next one the deadline of a call, twenty seconds. Tests that kill every few
seconds lower it, and the lease in proportion; whatever is derived from it follows. With a MACHINE
the run is on one of its own: nobody else can tell whether its process lives.
"""

import sys

from reconciler.application import ports


def main() -> None:
    seconds, machine = float(sys.argv[1]), sys.argv[2]
    shorter = seconds / ports.DEADLINE
    ports.DEADLINE = seconds

    # Imported here: other modules take the deadline over when they are loaded.
    from reconciler.ledger import leases  # noqa: PLC0415

    leases.LEASE_SECONDS *= shorter
    leases.RENEW_EVERY *= shorter
    if machine:
        leases._machine = lambda: machine  # noqa: SLF001 - as from another machine

    from reconciler.__main__ import run  # noqa: PLC0415

    del sys.argv[1:3]
    run()


if __name__ == "__main__":
    main()
