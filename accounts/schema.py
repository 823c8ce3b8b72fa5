"""How the door of machines, and strict input, are written in the schema of the API (OpenAPI)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.bearer.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "POST /api/oauth/token/ 取得,10 分钟有效"}

    def get_security_requirement(self, auto_schema: AutoSchema) -> Any:
        """None where machines have no business."""
        return {self.name: []} if getattr(auto_schema.view, "api_scope", "") else None


class StrictShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """No names but those that are declared."""

    target_class = "accounts.api.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        shape: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        return shape | {"additionalProperties": False}
