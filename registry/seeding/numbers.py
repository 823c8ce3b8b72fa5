"""Identifying numbers that pass every check of form and cannot belong to anybody.

- Identity numbers (GB 11643-1999): Shanghai's counties were numbered 310221 to 310230 (GB/T 2260); 310231 to 310299
  were never assigned. People from elsewhere get prefecture 99, which no province ever had. Date and check digit are
  right.
- Mobile numbers: 154, the one segment between 150 and 159 that was never opened to subscribers.
- Bank accounts: 19 digits from 620000 with a last digit that fails the Luhn check (ISO/IEC 7812-1): no card has one.
- Credit codes (GB 32100-2015): registration area 310299, never assigned; both check characters are right.

Each community draws from a block of its own, by its position in the district: blocks never meet.
"""

from collections import Counter
from datetime import date

from stdnum.cn.uscc import calc_check_digit as uscc_check_digit

from registry.rules.identity import id_check_digit
from registry.seeding.names import FEMALE

FIRST_COUNTY, LAST_COUNTY = 31, 99
BLOCKS_PER_COUNTY, SERIALS_PER_BLOCK = 6, 160
MOST_COMMUNITIES = (LAST_COUNTY - FIRST_COUNTY + 1) * BLOCKS_PER_COUNTY
LOCAL_PREFIX = "3102"
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class Numbers:
    """Issues the numbers of one community. position: 0-based place of the community in its district."""

    def __init__(self, position: int) -> None:
        if not 0 <= position < MOST_COMMUNITIES:
            raise ValueError(f"a district has room for {MOST_COMMUNITIES} made-up communities")
        self._position = position
        self._county = FIRST_COUNTY + position // BLOCKS_PER_COUNTY
        self._first_serial = position % BLOCKS_PER_COUNTY * SERIALS_PER_BLOCK + 1
        self._issued: Counter[object] = Counter()

    def id_number(self, *, birth_date: date, sex: str, province: str = "") -> str:
        """18 characters. province: two digits of GB/T 2260 for someone from elsewhere.

        Raises ValueError when 80 people of one sex were born here on one day.
        """
        area = f"{province}99{self._county}" if province else f"{LOCAL_PREFIX}{self._county}"
        nth = self._next((area, birth_date, sex))
        if nth >= SERIALS_PER_BLOCK // 2:
            raise ValueError("the block of identity numbers is used up")
        serial = self._first_serial + 2 * nth + (sex == FEMALE)
        body = f"{area}{birth_date:%Y%m%d}{serial:03d}"
        return body + id_check_digit(body)

    def phone(self) -> str:
        return f"154{self._position:03d}{self._next('phone'):05d}"

    def bank_account(self) -> str:
        body = f"620000{self._position:03d}{self._next('bank'):09d}"
        return body + str((_luhn_digit(body) + 5) % 10)

    def credit_code(self) -> str:
        body = f"{self._position:03d}{self._next('uscc'):05d}"
        number = f"92310299{body}{_organization_check(body)}"
        return number + uscc_check_digit(number)

    def permit_number(self) -> str:
        """Number of a residence permit, with the county that was never assigned."""
        return f"31{self._county:02d}99{self._position:03d}{self._next('permit'):06d}"

    def household_number(self) -> str:
        """Nine digits, as on the cover of a household register."""
        return f"{self._position + 1:03d}{self._next('household') + 1:06d}"

    def dwelling_serial(self) -> str:
        return f"{self._next('dwelling') + 1:05d}"

    def _next(self, series: object) -> int:
        nth = self._issued[series]
        self._issued[series] = nth + 1
        return nth


def _luhn_digit(body: str) -> int:
    """The digit that would make `body` a valid card number."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def _organization_check(body: str) -> str:
    """Check character of an organization code of eight digits (GB 11714-1997)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, _ORGANIZATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))
