"""The rules of a day (当天的规则): dynamic tags in the layers in which they are worked out."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.codes import Range
from registry.catalogue import SUBJECTS, get_catalogue
from registry.conditions import BadCondition, compile_condition
from tagging.models import Kind, Tag
from tagging.order import layers
from tagging.selectors.counts import range_of
from tagging.selectors.needs import get_needs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """met: who carries the tag, as a predicate over its subjects in `area`."""

    key: int
    met: Q
    area: Range

    def inside(self, around: Range | None) -> Q:
        """The predicate over subjects that lie `around`: it asks for the area only where that is wider."""
        holds = around is not None and self.area[0] <= around[0] and around[1] <= self.area[1]
        return self.met if holds else Q(area_code__range=self.area) & self.met


@dataclass(frozen=True, slots=True)
class Layer:
    """Rules of one subject that need nothing of each other. kept: keys that others write; what is in neither ends."""

    subject: str
    rules: Sequence[Rule]
    kept: Sequence[int]


def list_layers(*, on: date) -> list[Layer]:
    """Layers in the order in which they are worked out. Of each subject that ever had a tag there is at least one."""
    tags = list(Tag.objects.select_related("merged_into").order_by("pk"))
    live = [tag for tag in tags if tag.is_live and not (tag.valid_until and tag.valid_until < on)]
    kept = live + [tag for tag in tags if is_moving(tag)]
    rules = {tag.pk: Rule(tag.pk, met, range_of(tag.area_id)) for tag in live if (met := _met(tag, on)) is not None}
    needs = {key: named for key, named in get_needs().items() if key in rules}
    subjects = [subject for subject in SUBJECTS if any(tag.subject == subject for tag in tags)]
    found = [
        layer
        for keys in layers(needs)
        for subject in subjects
        if (layer := _layer(subject, kept, [rules[key] for key in keys])).rules
    ]
    bare = [subject for subject in subjects if not any(layer.subject == subject for layer in found)]
    return [_layer(subject, kept, []) for subject in bare] + found


def is_moving(tag: Tag) -> bool:
    """Whether who carries a merged tag is to be given the one it was merged into; until then they keep it."""
    return tag.merged_into is not None and not tag.is_dynamic and not tag.merged_into.is_dynamic


def _layer(subject: str, kept: Iterable[Tag], rules: Iterable[Rule]) -> Layer:
    own = {tag.pk for tag in kept if tag.subject == subject}
    chosen = [rule for rule in rules if rule.key in own]
    return Layer(subject, chosen, sorted(own - {rule.key for rule in chosen}))


def _met(tag: Tag, on: date) -> Q | None:
    """None for a basic tag, and for a rule that can no longer be compiled: who carries that one keeps it."""
    if tag.kind != Kind.DYNAMIC:
        return None
    try:
        return compile_condition(tag.condition, tag.subject, get_catalogue(), on=on)
    except BadCondition:
        log.error("tag_rule_broken", extra={"tag": tag.pk})
        return None
