"""Numbers with a check digit or a form by law: cards, bank accounts, social security and phone numbers."""

from __future__ import annotations

import string
from itertools import pairwise
from typing import Final

from tests.personal.made import CAPITALS, Kinds, Maker, Secret, bare

_CARDS: Final = (
    ("4", 16), ("4", 13), ("4", 19), ("51", 16), ("52", 16), ("54", 16), ("2223", 16), ("2699", 16), ("34", 15),
    ("37", 15), ("6011", 16), ("645", 16), ("65", 16), ("301", 14), ("36", 14), ("38", 14), ("3540", 16), ("6229", 16),
    ("6282", 17), ("8171", 16), ("2202", 16), ("6521", 16), ("5018", 16), ("6304", 18), ("6762", 19),
)  # fmt: skip
"""First digits and length: issuers' own guides for integrators."""

_ACCOUNTS: Final = {
    "DE": "n18", "GB": "a4n14", "FR": "n10c11n2", "NO": "n11", "BE": "n12", "NL": "a4n10", "ES": "n20",
    "IT": "a1n10c12", "CH": "n5c12", "MT": "a4n5c18", "PL": "n24", "SE": "n20", "SA": "n2c18", "BR": "n23a1c1",
    "LC": "a4c24", "KW": "a4c22", "AT": "n16", "PT": "n21", "IE": "a4n14", "GR": "n7c16", "TR": "n5n1c16",
}  # fmt: skip
"""National part by country, as the IBAN registry writes it: n digits, a capitals, c both."""


def card(maker: Maker) -> str:
    """Give a card's number, with its check digit by Luhn (ISO/IEC 7812-1, annex B)."""
    first, length = maker.one(_CARDS)
    body = first + maker.digits(length - len(first) - 1)
    return next(body + check for check in string.digits if _luhn(body + check) % 10 == 0)


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return total


def grouped_card(maker: Maker, separators: str) -> str:
    """Give it as it stands on the card: in fours, or in four, six and five digits of American Express."""
    number = card(maker)
    while len(number) not in (15, 16) or (len(number) == 15 and number[0] != "3"):
        number = card(maker)
    cuts = (0, 4, 8, 12, 16) if len(number) == 16 else (0, 4, 10, 15)
    return maker.one(separators).join(number[one:other] for one, other in pairwise(cuts))


def iban(maker: Maker) -> str:
    """Give an account's number, with its check digits (ISO 13616-1, ISO/IEC 7064 MOD 97-10)."""
    country = maker.one(list(_ACCOUNTS))
    account = _national(maker, _ACCOUNTS[country])
    remainder = int("".join(str(int(one, 36)) for one in f"{account}{country}00")) % 97
    return f"{country}{98 - remainder:02d}{account}"


def _national(maker: Maker, structure: str) -> str:
    alphabets = {"n": string.digits, "a": CAPITALS, "c": CAPITALS + string.digits}
    lengths = structure.translate(str.maketrans("nac", "   ")).split()
    kinds = [one for one in structure if one in alphabets]
    return "".join(maker.text(alphabets[kind], int(length)) for kind, length in zip(kinds, lengths, strict=True))


def in_fours(text: str) -> str:
    """Give a text in groups of four."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def ssn(maker: Maker) -> tuple[str, str, str]:
    """Give area, group and serial number as they are given out (20 CFR 422.103)."""
    area = maker.one([*range(1, 666), *range(667, 900)])
    return f"{area:03d}", f"{maker.number(1, 99):02d}", f"{maker.number(1, 9999):04d}"


def _named_ssn(maker: Maker) -> Secret:
    number = maker.one(["", " "]).join(ssn(maker))
    return Secret(maker.one(["SSN: ", "social security number ", "ssn is "]) + number, number)


def _e164(maker: Maker) -> str:
    country = maker.one(["1", "44", "49", "33", "353", "81", "55", "7", "91", "380"])
    return f"+{country}{maker.number(2, 9)}{maker.digits(7, 9)}"


def _e164_grouped(maker: Maker) -> str:
    return maker.one([
        f"+{maker.one(['44', '49', '1'])} {maker.number(200, 999)} {maker.digits(3)} {maker.digits(4)}",
        f"+1 ({maker.number(200, 999)}) {maker.digits(3)}-{maker.digits(4)}",
        f"+33 {maker.number(1, 7)} {maker.digits(2)} {maker.digits(2)} {maker.digits(2)} {maker.digits(2)}",
        f"+44 (0) 20 {maker.digits(4)} {maker.digits(4)}",
        f"+1-{maker.number(200, 999)}-{maker.number(200, 999)}-{maker.digits(4)}",
    ])  # fmt: skip


def _national_phone(maker: Maker) -> Secret:
    word = maker.one(["phone: ", "tel. ", "call me at ", "mobile number is ", "Fax ", "phone=", "Tel: "])
    number = maker.one([
        f"({maker.number(200, 999)}) {maker.number(200, 999)}-{maker.digits(4)}",
        f"{maker.number(200, 999)}-{maker.number(200, 999)}-{maker.digits(4)}",
        f"0{maker.number(20, 99)} {maker.digits(4)} {maker.digits(4)}",
    ])  # fmt: skip
    return Secret(word + number, number)


CHECKED: Final[Kinds] = {
    "card": bare(card),
    "card, grouped": bare(lambda maker: grouped_card(maker, " -")),
    "iban": bare(iban),
    "iban, grouped": bare(lambda maker: in_fours(iban(maker))),
}
FORMED: Final[Kinds] = {
    "ssn": bare(lambda maker: "-".join(ssn(maker))),
    "ssn, named": _named_ssn,
    "phone, E.164": bare(_e164),
    "phone, E.164 grouped": bare(_e164_grouped),
    "phone, national": _national_phone,
}
