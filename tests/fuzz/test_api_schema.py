"""Made-up requests against the running portal: no server error, no answer that the schema does not tell.

Small in `make test`; `make soak` sends 20,000 (FUZZ_CASES: another number) and prints the figure.
schemathesis lives in .venv-fuzz.
"""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from tests.databases import ROOT, admin_url
from tests.stack import PortalStack

pytestmark = pytest.mark.fuzz

WANTED = int(os.environ.get("FUZZ_CASES") or (20_000 if os.environ.get("SOAK") else 300))
SCHEMATHESIS = ROOT / ".venv-fuzz" / "bin" / "schemathesis"
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOME = "127.0.0.1"
OF_DEPARTMENTS = ("forms", "totals", "rows", "exports", "tags", "proposals", "todos")
STEPS = 6
"""Requests of one walk from step to step (stateful phase); there are as many walks as cases of each operation."""
ADMIT_SYSTEM = """
from accounts.models import Post
from tests.portal.filing import make_system
def working(**of):
    return Post.objects.with_context().filter(**of).order_by("pk")[:1].get().as_actor(second_factor=True)
asking = working(role="department_staff", department__name="{department}")
make_system(asking, working(role="district_admin", area_id=asking.area_code))
"""
COUNT = re.compile(r"([\d,]+) generated")


@dataclass(frozen=True)
class Machine:
    """key: "id:secret". tags: parts of the schema it is made for. share: of the cases."""

    key: str
    tags: tuple[str, ...]
    share: float


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    """Limits out of the way: a fuzzer that is told 429 tests nothing else."""
    kinds = ("search", "count", "import", "export", "unmask", "token")
    limits = ",".join(f"{kind}=999999/3600" for kind in kinds)
    return {"LIMITS": limits, "API_PER_MINUTE": "1000000"}


@pytest.fixture(scope="module")
def collector(portal_stack: PortalStack) -> tuple[int, str]:
    """District and name of a department that has a form out."""
    for command in ("seed_forms", "seed_tags"):
        portal_stack.manage(command)
    ((district, department),) = portal_stack.rows(
        "SELECT d.area_id, d.name FROM accounts_department d JOIN forms_engine_formtemplate f ON f.department_id = d.id"
        " JOIN forms_engine_formversion v ON v.template_id = f.id"
        " JOIN forms_engine_dispatch s ON s.version_id = v.id LIMIT 1"
    )
    return district, department


@pytest.fixture(scope="module")
def ids(portal_stack: PortalStack, collector: tuple[int, str]) -> dict[str, list[int]]:
    """Numbers of what exists, by the part of the path; half of the reports are accepted first."""
    portal_stack.manage("shell", "-c", ADMIT_SYSTEM.format(department=collector[1]))
    connection = psycopg2.connect(admin_url(portal_stack.database))
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE forms_engine_report SET state = 'accepted', submitted_at = now() WHERE id % 2 = 0")
    connection.close()

    def all_of(statement: str) -> list[int]:
        return [pk for (pk,) in portal_stack.rows(statement)]

    return {
        "forms": all_of("SELECT id FROM forms_engine_formtemplate"),
        "dispatches": all_of("SELECT id FROM forms_engine_dispatch"),
        "systems": all_of("SELECT id FROM portal_system WHERE state = 'admitted'"),
        "proposals": all_of("SELECT id FROM tagging_tagchange"),
        "exports": all_of("SELECT id FROM forms_engine_export"),
        "reports": all_of("SELECT id FROM forms_engine_report ORDER BY area_code LIMIT 6"),
        "subject_id": all_of("SELECT subject_id FROM forms_engine_reportrow ORDER BY area_code LIMIT 40"),
    }


@pytest.fixture(scope="module")
def schema(portal_stack: PortalStack) -> Path:
    path = portal_stack.folder / "schema.json"
    portal_stack.manage("spectacular", "--format", "openapi-json", "--file", str(path))
    return path


@pytest.fixture(scope="module")
def machines(portal_stack: PortalStack, collector: tuple[int, str], ids: dict[str, list[int]]) -> list[Machine]:
    district, department = collector
    ((community,),) = portal_stack.rows("SELECT area_code FROM forms_engine_report ORDER BY area_code LIMIT 1")
    collecting = _make(portal_stack, district, "department_staff", OF_DEPARTMENTS, department)
    filling = _make(portal_stack, community, "community_worker", ("reports", "cells", "tags"))
    return [
        Machine(filling, ("填报", "标签"), 0.5),
        Machine(collecting, ("表单", "结果", "导出", "标签", "业务系统待办"), 0.5),
    ]


def _make(stack: PortalStack, area: int, role: str, scopes: tuple[str, ...], department: str = "") -> str:
    given = ["--role", role, "--area", f"{area // 10**6:012d}", "--address", HOME, "--json"]
    given += [word for scope in scopes for word in ("--scope", scope)]
    given += ["--department", department] if department else []
    made = json.loads(stack.manage("api_client", "create", f"模糊测试 {role}", *given).splitlines()[-1])
    return f"{made['client_id']}:{made['client_secret']}"


def test_no_made_up_request_breaks_the_api_or_its_schema(
    portal_stack: PortalStack, schema: Path, machines: list[Machine], ids: dict[str, list[int]]
) -> None:
    if not SCHEMATHESIS.exists():
        pytest.fail("schemathesis is missing: run scripts/fuzz_env.sh")
    began, sent, said = time.monotonic(), 0, []
    for machine in machines:
        operations = _count_operations(schema, machine.tags)
        remaining = WANTED * machine.share
        rounds = 0
        while remaining > 0 and rounds < 20:
            output, status = _run(portal_stack, schema, machine, ids, max(2, int(remaining / (operations + STEPS))))
            said.append(output)
            assert status == 0, output[-12000:]
            remaining -= _count(output)
            sent += _count(output)
            rounds += 1
    assert portal_stack.log().count('"level": "ERROR"') == 0
    seconds = time.monotonic() - began
    print(f"\nschemathesis: {sent:,} cases, 0 server errors, 0 answers outside the schema, {seconds:.0f} s")
    assert sent >= WANTED


def _run(
    stack: PortalStack, schema: Path, machine: Machine, ids: dict[str, list[int]], examples: int
) -> tuple[str, int]:
    command = [str(SCHEMATHESIS), "--config-file", str(CONFIG), "run", str(schema), "--url", stack.url]
    command += ["--checks", "all", "-n", str(examples)]
    command += [word for tag in machine.tags for word in ("--include-tag", tag)]
    command += ["--exclude-operation-id", "report_unmask", "--continue-on-failure", "--no-color", "--no-shrink"]
    # Every boundary of every field is some 1,400 cases: too many for each run of the tests.
    command += [] if WANTED > 1000 else ["--phases", "fuzzing"]
    command += ["--suppress-health-check", "all", "--generation-database", "none", "--warnings", "off"]
    own = {"FUZZ_CLIENT": machine.key, "FUZZ_URL": stack.url, "FUZZ_IDS": json.dumps(ids)}
    env = {**os.environ, **own, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=stack.folder, env=env, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def _count(output: str) -> int:
    found = COUNT.findall(output)
    return int(found[-1].replace(",", "")) if found else 0


def _count_operations(schema: Path, tags: tuple[str, ...]) -> int:
    paths = json.loads(schema.read_text())["paths"].values()
    return sum(bool(set(told["tags"]) & set(tags)) for methods in paths for told in methods.values())
