"""Parts of addresses that the API of more than one app has. To import it registers them."""

from django.urls import register_converter
from django.urls.converters import IntConverter, StringConverter


class KeyConverter(IntConverter):
    """Number of an object, short enough for a bigint: a longer one is no object's, like any other that is unknown."""

    regex = "[0-9]{1,18}"


class ReferenceConverter(StringConverter):
    """Name that another system gave: letters, digits, - and _, 60 at most."""

    regex = "[A-Za-z0-9_-]{1,60}"


register_converter(KeyConverter, "key")
register_converter(ReferenceConverter, "reference")
