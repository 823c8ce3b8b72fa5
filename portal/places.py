"""Folders of this installation."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: What running leaves behind: data, keys, addresses, pictures of the tests. PORTAL_STATE puts it elsewhere.
STATE = Path(os.environ.get("PORTAL_STATE") or ROOT / ".run").resolve()
