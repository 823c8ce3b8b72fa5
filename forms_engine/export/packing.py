"""One file inside a zip archive, packed in a thread of its own while the next part of it is made."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

MOST_WAITING = 6  # pieces between the writer and the packer: what bounds the memory


class PackedEntry:
    """`write` pieces, then `close`. What fails in the thread is raised by a later call."""

    def __init__(self, entry: IO[bytes]) -> None:
        self._entry = entry
        self._packer, self._waiting = ThreadPoolExecutor(1), deque[Future[int]]()

    def write(self, piece: bytes) -> None:
        """Hand on a piece; waits where the packer is behind."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._packer.submit(self._entry.write, piece))

    def close(self) -> None:
        """Wait for everything and end the entry."""
        try:
            while self._waiting:
                self._waiting.popleft().result()
        finally:
            self._packer.shutdown(cancel_futures=True)
            self._entry.close()
