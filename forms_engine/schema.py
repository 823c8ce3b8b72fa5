"""How strict input is written in the schema of the API (OpenAPI)."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema


class StrictShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """No names but those that are declared."""

    target_class = "forms_engine.serializers.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        shape: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        return shape | {"additionalProperties": False}
