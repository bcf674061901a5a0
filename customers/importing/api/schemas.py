"""What the OpenAPI document says of a kind, from the columns of its import and of its export."""

from typing import Any, Final

from customers.importing import parsers
from customers.importing.api.items import LINES, MOST_LINES
from customers.importing.exports import exports
from customers.importing.registry import Column, ImportSpec

Schema = dict[str, Any]
MOST_ITEMS: Final = 1_000
FAULTS: Final[Schema] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        }
    },
}
RESULT: Final[Schema] = {
    "type": "object",
    "required": ["external_id", "result"],
    "properties": {
        "external_id": {"type": "string"},
        "result": {"enum": ["created", "updated", "unchanged", "parked", "rejected"]},
        "errors": FAULTS["properties"]["errors"],
        "waits_for": {"type": "string", "description": "Of a parked record: the kind and id it names."},
    },
}
RESULTS: Final[Schema] = {
    "type": "object",
    "required": ["results"],
    "properties": {"results": {"type": "array", "items": RESULT}},
}
_VALUE: Final = ["string", "number", "boolean", "null"]


def sent(spec: ImportSpec) -> Schema:
    """The body of a PUT. Texts are read as those of a file: `2026-11-30`, `12.50`; numbers may be numbers."""
    columns = [column for column in spec.columns if column.name != spec.key]
    properties = {column.name: _column(column) for column in columns}
    required = [column.name for column in columns if column.required]
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": {"type": _VALUE}}
    if spec.many:
        found["description"] = f"One row by itself, or its rows in `{LINES}`; what they share may stand beside them."
        line = {"type": "object", "properties": properties, "additionalProperties": {"type": _VALUE}}
        properties_of_all = {
            **properties,
            LINES: {"type": "array", "minItems": 1, "maxItems": MOST_LINES, "items": line},
        }
        return {**found, "properties": properties_of_all}
    return {**found, "required": required} if required else found


def sent_many(spec: ImportSpec) -> Schema:
    """The body of a batch."""
    one = sent(spec)
    key = {
        "external_id": {"type": "string"},
        "source": {"type": "string", "description": "The token's; may be left out."},
    }
    item = {**one, "properties": {**key, **one["properties"]}, "required": ["external_id", *one.get("required", ())]}
    return {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": item}},
    }


def given(spec: ImportSpec) -> Schema:
    """A record as a read gives it."""
    export = exports()[spec.kind]
    lines = [column.name for column in spec.columns if column.name != spec.key and column.name not in spec.headers]
    own = [name for name in export.header if not spec.many or name not in lines]
    properties: Schema = {name: {"type": _VALUE} for name in own}
    if spec.many:
        line = {"type": "object", "properties": {name: {"type": _VALUE} for name in lines}}
        properties[LINES] = {"type": "array", "items": line}
    return {"type": "object", "properties": properties}


def page(spec: ImportSpec) -> Schema:
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": given(spec)},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page; null at the end."},
        },
    }


def body(schema: Schema) -> Schema:
    """For `openapi_extra`."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _column(column: Column) -> Schema:
    found: Schema = {"type": _VALUE}
    if column.parser is parsers.day or column.sql == "date":
        found["description"] = "A day: YYYY-MM-DD."
    elif column.sql == "timestamptz":
        found["description"] = "A moment: ISO 8601; without a zone it is the company's."
    elif column.sql.startswith(("numeric", "int", "small")):
        found["description"] = "A number, or its text with a decimal point."
    elif column.sql == "boolean":
        found["description"] = "Yes or no: true or false."
    if column.required:
        found["description"] = f"{found.get('description', '')} Must be filled.".strip()
    return found
