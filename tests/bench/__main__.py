"""Measures speed as ratios within one run: ``make bench``, for some minutes.

``make bench ARGS=--quick`` leaves out terraform and a million of anything. Every figure is the
median of three whole processes, or of one where it takes long. Nothing here fails a build: a shared
machine is no judge.
"""

import logging
import sys
import tempfile
from pathlib import Path

import structlog

from tests.bench.plans import plans
from tests.bench.rates import rates
from tests.bench.report import report
from tests.bench.starting import start_up, validation


def main() -> None:
    """Print every figure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up()
        validation(folder)
        large = "--quick" not in sys.argv[1:]
        plans(folder, large=large)
        report(folder, large=large)
        rates(folder)


if __name__ == "__main__":
    main()
