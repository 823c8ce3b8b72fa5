"""Who uses a tag (标签的使用): what a change would touch, and what has to end before the tag may be retired.

    register(list_uses_of_forms)      # (tag) -> [Use("表单", "高龄津贴发放表", "区民政局", blocks=True)]

Floors above register themselves. What is told are facts about our work: names, never who carries the tag.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tagging.models import Tag


@dataclass(frozen=True, slots=True)
class Use:
    """noun: what kind of thing. owner: whose. blocks: it would break, so the tag cannot be retired while it lasts.

    note: what would happen to it.
    """

    noun: str
    name: str
    owner: str
    blocks: bool
    note: str = ""

    def __str__(self) -> str:
        return f"{self.noun}“{self.name}”({self.owner})"


User = Callable[[Tag], Iterable[Use]]
_users: list[User] = []


def register(user: User) -> None:
    """Called once by each app while it starts."""
    _users.append(user)


def list_uses(tag: Tag) -> list[Use]:
    """What uses the tag, by kind, those that block first."""
    found = [use for user in _users for use in user(tag)]
    return sorted(found, key=lambda use: not use.blocks)
