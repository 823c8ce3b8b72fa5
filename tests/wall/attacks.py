"""The corpus of attacks.sql on several tables."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

TABLES = ("registry_person", "registry_event", "forms_engine_reportrow", "registry_personhistory")
"""Two codes; one code; a key without an id; append-only."""
_CORPUS = Path(__file__).with_name("attacks.sql")


@dataclass(frozen=True)
class Attack:
    """then: statements of a second transaction on the same connection, of somebody else."""

    name: str
    statements: tuple[str, ...]
    then: tuple[str, ...] = ()

    def on(self, table: str, foreign: str) -> "Attack":
        """The attack on one table; `foreign` is the key of a row that must stay out of sight."""

        def filled(statements: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(one.replace("{t}", table).replace("{foreign}", foreign) for one in statements)

        return Attack(self.name, filled(self.statements), filled(self.then))


def attacks() -> list[tuple[Attack, str]]:
    """Every way with every table."""
    ways = [_read(text) for text in _CORPUS.read_text(encoding="utf-8").split("-- attack: ")[1:]]
    return list(product(ways, TABLES))


def _read(text: str) -> Attack:
    name, _, body = text.partition("\n")
    first, _, second = body.partition("-- then\n")
    return Attack(name, _statements(first), _statements(second))


def _statements(text: str) -> tuple[str, ...]:
    return tuple(line.rstrip(";") for line in text.splitlines() if line and not line.startswith("--"))
