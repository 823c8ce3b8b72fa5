"""Small changes to the policies of a table, each of which would open the wall or close it too far."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor  # noqa: N812

POLICIES = """
SELECT policyname::text, cmd, qual, with_check FROM pg_policies
WHERE tablename = %s AND 'portal_owner' <> ALL(roles) ORDER BY 1
"""
_SETTING = re.compile(r"\(NULLIF\(current_setting\('app\.scope_(lo|hi)'::text, true\), ''::text\)\)::bigint")
_DATASETS = re.compile(r"NULLIF\(current_setting\('app\.datasets_(read|written)'::text, true\), ''::text\)")
_PLACES = re.compile(r"NULLIF\(current_setting\('app\.places_read'::text, true\), ''::text\)")
_DEPARTMENTS = re.compile(r"NULLIF\(current_setting\('app\.corrections_of'::text, true\), ''::text\)")
_EXCHANGES = (
    (">=", ">"),
    ("<=", "<"),
    (">=", "<="),
    ("<=", ">="),
    (" OR ", " AND "),
    (" AND ", " OR "),
    ("area_code >=", "area_code + 1 >="),
    ("area_code <=", "area_code - 1 <="),
    ("app.scope_lo", "app.scope_hi"),
    ("app.scope_hi", "app.scope_lo"),
    ("registered_area_code", "area_code"),
    ("1000000", "1000"),
    ("1000000", "1000000000"),
    (" % ", " / "),
    ("dataset_id = ANY", "dataset_id <> ALL"),
    ("dataset_id = ANY", "dataset_id <> ANY"),
    ("app.datasets_read", "app.datasets_written"),
    ("app.datasets_written", "app.datasets_read"),
    ("1000000000000", "100000000000"),
    ("(area_code / 1000000)", "(area_code / 100000)"),
    ("+ (area_code", "- (area_code"),
    ("app.places_read", "app.scope_lo"),
    ("app.corrections_of", "app.places_read"),
    ("@> department_id", "@> department_id + 1"),
    ("@> department_id", "IS NOT NULL OR 0 > department_id"),
)


@dataclass(frozen=True)
class Mutant:
    """statements: DDL with {} for the table."""

    name: str
    statements: tuple[str, ...]


def mutants_of(cursor: Cursor, table: str) -> Iterator[Mutant]:
    """Each part of each policy changed alone, and the whole wall taken down."""
    cursor.execute(POLICIES, [table])
    policies = cursor.fetchall()
    yield Mutant("row security off", ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY",))
    yield Mutant("another policy lets all read", ("CREATE POLICY extra ON {} FOR SELECT USING (true)",))
    yield Mutant("another policy lets all insert", ("CREATE POLICY extra ON {} FOR INSERT WITH CHECK (true)",))
    for name, command, using, check in policies:
        yield Mutant(f"{name} dropped", (f'DROP POLICY "{name}" ON {{}}',))
        if command == "ALL":
            again = f'CREATE POLICY "{name}" ON {{}} FOR SELECT USING ({using})'
            yield Mutant(f"{name} for reading only", (f'DROP POLICY "{name}" ON {{}}', again))
        yield from _changed(name, "USING", using)
        yield from _changed(name, "WITH CHECK", check)


def _changed(policy: str, part: str, predicate: str | None) -> Iterator[Mutant]:
    if predicate is None:
        return
    for title, other in dict(_variants(predicate)).items():
        if other != predicate:
            yield Mutant(f"{policy} {part} {title}", (f'ALTER POLICY "{policy}" ON {{}} {part} ({other})',))


def _variants(predicate: str) -> Iterator[tuple[str, str]]:
    yield "is true", "true"
    yield "is false", "false"
    for old, new in _EXCHANGES:
        for place, at in enumerate(_places(predicate, old)):
            yield f"{old!r} -> {new!r} at {place}", predicate[:at] + new + predicate[at + len(old) :]
    for edge, code in {"lo": "0", "hi": "999999999999999999"}.items():
        replaced = _SETTING.sub(lambda found, e=edge, c=code: _or_code(found, e, c), predicate)
        yield f"every {edge} without a setting is {code}", replaced
    yield "every dataset without a setting", _DATASETS.sub(r"COALESCE(\g<0>, '{{41,42,43}}')", predicate)
    yield "every department without a setting", _DEPARTMENTS.sub(r"COALESCE(\g<0>, '{{[0,999]}}')", predicate)
    yield "every place without a setting", _PLACES.sub(r"COALESCE(\g<0>, '{{[0,99999999999999]}}')", predicate)


def _or_code(setting: re.Match[str], edge: str, code: str) -> str:
    return f"COALESCE({setting[0]}, {code})" if setting[1] == edge else setting[0]


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
