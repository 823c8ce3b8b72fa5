"""How much memory the embedded PostgreSQL takes."""

import os

import pytest

from portal.embedded.postgres import buffers

PAGE = 4096


@pytest.mark.parametrize(
    ("machine", "expected"), [(512, "256MB"), (4096, "1024MB"), (8192, "2048MB"), (65536, "2048MB")]
)
def test_it_is_a_quarter_of_the_machine_within_bounds(
    machine: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"SC_PHYS_PAGES": machine * 2**20 // PAGE, "SC_PAGE_SIZE": PAGE}
    monkeypatch.setattr(os, "sysconf", told.__getitem__)

    assert buffers() == expected
