"""A process that opens mutated uploads, as the pages do, and says what became of them. usage: ... FIRST_SEED COUNT"""

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from accounts.errors import DomainError
from accounts.xlsx import open_upload, read_rows
from registry.binding import bind_workbook, load_items
from registry.photos import reencode
from tests.registry.mutants import photo_of, workbook_of

PHOTO_EVERY = 5


def open_one(data: bytes, items: Any, *, is_photo: bool) -> str:
    """What an upload comes to: read, or the code of its refusal."""
    try:
        if is_photo:
            reencode(data)
        else:
            binding = bind_workbook(data, items)
            for _ in read_rows(open_upload(data, "名册.xlsx"), binding):
                pass
    except DomainError as refusal:
        return refusal.code
    return "read"


def main(first: int, count: int) -> dict[str, Any]:
    """Only the opening is timed: making a mutant of 200,000 rows takes longer than refusing it."""
    items = load_items()
    told: dict[str, Any] = {"outcomes": {}, "crashes": [], "slowest": 0.0, "slowest_seed": first}
    for seed in range(first, first + count):
        is_photo = seed % PHOTO_EVERY == 0
        data = photo_of(seed) if is_photo else workbook_of(seed)
        started = time.process_time()
        try:
            outcome = open_one(data, items, is_photo=is_photo)
            told["outcomes"][outcome] = told["outcomes"].get(outcome, 0) + 1
        except BaseException as error:  # noqa: BLE001  (a panic of a Rust reader is no Exception)
            told["crashes"].append([seed, repr(error)[:200], traceback.format_exc()[-1500:]])
        took = time.process_time() - started
        if took > told["slowest"]:
            told |= {"slowest": took, "slowest_seed": seed}
    told["megabytes"] = peak_megabytes()
    return told


def peak_megabytes() -> int:
    """Of this program alone: `ru_maxrss` would begin with what its starter held when it forked."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    json.dump(main(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
