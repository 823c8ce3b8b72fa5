"""Topics (推送内容): what can be pushed. A higher floor registers its own, so that this one need not know it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor
from accounts.audit import NOBODY, Subjects
from accounts.errors import DomainError


@dataclass(frozen=True, slots=True)
class PushField:
    """One field of a source. key: stable over versions. codes: canonical code -> name, where it has a code list."""

    key: str
    label: str
    level: int = 1
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What one message is about: key, version, and the area that it belongs to."""

    id: int
    version: int
    area_code: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds, in clear: made when it is sent and kept nowhere.

    head: by the keys of `Topic.head`. rows: one per subject, values by the keys of the fields: text, number, bool
    or None. subjects: whom it is about, for the audit line.
    """

    head: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    subjects: Subjects = NOBODY


@dataclass(frozen=True, slots=True)
class FileContent:
    """The same as a file in the department's own layout. rows: how many."""

    name: str
    data: bytes
    rows: int
    subjects: Subjects = NOBODY


class NotToSend(DomainError):
    """The message can not be sent as things are now: the message says why and what to do."""

    code = "push_not_to_send"


class Topic(ABC):
    """code: as it is stored. name: in a list of choices. head: key -> label of what is told once per message.

    file_words: what a file is, for a target that takes files.
    """

    code: str
    name: str
    file_words: str = ""
    head: Mapping[str, str]

    @abstractmethod
    def list_sources(self, actor: Actor) -> list[tuple[int, str]]:
        """(key, name) of what the actor's department may have pushed."""

    @abstractmethod
    def require_source(self, actor: Actor, source_id: int) -> None:
        """Raises NotFound for what the actor's department may not have pushed."""

    @abstractmethod
    def title(self, source_id: int) -> str:
        """Name of the source, for whoever sees a flow of it."""

    @abstractmethod
    def list_fields(self, source_id: int) -> list[PushField]:
        """Fields of the source as it is now."""

    @abstractmethod
    def list_ready(self, actor: Actor, source_id: int) -> list[About]:
        """What of the source could be pushed already, the oldest first: for whoever switches it on later."""

    @abstractmethod
    def name_abouts(self, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
        """Key -> words for a list of messages; what the actor does not see is missing."""

    @abstractmethod
    def build(self, actor: Actor, source_id: int, about_id: int) -> Content:
        """Read in the scope of the actor, who answers for the flow. Raises NotToSend, NotFound."""

    @abstractmethod
    def build_file(self, actor: Actor, source_id: int, about_id: int, key: str) -> FileContent:
        """The same as a file; key goes into its name. Raises NotToSend, NotFound."""


_topics: dict[str, Topic] = {}


def register_topic(topic: Topic) -> None:
    """To be called when the app starts."""
    _topics[topic.code] = topic


def get_topic(code: str) -> Topic:
    """Raises KeyError for a topic that no app has registered."""
    return _topics[code]


def list_topics() -> list[Topic]:
    return list(_topics.values())
