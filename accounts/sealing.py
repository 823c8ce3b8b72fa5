"""Sealing of identifying numbers of level 4 at rest: SM4-GCM (GB/T 32907-2016), blind index HMAC-SM3 (GB/T 32905-2016).

A sealed value is the text `s<key version>.<base64(nonce 12 + ciphertext + tag 16)>`; it travels through prefill and
reports as it is and is opened only at the edge. The item code is authenticated data: a sealed value opens only
under the item it was sealed for.
"""

import base64
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

NONCE_BYTES, TAG_BYTES = 12, 16


class SealBroken(ValueError):
    """A sealed value cannot be opened: wrong key, wrong item, or changed bytes. Never carries the value."""


def seal(item: str, text: str) -> str:
    """Sealed form of `text` under the current key. item: data item code, such as "person.id_number"."""
    version = _current_version()
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_cipher(version), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(item.encode())
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return f"s{version}." + base64.b64encode(nonce + body + encryptor.tag).decode()


def open_sealed(item: str, sealed: str) -> str:
    """Text that was sealed under `item`. Raises SealBroken."""
    try:
        version, packed = sealed[1:].split(".", 1)
        raw = base64.b64decode(packed, validate=True)
        mode = modes.GCM(raw[:NONCE_BYTES], raw[-TAG_BYTES:])
        decryptor = Cipher(_cipher(int(version)), mode).decryptor()
        decryptor.authenticate_additional_data(item.encode())
        return (decryptor.update(raw[NONCE_BYTES:-TAG_BYTES]) + decryptor.finalize()).decode()
    except (InvalidTag, ValueError, KeyError):
        raise SealBroken(item) from None


def is_sealed(value: object) -> bool:
    """Whether a stored text is in sealed form: `s`, key version, a dot."""
    return isinstance(value, str) and value[:1] == "s" and value[1 : value.find(".")].isdigit()


def blind_index(item: str, text: str) -> bytes:
    """32 bytes for equality search of a sealed item; equal only for equal item and text."""
    mac = _begun_index(item).copy()
    mac.update(text.encode())
    return mac.finalize()


def _current_version() -> int:
    return max(settings.SEAL_KEYS)


@lru_cache(maxsize=16)
def _cipher(version: int) -> algorithms.SM4:
    return algorithms.SM4(settings.SEAL_KEYS[version])


@lru_cache(maxsize=256)
def _begun_index(item: str) -> HMAC:
    """The part of a blind index that all values of an item share; to be copied."""
    mac = HMAC(settings.BLIND_INDEX_KEY, SM3())
    mac.update(item.encode() + b"\x00")
    return mac
