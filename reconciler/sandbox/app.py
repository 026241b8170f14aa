"""Puts both vendors behind one address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.sandbox.clock import Clock, wall_clock
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.gate import Gate
from reconciler.sandbox.leadsquared.routes import leadsquared
from reconciler.sandbox.leadsquared.webhooks import Webhooks
from reconciler.sandbox.store import Store
from reconciler.sandbox.talkdesk.routes import talkdesk
from reconciler.sandbox.world import Operation, Vendor, World

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_TICK = 0.05

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]


def create_app(store: Store, faults: Faults, clock: Clock = wall_clock) -> Starlette:
    """Return the app; the store is given the clock, so that both know the same time."""
    store.clock = clock
    world = World(store, faults)
    webhooks = Webhooks(faults)
    routes = [
        *_routes(leadsquared(world, webhooks), world, clock, webhooks),
        # Last, because it answers for every path that nobody knows.
        *_routes(talkdesk(world), world, clock, webhooks),
    ]

    def lifespan(_: Starlette) -> AbstractAsyncContextManager[None]:
        return _ticking(webhooks, clock)

    return Starlette(routes=routes, lifespan=lifespan)


def _routes(vendor: Vendor, world: World, clock: Clock, webhooks: Webhooks) -> list[Route]:
    gate = Gate(world, vendor, clock)

    def endpoint(operation: Operation) -> Answer:
        async def answer(request: Request) -> Response:
            webhooks.dispatch(clock())
            return await gate.answer(operation, request)

        return answer

    return [
        *(
            Route(operation.path, endpoint(operation), methods=[operation.method])
            for operation in vendor.operations
        ),
        Route(vendor.unknown.path, endpoint(vendor.unknown), methods=_METHODS),
    ]


@asynccontextmanager
async def _ticking(webhooks: Webhooks, clock: Clock) -> AsyncIterator[None]:
    async def tick() -> None:
        while True:
            webhooks.dispatch(clock())
            await asyncio.sleep(_TICK)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
