"""What the screen's JavaScript takes from Python, written beside it: python tools/javascript.py [--check]

`kernel.js` has the constants of buddylab.view.constants, `document.d.ts` the types of the JSON Schemas. With --check
nothing is written; what would change is named, and the exit code is 1.
"""

import json
import sys
from pathlib import Path
from typing import Any

from buddylab.scenario import json_schema as scenario_schema
from buddylab.view.constants import constants
from buddylab.view.document import schema as document_schema

SCREEN = Path(__file__).resolve().parents[1] / "buddylab" / "screen"
BANNER = "// Made by tools/javascript.py (make javascript) from {source}: change that, not this.\n"
NAMES = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}


def kernel() -> str:
    """The module kernel.js: every constant by its name."""
    parts = [BANNER.format(source="buddylab/view/constants.py").rstrip("\n")]
    for name, value in constants().items():
        parts.append(f"/** @type {{{type_of(value)}}} */")
        parts.append(broken(f"export const {name} = {json.dumps(value, ensure_ascii=False)};"))
    return "\n".join(parts) + "\n"


def type_of(value: Any) -> str:
    """The TypeScript type of a constant: of a list's or a dict's first entry for all of them, of a pair both."""
    if isinstance(value, dict):
        return f"Record<string, {type_of(next(iter(value.values())))}>"
    if isinstance(value, list) and len({type(one) for one in value}) > 1:
        return f"[{', '.join(map(type_of, value))}]"
    if isinstance(value, list):
        return f"{type_of(value[0])}[]"
    return "string" if isinstance(value, str) else "number"


def broken(line: str) -> str:
    """A line that is too long, broken behind its commas."""
    text, rows = "", []
    for word in line.split(" "):
        if text and len(text) + len(word) + 1 > 118:
            rows.append(text)
            text = " "
        text = f"{text} {word}" if text else word
    return "\n".join([*rows, text])


def types() -> str:
    """The module document.d.ts: an interface or a type for every definition of the schemas."""
    parts = [BANNER.format(source="the JSON Schemas in buddylab/view and buddylab/scenario")]
    for schema in (document_schema(), scenario_schema()):
        parts += [definition(name, one) for name, one in [(schema["title"], schema), *schema.get("$defs", {}).items()]]
    return "\n".join(parts)


def definition(name: str, schema: dict[str, Any]) -> str:
    """One exported type with what the schema says of it."""
    return f"{comment(schema, '')}export type {name} = {typed(schema, '')};\n"


def comment(schema: dict[str, Any], indent: str) -> str:
    """The schema's description as a comment on a line of its own."""
    return f"{indent}/** {schema['description']} */\n" if "description" in schema else ""


def typed(schema: Any, indent: str) -> str:
    """A schema as a TypeScript type."""
    if schema is True or schema == {}:
        return "unknown"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(typed(one, indent) for one in schema[several])
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(typed({**schema, "type": one}, indent) for one in kind)
    if kind == "array":
        return array(schema, indent)
    return thing(schema, indent) if kind == "object" else NAMES[kind]


def array(schema: dict[str, Any], indent: str) -> str:
    """A list, or a tuple where places have types of their own; what may be missing at its end is optional."""
    rest = schema.get("items")
    if "prefixItems" not in schema:
        return f"({typed(rest, indent)})[]"
    places = [typed(one, indent) for one in schema["prefixItems"]]
    least = schema.get("minItems", 0)
    named = [place if at < least else f"({place})?" for at, place in enumerate(places)]
    return f"[{', '.join([*named, *([] if rest is False else [f'...({typed(rest, indent)})[]'])])}]"


def thing(schema: dict[str, Any], indent: str) -> str:
    """An object: its properties, or what any name stands for."""
    deeper, more = indent + "  ", schema.get("additionalProperties", False)
    lines = []
    for name, one in schema.get("properties", {}).items():
        optional = "" if name in schema.get("required", ()) else "?"
        key = name if name.isidentifier() else json.dumps(name)
        lines.append(f"{comment(one, deeper)}{deeper}{key}{optional}: {typed(one, deeper)};\n")
    if more is not False:
        lines.append(f"{deeper}[name: string]: {typed(more, deeper)};\n")
    return "{\n" + "".join(lines) + indent + "}"


FILES = {"kernel.js": kernel, "document.d.ts": types}


def main(check: bool) -> int:
    """Write the files, or say which of them are not as they should be."""
    stale = [
        name
        for name, make in FILES.items()
        if not (SCREEN / name).exists() or (SCREEN / name).read_text(encoding="utf-8") != make()
    ]
    for name in stale:
        if check:
            print(f"buddylab/screen/{name} is not what Python says: make javascript")
        else:
            (SCREEN / name).write_text(FILES[name](), encoding="utf-8")
            print(f"wrote buddylab/screen/{name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
