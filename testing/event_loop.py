"""An event loop for one program on the mocks, which leaves no file open behind it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def own_event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Give this thread an event loop, and end with it what it has begun.

    The mocks answer on threads, each of which makes a loop of its own where it has none (`_ensure_event_loop` of the
    SDK) and never closes it: three open files a thread, until garbage is collected.
    """
    loop = asyncio.new_event_loop()
    of_threads: list[asyncio.AbstractEventLoop] = []

    def begin() -> None:
        of_threads.append(asyncio.new_event_loop())
        asyncio.set_event_loop(of_threads[-1])

    executor = ThreadPoolExecutor(initializer=begin)
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        asyncio.set_event_loop(None)
        executor.shutdown(cancel_futures=True)
        for each in (*of_threads, loop):
            each.close()
