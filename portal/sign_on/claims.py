"""What a system learns of who comes in: in which post, area and department. Never an ID number, never a phone."""

from typing import Any

from accounts.actors import Actor
from accounts.sealing import blind_index

OF_IDENTITY = ("sub", "sid")
OF_PROFILE = (
    *("name", "post", "role", "role_name", "area_code", "area_name", "area_level"),
    *("department", "department_name", "account"),
)
CLAIM_SCOPES = dict.fromkeys(OF_IDENTITY, "openid") | dict.fromkeys(OF_PROFILE, "profile")
SCOPES = ("openid", "profile")


def subject_of(*, system_id: int, user_id: int) -> str:
    """Who somebody is at one system, the same for life, and another at each system (pairwise, OIDC Core 8.1)."""
    return blind_index(f"sign_on.subject.{system_id}", str(user_id)).hex()


def describe(actor: Actor, *, account: str = "") -> dict[str, Any]:
    """The person in the post. account: what he is called at the system, "" where nobody said so.

    area_code: 18 digits as text, since a JavaScript number cannot hold them.
    """
    told = {
        "name": actor.name,
        "post": str(actor.post_id),
        "role": actor.role.value,
        "role_name": actor.role.label,
        "area_code": f"{actor.area_code:018d}",
        "area_name": actor.area_name,
        "area_level": actor.area_level.value,
        "department": str(actor.department_id or ""),
        "department_name": actor.department_name,
        "account": account,
    }
    return {name: value for name, value in told.items() if value}
