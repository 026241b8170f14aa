"""The process that plays both vendors: the sandbox, behind its recorder.

``python -m tests.chaos.server OPTIONS`` as JSON; the first line of its output is its address.
"""

import json
import socket
import sys
from pathlib import Path
from random import Random

import uvicorn

from reconciler.sandbox.app import create_app
from reconciler.sandbox.clock import wall_clock
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store
from tests.chaos.recorder import Recorder
from tests.chaos.witness import Witness


def main(options: str) -> None:
    wanted = json.loads(options)
    data = Path(wanted["data"])
    data.mkdir(parents=True)
    # Only a socket that says TCP gets TCP_NODELAY from asyncio.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    with Store(data / "sandbox.sqlite") as store:
        seed(store, tasks=wanted["tasks"], records=wanted["records"], now=wall_clock())
        app = Recorder(
            create_app(store, parse_faults(wanted["faults"])),
            data / "requests.jsonl",
            Witness(wanted["ledger"], Path(wanted["audit"])),
            Random(wanted["seed"]),  # noqa: S311 - the same delays for the same seed
            wanted["slowest"],
        )
        config = uvicorn.Config(
            app, ws="none", lifespan="on", log_config=None, log_level="critical", access_log=False
        )
        print("http://{}:{}".format(*listener.getsockname()), flush=True)
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(sys.argv[1])
