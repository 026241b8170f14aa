"""What every call passes: the journal, the limits, the failures, the credentials."""

import asyncio
from collections import defaultdict
from zlib import crc32

from starlette.requests import Request
from starlette.responses import Response

from reconciler.sandbox.call import Call, read_call
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.connection import CutResponse, HangingResponse
from reconciler.sandbox.failing import failed
from reconciler.sandbox.failure_rules import FailureSchedule
from reconciler.sandbox.kinds import DELETE_RECORDS, DELETE_TASKS, LEADSQUARED
from reconciler.sandbox.limiter import SlidingWindow
from reconciler.sandbox.store import Arrival
from reconciler.sandbox.world import Operation, Vendor, World

_PREVIOUS = "previous"


class Gate:
    """Answers every call to one vendor."""

    def __init__(self, world: World, vendor: Vendor, clock: Clock) -> None:
        self._world = world
        self._vendor = vendor
        self._clock = clock
        self._failures = FailureSchedule(world.faults.common_failures)
        self._limits = {"": SlidingWindow(vendor.limit)}
        if vendor.name == LEADSQUARED:
            self._limits[DELETE_TASKS] = SlidingWindow(world.faults.leadsquared_bulk_limit)
        self._previous: defaultdict[str, Response] = defaultdict(Response)

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request and note both in the journal."""
        call = await read_call(request, self._clock())
        number = self._world.store.arrive(
            Arrival(
                time=call.now,
                method=request.method,
                path=request.url.path,
                query=request.url.query,
                status=0,
                size=_size(operation, call),
                system=self._vendor.name,
            )
        )
        answer = self._refusal(operation, call) or self._respond(operation, call)
        await self._wait(number)
        if not isinstance(answer, CutResponse | HangingResponse):
            self._world.store.answered(number, answer.status_code)
        return answer

    def _refusal(self, operation: Operation, call: Call) -> Response | None:
        for kind, window in self._limits.items():
            if kind in {"", operation.kind} and (wait := window.wait(call.now)):
                return self._timed(self._vendor.refuse(window.limit), wait)
        return None

    def _respond(self, operation: Operation, call: Call) -> Response:
        rule = self._failures.next(operation.kind)
        if rule is None:
            answer = self._served(operation, call)
            self._previous[operation.kind] = answer
            return answer
        answer = self._served(operation, call) if rule.after else Response()
        if rule.failure == _PREVIOUS:
            return self._previous[operation.kind]
        hang = self._world.faults.common_hang_seconds
        return self._timed(failed(rule.failure, self._vendor, answer, hang), 1.0)

    def _served(self, operation: Operation, call: Call) -> Response:
        refused = None if operation.open else self._vendor.admit(call)
        return refused or operation.handler(call)

    def _timed(self, answer: Response, wait: float) -> Response:
        value = self._vendor.retry_after
        if value and answer.status_code in {429, 503}:
            answer.headers["retry-after"] = str(int(wait) + 1) if value == "auto" else value
        return answer

    async def _wait(self, number: int) -> None:
        faults = self._world.faults
        # A checksum spreads as well as chance does, and is the same in the next run.
        share = crc32(str(number).encode()) % 1000 / 1000
        milliseconds = faults.common_latency_ms + faults.common_jitter_ms * share
        if milliseconds:
            await asyncio.sleep(milliseconds / 1000)


def _size(operation: Operation, call: Call) -> int:
    if operation.kind == DELETE_TASKS and isinstance(call.body, dict):
        named = call.body.get("TaskIds")
        return len(named) if isinstance(named, list) else 0
    if operation.kind == DELETE_RECORDS and isinstance(call.body, list):
        return len(call.body)
    return 0
