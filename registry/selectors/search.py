"""What the one search box means: a number, initials, a name, an address.

A masked item cannot be searched by: the answer would tell what the mask hides. The exact ID number is the exception:
who types it knows it already, and the blind index tells nothing but "this one".
"""

from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Replace

from accounts.sealing import blind_index
from registry.rules.identity import parse_id_number
from registry.rules.refusals import ValueRefused
from registry.rules.text import clean_text, compact

ID_ITEM = "person.id_number"
NAME_LEVEL = 3
MOST_FOUND = 500
SHORTEST_PART = 3
NOTHING = Q(pk__in=[])


def people_matching(text: str, *, clearance: int) -> Q:
    """Condition on people for what was typed. clearance: of the reader; below the level of names only numbers find."""
    number = compact(text)
    if looks_like_id_number(number):
        return Q(id_number_index=blind_index(ID_ITEM, number.upper()))
    if clearance < NAME_LEVEL:
        return NOTHING
    if number.isascii() and number.isdigit():
        return Q(phone=number)
    if number.isascii() and number.isalpha():
        return _spelled(number.lower())
    return _named(clean_text(text))


def looks_like_id_number(number: str) -> bool:
    try:
        parse_id_number(number)
    except ValueRefused:
        return False
    return True


def _spelled(letters: str) -> Q:
    """Initials, or full pinyin without spaces; the first letter lets the index of initials help for both."""
    return Q(initials__starts=letters) | Q(initials__starts=letters[0], spelled__starts=letters)


def _named(text: str) -> Q:
    """Names that begin so, and names or addresses that hold it: the latter by the reviewed function of the wall."""
    begins = Q(name__starts=text)
    if len(text) < SHORTEST_PART:
        return begins
    return begins | Q(pk__in=RawSQL("SELECT registry_search_people(%s, %s)", [text, MOST_FOUND]))


SPELLED = Replace(F("pinyin"), Value(" "), Value(""))
"""Pinyin without spaces; to be annotated as `spelled` where `people_matching` is used."""
