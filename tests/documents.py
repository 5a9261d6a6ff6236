"""Every document that a test makes is held against the published JSON Schema."""

import functools
import json

import fastjsonschema

from buddylab.view import document


def older(schema):
    """The schema as fastjsonschema reads it (draft 7): the places of a tuple are `items` there, the rest behind them
    `additionalItems`."""
    if isinstance(schema, list):
        return [older(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: older(part) for name, part in schema.items() if name != "$schema"}
    if "prefixItems" in parts:
        parts["additionalItems"] = parts.pop("items", True)
        parts["items"] = parts.pop("prefixItems")
    return parts


@functools.cache
def validator():
    """Raises JsonSchemaException for what is no document."""
    return fastjsonschema.compile(older(document.schema()))


def validated(view):
    """The same function, but what it makes is looked at as whoever reads the JSON sees it."""

    @functools.wraps(view)
    def made(*args, **more):
        shown = view(*args, **more)
        validator()(json.loads(document.to_json(shown)))
        return shown

    return made
