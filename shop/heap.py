"""How much memory a process keeps."""

import ctypes
from contextlib import suppress

# https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
M_ARENA_MAX = -8
HEAPS = 1


def share_one_heap() -> None:
    """Let all threads of this process take memory from one heap, where the C library can be told so.

    glibc gives each of many threads a heap of its own and keeps them all when the threads have ended: 10 MiB of each
    busy web process (measured 2026-11). One is enough, as the interpreter lets one thread run at a time. To be called
    before there are threads.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Give the system what this process had for a while and uses no more, where the C library can be told so."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
