"""Loaded by schemathesis, in its own environment: fresh tokens, and numbers of objects that do exist.

FUZZ_CLIENT: "id:secret" of the machine. FUZZ_COOKIE: of a session, instead. FUZZ_IDS: JSON, part of a path -> numbers.
"""

import base64
import json
import os
import urllib.request

import schemathesis

IDS = json.loads(os.environ.get("FUZZ_IDS", "{}"))
TOKEN_SECONDS = 300


@schemathesis.auth(refresh_interval=TOKEN_SECONDS)
class Machine:
    """A token of ten minutes, a new one after five; or the cookie of a person's session."""

    def get(self, case, context):
        if os.environ.get("FUZZ_COOKIE"):
            return {"Cookie": os.environ["FUZZ_COOKIE"], "X-CSRFToken": os.environ["FUZZ_CSRF"]}
        pair = base64.b64encode(os.environ["FUZZ_CLIENT"].encode()).decode()
        request = urllib.request.Request(
            f"{os.environ['FUZZ_URL']}/api/oauth/token/",
            b"grant_type=client_credentials",
            {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return {"Authorization": f"Bearer {json.load(answer)['access_token']}"}

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), **data}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Three of four numbers become one of an object that exists: made-up ones all end at 404."""
    for part, known in IDS.items():
        for name, value in (path_parameters or {}).items():
            fits = (
                name == "subject_id"
                if part == "subject_id"
                else name == "id" and f"/{part}/{{id}}" in context.operation.path
            )
            if fits and known and isinstance(value, int) and value % 4:
                path_parameters[name] = known[value % len(known)]
    return path_parameters
