"""How the door of machines is written in the schema of the API (OpenAPI)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.bearer.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "POST /api/oauth/token/ 取得,10 分钟有效"}

    def get_security_requirement(self, auto_schema: AutoSchema) -> Any:
        """None where machines have no business."""
        return {self.name: []} if getattr(auto_schema.view, "api_scope", "") else None
