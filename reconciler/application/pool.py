"""Working on many things at once; the only place that does."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def each(items: Iterable[T], work: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Do ``work`` for every item, so many at once; the first error ends all and is raised."""
    pending = iter(items)

    async def worker() -> None:
        for item in pending:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None


async def meanwhile(coming: Coroutine[Any, Any, T], steps: Iterable[object]) -> T:
    """Take all the steps while something is under way; return what comes, or raise its error."""
    task = asyncio.create_task(coming)
    try:
        for _ in steps:
            await asyncio.sleep(0)
    except BaseException:
        task.cancel()
        await asyncio.wait((task,))
        raise
    return await task


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first single error of a group, however deep."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
