"""What the made-up users are told: who they are, what is theirs, and when which of them works. Standard library only:
two environments read it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Timeline:
    """Seconds of each part. logins: a second. users: how many work usually; flood: how many at once in the flood.

    think: between two steps of one user on average, half of it at least. settle: how long the portal may take after the
    flood to be as before.
    """

    users: int = 200
    flood: int = 1000
    think: float = 10.0
    logins: float = 10.0
    warm: float = 20.0
    usual_seconds: float = 120.0
    flood_seconds: float = 75.0
    settle: float = 30.0
    after_seconds: float = 40.0


@dataclass
class Member:
    """One user. code: for the second factor, "" where none is asked for. address: where he sits (X-Forwarded-For).

    rows: subjects of the report that nobody else fills in. letter: of the column. people: keys of persons to look at.
    names: what he searches for. statistics: pages.
    """

    username: str
    role: str
    address: str
    code: str = ""
    report: int = 0
    letter: str = ""
    rows: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    statistics: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """origin: what the portal believes its address to be; url: where it really listens."""

    url: str
    origin: str
    password: str
    timeline: Timeline
    members: list[Member]

    def write(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Plan":
        given = json.loads(path.read_text(encoding="utf-8"))
        given["timeline"] = Timeline(**given["timeline"])
        given["members"] = [Member(**one) for one in given["members"]]
        return cls(**given)
