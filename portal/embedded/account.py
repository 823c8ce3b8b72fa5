"""Whom PostgreSQL runs as, and which folders that account can reach. PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def setpriv_options(self) -> list[str]:
        """Options that make setpriv(1) change to this account, with no group of ours left."""
        return [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]

    def own(self, folder: Path) -> None:
        """Make a folder for this account alone."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_reach(self, path: Path) -> bool:
        """Whether every folder above the path lets strangers pass. Nobody's folder is ever loosened for it."""
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents if folder.exists())


def unprivileged() -> Account | None:
    """The account to drop to when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def reachable_home(folder: Path, account: Account | None) -> Path:
    """`folder` where the account can reach it, else a folder of this project's own under /var/lib."""
    if account is None or account.can_reach(folder):
        return folder
    project = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    home = Path("/var/lib") / f"one-table-{project}"
    home.mkdir(mode=0o711, exist_ok=True)
    return home
