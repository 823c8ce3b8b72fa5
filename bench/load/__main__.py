"""`make load`: 200 made-up workers on 2 cores with a million persons, then 1,000 at once, then 200 again.

usage: python -m bench.load [--persons N] [--users N] [--flood N] [--usual S] [--flood-seconds S] ...
Locust and PostgreSQL share the cores with the portal. Prints the figures, writes them to .run/load.json, and exits with
1 where a bar is missed. The first run seeds the database, as `make bench` does; later ones take about nine minutes.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict, fields
from pathlib import Path

from bench.database import FOLDER, environment, seeded
from bench.load import stack
from bench.load.asked import Record
from bench.load.judge import Cell, Verdict, by_name, failures, judge, part
from bench.load.plan import Member, Plan, Timeline
from portal.embedded.child import Child, to_terminal
from portal.places import ROOT, STATE
from portal.supervisor import stoppable

LOCUST = ROOT / ".venv-fuzz" / "bin" / "python"
HOME = STATE / "load"


def main() -> int:
    persons, times = _options()
    HOME.mkdir(parents=True, exist_ok=True)
    with stoppable():
        password, members = _make_world(persons, times)
        with stack.running(persons, HOME) as portal:
            to_terminal("load     | logging in")
            record = _let_work(Plan(portal.url, stack.ORIGIN, password, times, members))
            verdicts = judge(record, _stored(record), times)
    _tell(record, verdicts, persons)
    return 0 if all(one.passes for one in verdicts) else 1


def _options() -> tuple[int, Timeline]:
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--persons", type=int, default=1_000_000)
    for one in fields(Timeline):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=type(one.default), default=one.default)
    given = vars(parser.parse_args())
    return given.pop("persons"), Timeline(**given)


def _make_world(persons: int, times: Timeline) -> tuple[str, list[Member]]:
    """On a fresh copy of the seeded database, in the environment that Django is pointed at from then on."""
    with seeded(persons) as postgres:
        to_terminal("load     | copying the database")
        stack.copy(postgres)
        os.environ.update(environment(postgres, stack.COPY))
        import django

        django.setup()
        from bench.load.world import World

        to_terminal("load     | making users, sending two forms to every village")
        world = World(times.flood)
        stack.settle(postgres)
        return world.password, world.members


def _let_work(plan: Plan) -> Record:
    """Locust in its own environment: what it needs is none of the portal's business. Raises SystemExit."""
    given, written = HOME / "plan.json", HOME / "record.json"
    plan.write(given)
    command = [str(LOCUST), "-m", "bench.load.users", str(given), str(written)]
    try:
        if Child("users", command, env={"PATH": os.environ["PATH"]}, cwd=ROOT).run() != 0:
            raise SystemExit(f"the users ended early, see above and {HOME / 'stack.log'}")
        return Record.read(written)
    finally:
        given.unlink()
        written.unlink(missing_ok=True)


def _stored(record: Record) -> dict[Cell, str | None]:
    """The cells of the ledger as they stand in the database, past every policy."""
    import psycopg2

    subjects = [(one.report, one.subject) for one in record.ledger]
    connection = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.report_id, w.subject_id, v.key, v.value FROM forms_engine_reportrow w"
            ' CROSS JOIN jsonb_each_text(w."values") v'
            " WHERE (w.report_id, w.subject_id) = ANY(SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
            [[report for report, _ in subjects], [subject for _, subject in subjects]],
        )
        found = {(report, subject, letter): value for report, subject, letter, value in cursor.fetchall()}
    connection.close()
    return found


def _tell(record: Record, verdicts: list[Verdict], persons: int) -> None:
    for name, often, half, most in by_name(part(record.asked, record.begun["usual"], record.begun["flood"])):
        print(f"{often:>8} {half:>8.0f} ms {most:>8.0f} ms      {name}")
    for often, what in failures(part(record.asked, 0, record.begun["end"])):
        print(f"{often:>8} failed: {what}")
    print()
    for one in verdicts:
        bar = "" if one.bar is None else f"<= {one.bar:g}"
        print(f"{one.value:>10.1f} {one.unit:<6} {bar:>8} {'ok  ' if one.passes else 'MISS'} {one.name}")
    lines = [asdict(one) | {"passes": one.passes} for one in verdicts]
    text = json.dumps({"persons": persons, "lines": lines}, ensure_ascii=False, indent=1)
    Path(FOLDER.parent / "load.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
