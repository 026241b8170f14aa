"""Transport: one request over HTTP, in plain values, and nothing but the calls that are listed."""

import sys

# httpx brings a program of its own along, and that rich and pygments, which take as long to load
# as all of httpx. None says that it is not there, and httpx does without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None means: not there
