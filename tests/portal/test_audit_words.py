"""The auditor reads words: every action that the code writes has a Chinese name."""

import ast

from portal.places import ROOT
from portal.templatetags.audit_words import ACTIONS

APPS = ("accounts", "registry", "tagging", "data_return", "forms_engine", "portal")
WRITERS = {"record": 1, "record_user": 1, "record_system": 0}
"""Function -> place of the action among its arguments."""


def written_actions():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
                    place = WRITERS[node.func.id]
                    action = node.args[place] if len(node.args) > place else None
                    if isinstance(action, ast.Constant):
                        yield action.value


def test_every_action_has_a_chinese_name():
    actions = set(written_actions())
    assert len(actions) > 60
    assert sorted(actions - ACTIONS.keys()) == []
