"""Transport: one request over HTTP, in plain values, and nothing but the calls that are listed."""

import sys

# httpx brings a program of its own along, and that rich and pygments, which take as long to load
# as all of httpx; and another event loop where one is installed, which nothing here runs on.
# None says that they are not there, and httpx does without them.
for _name in ("httpx._main", "trio"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]  # None means: not there
