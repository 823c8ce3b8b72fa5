"""What a run is held against. Pure: a record and a database's answers in, lines out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from bench.load.asked import Asked, Entry, Kind, Outcome, Record
from bench.load.plan import Timeline

SLOWEST = 500.0
"""Milliseconds that 95 of 100 answers may take."""
NEVER = float("inf")
WINDOW = 10.0
"""Seconds of answers that are looked at together to say that the portal is as before."""
SHARES = {Kind.READ: 0.70, Kind.FILL: 0.20, Kind.SEARCH: 0.10}
OFF = 0.05
Cell = tuple[int, int, str]


@dataclass(frozen=True)
class Verdict:
    """value may be `bar` at most. bar None: a figure that is only told."""

    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def passes(self) -> bool:
        return self.bar is None or self.value <= self.bar


def judge(record: Record, stored: Mapping[Cell, str | None], times: Timeline) -> list[Verdict]:
    """stored: the cells of the ledger as the database has them."""
    begun = record.begun
    usual = part(record.asked, begun["usual"], begun["flood"])
    flood = part(record.asked, begun["flood"], begun["after"])
    after = part(record.asked, begun["after"], begun["end"])
    again = part(record.asked, begun["after"] + times.settle, begun["end"])
    return [
        *_told(f"{times.users} users", usual, begun["flood"] - begun["usual"]),
        Verdict("off the mix of 70 % reading, 20 % filling, 10 % searching", off_the_mix(usual), "points", OFF * 100),
        Verdict(f"{times.users} users: 95 of 100 answers within", percentile(usual, 95), "ms", SLOWEST),
        Verdict(f"{times.users} users: answers that were no success", count(usual, *_BUT_OK), "", 0),
        *_told(f"{times.flood} users", flood, begun["after"] - begun["flood"]),
        Verdict(f"{times.flood} users: refused with 429 or 503 and Retry-After", count(flood, Outcome.REFUSED), ""),
        Verdict(f"{times.flood} users: neither a success nor a refusal that says when", count(flood, *_BAD), "", 0),
        Verdict("accepted edits", sum(one.value is not None for one in record.ledger), "cells"),
        Verdict("accepted edits that are not in the database", len(missing(record.ledger, stored)), "cells", 0),
        Verdict("as before after the flood within", normal_again(after, begun["after"]), "s", times.settle),
        Verdict(f"{times.users} users again: 95 of 100 answers within", percentile(again, 95), "ms", SLOWEST),
        Verdict(f"{times.users} users again: answers that were no success", count(again, *_BUT_OK), "", 0),
    ]


def part(asked: Iterable[Asked], begin: float, end: float) -> list[Asked]:
    """What was sent in that time, logins left out."""
    return [one for one in asked if begin <= one.at < end and one.kind != Kind.LOGIN]


def percentile(asked: Sequence[Asked], share: int) -> float:
    """Milliseconds within which `share` of 100 were answered (nearest rank); NEVER where nothing was asked."""
    times = sorted(one.ms for one in asked)
    return times[ceil(len(times) * share / 100) - 1] if times else NEVER


def count(asked: Iterable[Asked], *outcomes: Outcome) -> int:
    return sum(one.outcome in outcomes for one in asked)


def off_the_mix(asked: Sequence[Asked]) -> float:
    """How far the furthest kind is from its share, in points of a hundred."""
    total = max(len(asked), 1)
    return max(abs(sum(one.kind == kind for one in asked) / total - share) * 100 for kind, share in SHARES.items())


def missing(ledger: Iterable[Entry], stored: Mapping[Cell, str | None]) -> list[Entry]:
    """Entries whose cell holds neither the last accepted value nor a later one whose answer was lost."""
    return [
        one
        for one in ledger
        if one.value is not None and stored.get((one.report, one.subject, one.letter)) not in (one.value, *one.lost)
    ]


def normal_again(after: Sequence[Asked], begin: float) -> float:
    """Seconds until the answers of the next ten seconds, and of all later tens, are good; NEVER: they are not."""
    last = max((one.at for one in after), default=begin)
    seconds = range(ceil(max(last - begin - WINDOW, 0)) + 1)
    bad = [second for second in seconds if not _good(part(after, begin + second, begin + second + WINDOW))]
    if not after or (bad and bad[-1] == seconds[-1]):
        return NEVER
    return float(bad[-1] + 1) if bad else 0.0


def by_name(asked: Iterable[Asked]) -> list[tuple[str, int, float, float]]:
    """(what, how often, median, 95 of 100) of each request, the slowest first."""
    groups = defaultdict(list)
    for one in asked:
        groups[_plain(one.name)].append(one)
    rows = [(name, len(found), percentile(found, 50), percentile(found, 95)) for name, found in groups.items()]
    return sorted(rows, key=_slowest, reverse=True)


def failures(asked: Iterable[Asked]) -> list[tuple[int, str]]:
    """(how often, what and how) of answers that were neither a success nor a refusal that says when."""
    found = Counter(f"{one.outcome} {one.status} {_plain(one.name)}" for one in asked if one.outcome in _BAD)
    return [(often, what) for what, often in found.most_common()]


_BAD = (Outcome.BARE, Outcome.WRONG, Outcome.LOST)
_BUT_OK = (Outcome.REFUSED, *_BAD)
_slowest: Callable[[tuple[str, int, float, float]], float] = lambda row: row[3]  # noqa: E731


def _good(asked: Sequence[Asked]) -> bool:
    return not asked or (percentile(asked, 95) <= SLOWEST and not count(asked, *_BUT_OK))


def _told(who: str, asked: Sequence[Asked], seconds: float) -> list[Verdict]:
    return [
        Verdict(f"{who}: requests a second", len(asked) / max(seconds, 0.001), ""),
        Verdict(f"{who}: half of the answers within", percentile(asked, 50), "ms"),
        Verdict(f"{who}: 99 of 100 answers within", percentile(asked, 99), "ms"),
    ]


def _plain(name: str) -> str:
    """Without the numbers of an address."""
    return "/".join("#" if word.isdigit() else word for word in name.split("/"))
