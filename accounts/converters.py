"""Numbers in addresses, no larger than a database holds: a longer one is a page that never was, not a failure."""
from django.urls import register_converter
from django.urls.converters import IntConverter


class NumberConverter(IntConverter):
    """A positive whole number below 10¹⁸, without leading zeros."""

    regex = "[1-9][0-9]{0,17}"


register_converter(NumberConverter, "number")
