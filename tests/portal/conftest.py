import pytest


@pytest.fixture
def no_audit_role(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit page says that it cannot be read: the audit role's own connection sees nothing of an open test."""
    monkeypatch.setattr("portal.views.audit.is_readable", lambda: False)
