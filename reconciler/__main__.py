"""The program's entry."""

import gc
import signal
import sys
from types import FrameType

from reconciler.cli.main import main
from reconciler.errors import ExitCode, InterruptedRunError

_ALLOCATIONS = 200_000
"""Between two looks for cycles: there are next to none, and a look at a million values is slow."""


def run() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_ALLOCATIONS)
    # Before and after the event loop, which has its own way to stop, SIGTERM ends like Ctrl-C.
    signal.signal(signal.SIGTERM, _terminate)
    code = main(sys.argv[1:])
    # The end of the process frees everything; the last look for cycles would only take time.
    gc.freeze()
    sys.exit(code)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise InterruptedRunError(ExitCode.TERMINATED)


if __name__ == "__main__":
    run()
