"""The portal does not start as a database role that could walk around row-level security."""

import os
import subprocess
import sys

import pytest

from tests.databases import ROOT, admin_url, at, environment, migrated_template

START = "import django; django.setup(); from accounts.checks import refuse_to_start_outside_the_wall as go; go()"


def start(url: str) -> subprocess.CompletedProcess[str]:
    env = environment(migrated_template()) | {"DATABASE_URL": url}
    return subprocess.run([sys.executable, "-c", START], env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.rls
@pytest.mark.parametrize(
    ("url", "said"),
    [
        (lambda: at(os.environ["DATABASE_OWNER_URL"], migrated_template()), "拥有数据表"),
        (lambda: admin_url(migrated_template()), "超级用户"),
    ],
    ids=["owner", "superuser"],
)
def test_an_owning_or_bypassing_role_is_refused_with_the_reason(url, said):
    done = start(url())
    assert done.returncode != 0
    assert said in done.stderr
    assert "DATABASE_URL" in done.stderr


@pytest.mark.rls
def test_the_app_role_starts():
    assert start(environment(migrated_template())["DATABASE_URL"]).returncode == 0
