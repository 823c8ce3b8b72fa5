"""The portal's own long-running programs as child processes: web, worker, beat."""

import signal
import sys
from collections.abc import Mapping

from portal.embedded.child import Child, Sink, to_terminal
from portal.places import ROOT
from portal.shedding import CONNECTIONS, THREADS

# Whoever starts the portal as root has decided so; PostgreSQL alone needs another account and gets it.
_AS_ROOT = "ignore:You're running the worker"


def web(env: Mapping[str, str], port: int, *, sink: Sink = to_terminal) -> Child:
    """Granian on 127.0.0.1: WEB_WORKERS processes that work on three requests each; by default four, so at most 12
    connections to the database.

    Twice as many as cores: the system shares connections out unevenly, and a browser keeps its one.
    """
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", env.get("WEB_WORKERS") or "4"]
    threads = ["--blocking-threads", str(THREADS), "--backpressure", str(CONNECTIONS), "--backlog", str(CONNECTIONS)]
    care = ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", "--log-level", "warning"]
    argv = [sys.executable, "-m", "granian", *options, *threads, *care, "portal.wsgi:application"]
    return Child("web", argv, env=env, sink=sink, cwd=ROOT)


def worker(env: Mapping[str, str], *, sink: Sink = to_terminal) -> Child:
    """Two tasks at a time; TERM lets the running ones finish or hands them back."""
    options = ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    argv = [sys.executable, "-W", _AS_ROOT, "-m", "celery", "--quiet", "-A", "portal", "worker", *options]
    return Child("worker", argv, env=env, sink=sink, cwd=ROOT, patience=20)


def beat(env: Mapping[str, str], *, sink: Sink = to_terminal) -> Child:
    """The clock; exactly one may run."""
    argv = [sys.executable, "-m", "celery", "--quiet", "-A", "portal", "beat", "--loglevel", "WARNING", "--pidfile="]
    return Child("beat", argv, env=env, sink=sink, cwd=ROOT)


def manage(env: Mapping[str, str], *arguments: str, owner: bool = False, sink: Sink = to_terminal) -> int:
    """Run one manage.py command to its end, as portal_owner if asked for. Returns its exit code."""
    role = {"PORTAL_DB_ROLE": "owner"} if owner else {}
    argv = [sys.executable, "manage.py", *arguments]
    return Child(arguments[0], argv, env={**env, **role}, sink=sink, cwd=ROOT, stop_with=signal.SIGTERM).run()
