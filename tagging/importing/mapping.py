"""Which of the tags that there are a row of the standard catalogue means (对应旧标签)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.errors import DomainError
from tagging.importing.reading import Row
from tagging.likeness import why_alike
from tagging.models import Kind, Tag, TagChange
from tagging.selectors.counts import range_of

Step = TagChange.Step
MOST_NEAR = 3
MOST_TOLD = 10


class RowsRefused(DomainError):
    """Rows that cannot be let in; the message names them. Nothing was."""

    code = "rows_refused"

    def __init__(self, problems: Sequence[str]) -> None:
        more = f"(另有 {len(problems) - MOST_TOLD} 处)" if len(problems) > MOST_TOLD else ""
        super().__init__(" ".join(problems[:MOST_TOLD]) + more)


@dataclass(frozen=True, slots=True)
class Meant:
    """A row with the tags that it means, by hand or by suggestion. near: that it might mean."""

    number: int
    values: Mapping[str, Any]
    olds: list[Tag]
    near: list[tuple[Tag, str]]

    @property
    def keeps(self) -> Tag | None:
        """The tag that becomes the standard one: of the area itself. The others are merged into it."""
        return next((tag for tag in self.olds if tag.area_id == self.area_code), None)

    @property
    def merged(self) -> list[Tag]:
        return [tag for tag in self.olds if tag != self.keeps]

    @property
    def area_code(self) -> int:
        return int(self.values["area_code"])


def suggest(rows: Iterable[Row], *, area_code: int) -> list[dict[str, Any]]:
    """Rows as a request keeps them; those of the same code, name or synonym are taken for what the row means."""
    tags = _inside(area_code)
    return [_kept(row, tags) for row in rows]


def read_mapping(change: TagChange) -> list[Meant]:
    """The rows of a request with their tags as they are now. One query."""
    tags = _inside(change.area_id)
    by_key = {tag.pk: tag for tag in tags}
    return [
        Meant(
            row["number"],
            _definition(row["values"]) | {"area_code": change.area_id},
            [by_key[key] for key in row["olds"] if key in by_key],
            _near(row, tags),
        )
        for row in change.rows
    ]


def build(change: TagChange, row: Meant) -> TagChange:
    """The step that a row stands for: a new tag, or the standard's words for one that there is."""
    given = {name: value for name, value in row.values.items() if name != "area_code"}
    made = TagChange(step=Step.ADD, reason=change.reason, area=change.area, department=change.department)
    tag = row.keeps
    if tag is not None:
        made.step, made.tag = Step.CHANGE, tag
        kept = tag.definition()
        own = {name: kept[name] for name in ("kind", "subject", "condition", "colour", "recheck_days", "valid_until")}
        words = [word for word in (*given["synonyms"], tag.name, *tag.synonyms) if word != given["name"]]
        given |= own | {"level": max(tag.level, given["level"]), "synonyms": list(dict.fromkeys(words))[:10]}
        given["group"] = given["group"] or tag.group
    for name, value in given.items():
        setattr(made, name, value)
    return made


def _inside(area_code: int) -> list[Tag]:
    live = Tag.objects.live().select_related("area", "department")
    return list(live.filter(area__code__range=range_of(area_code)).order_by("area", "pk"))


def _kept(row: Row, tags: Sequence[Tag]) -> dict[str, Any]:
    words = {row.values["name"], *row.values["synonyms"]}
    code = row.values["standard_code"]
    olds = [tag.pk for tag in tags if (code and tag.standard_code == code) or words & {tag.name, *tag.synonyms}]
    until = row.values["valid_until"]
    values = dict(row.values) | {"valid_until": until.isoformat() if until else None}
    return {"number": row.number, "values": values, "olds": olds}


def _definition(values: Mapping[str, Any]) -> dict[str, Any]:
    until = values["valid_until"]
    return dict(values) | {"valid_until": date.fromisoformat(until) if until else None, "condition": {}}


def _near(row: Mapping[str, Any], tags: Iterable[Tag]) -> list[tuple[Tag, str]]:
    words = [row["values"]["name"], *row["values"]["synonyms"]]
    subject = row["values"]["subject"]
    others = (tag for tag in tags if tag.pk not in row["olds"] and tag.subject == subject)
    return [(tag, why) for tag in others if (why := why_alike(words, [tag.name, *tag.synonyms]))][:MOST_NEAR]


def is_new_rule(row: Meant) -> bool:
    """A rule cannot come from a table: only a dynamic tag that there is may be meant by a dynamic row."""
    return row.values["kind"] == Kind.DYNAMIC and row.keeps is None
