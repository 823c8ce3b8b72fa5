"""Every wording that means an item: the catalogue's own, and those that follow from the lexicon."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from registry.rules import ItemSpec

from . import lexicon
from .catalogue import load_wordings
from .headers import key_of, label_of

TIME_ENDINGS = ("时间", "日期", "年月")
BY_NAME, BY_SYNONYM, BY_WORDING = 0.99, 0.98, 0.95
NEARER = 0.004  # decides between two columns for one item, too little to be seen


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a wording may mean. certainty: of the wording alone, 0 to 1."""

    item: ItemSpec
    certainty: float
    wording: str


@dataclass(frozen=True)
class Vocabulary:
    """items: by code; wordings: key of a header -> what it may mean, best first."""

    items: Mapping[str, ItemSpec]
    wordings: Mapping[str, tuple[Candidate, ...]]

    def find(self, key: str) -> tuple[Candidate, ...]:
        return self.wordings.get(key, ())

    def item(self, code: str | None) -> ItemSpec | None:
        return self.items.get(code) if code else None

    def knows(self, text: str) -> bool:
        """True where `text` is surely a header: a wording, a row number, or somebody's name, number or telephone."""
        label = label_of(text)
        keys = {key_of(label.text), key_of(label.base)}
        if keys & lexicon.ROW_NUMBERS or any(key in self.wordings or key in lexicon.BY_SUBJECT for key in keys):
            return True
        return any(key.endswith(tuple(lexicon.ATTRIBUTES)) for key in keys)


def build_vocabulary(items: Iterable[ItemSpec]) -> Vocabulary:
    """The vocabulary of a catalogue. Items that the lexicon names and the catalogue lacks are left out."""
    by_code = {item.code: item for item in items}
    wordings: dict[str, list[Candidate]] = {}
    for item in by_code.values():
        for candidate in _candidates(item):
            known = wordings.setdefault(key_of(candidate.wording), [])
            if all(other.item.code != item.code for other in known):
                known.append(candidate)
    for key, by_subject in lexicon.BY_SUBJECT.items():
        for code in set(by_subject.values()) & by_code.keys():
            known = wordings.setdefault(key, [])
            if all(other.item.code != code for other in known):
                known.append(Candidate(by_code[code], BY_WORDING, key))
    return Vocabulary(by_code, {key: tuple(sorted(found, key=_least_certain)) for key, found in wordings.items()})


def _least_certain(candidate: Candidate) -> float:
    return -candidate.certainty


def _candidates(item: ItemSpec) -> Iterator[Candidate]:
    yield Candidate(item, BY_NAME, item.name)
    for synonym in item.synonyms:
        near = synonym in item.name or item.name in synonym
        yield Candidate(item, BY_SYNONYM + NEARER * near, synonym)
    further = [*load_wordings().get(item.code, ()), *_same_attribute(item), *_addresses(item)]
    for wording in further:
        yield Candidate(item, BY_WORDING, wording)
    for label in [*item.labels, *further]:
        for wording in _variants(item, label):
            yield Candidate(item, BY_WORDING, wording)


def _same_attribute(item: ItemSpec) -> tuple[str, ...]:
    """The many words for the subject's own number and telephone."""
    own = {"person.id_number": lexicon.ID_WORDS, "person.phone": lexicon.PHONE_WORDS}
    return own.get(item.code, ())


def _addresses(item: ItemSpec) -> list[str]:
    beginnings, endings = lexicon.ADDRESSES.get(item.code, ("", ""))
    return [beginning + ending for beginning in beginnings.split() for ending in endings.split()]


def _variants(item: ItemSpec, label: str) -> Iterator[str]:
    """Wordings of the same meaning: 时间 for 日期, 是否为 for 是否, without a bracketed unit."""
    if item.type in {"date", "datetime"}:
        ending = next((ending for ending in TIME_ENDINGS if label.endswith(ending)), None)
        yield from (label.removesuffix(ending) + other for other in TIME_ENDINGS[:2] if ending)
    if item.type == "boolean":
        bare = re.sub("^是否(为|是|属于|系)?", "", label)
        yield from (f"是否{verb}{bare}" for verb in ("", "为", "是", "属于", "系"))
