"""What others publish about the messages they take, written down as JSON Schemas.

Slack: "Sending messages using incoming webhooks", "Block Kit: section, context, text object" (api.slack.com).
PagerDuty: "Events API v2: Send an Alert Event" (developer.pagerduty.com). CloudEvents: spec 1.0.2 and its JSON format.
"""

from typing import Any, Final

from jsonschema import Draft202012Validator

MRKDWN: Final = {
    "type": "object",
    "required": ["type", "text"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "mrkdwn"},
        # In `<…>` Slack reads links and mentions; `&` begins an escape, of which there are three.
        "text": {"type": "string", "minLength": 1, "pattern": r"^([^&<>]|&amp;|&lt;|&gt;)*$"},
        "verbatim": {"type": "boolean"},
    },
}


def _short(longest: int) -> dict[str, Any]:
    return {"allOf": [MRKDWN, {"properties": {"text": {"maxLength": longest}}}]}


SLACK: Final = {
    "type": "object",
    "required": ["text", "blocks"],
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 4000, "pattern": r"^([^&<>]|&amp;|&lt;|&gt;)*$"},
        "blocks": {
            "type": "array",
            "minItems": 1,
            "maxItems": 50,
            "items": {
                "oneOf": [
                    {
                        "required": ["type"],
                        "additionalProperties": False,
                        "anyOf": [{"required": ["text"]}, {"required": ["fields"]}],
                        "properties": {
                            "type": {"const": "section"},
                            "text": _short(3000),
                            "fields": {"type": "array", "minItems": 1, "maxItems": 10, "items": _short(2000)},
                        },
                    },
                    {
                        "required": ["type", "elements"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "context"},
                            "elements": {"type": "array", "minItems": 1, "maxItems": 10, "items": _short(3000)},
                        },
                    },
                ]
            },
        },
    },
}
PAGERDUTY: Final = {
    "type": "object",
    "required": ["routing_key", "event_action", "dedup_key", "payload"],
    "additionalProperties": False,
    "properties": {
        "routing_key": {"type": "string", "pattern": "^[0-9a-zA-Z]{32}$"},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "client": {"type": "string"},
        "payload": {
            "type": "object",
            "required": ["summary", "source", "severity"],
            "additionalProperties": False,
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": {"type": "string", "minLength": 1, "maxLength": 255},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string", "format": "date-time"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
    },
}
CLOUD_EVENT: Final = {
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1, "format": "uri-reference", "pattern": r"^[!-~]+$"},
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "pattern": r"^dev\.floe\.[a-z]+\.v1$"},
        "datacontenttype": {"const": "application/json"},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "format": "date-time", "pattern": "Z$"},
        "data": {"type": "object"},
    },
}
_COMMON: Final = ("message_id", "event_type", "target_environment", "operator", "timestamp", "trace_id")
FLOE: Final = {
    "type": "object",
    "required": [*_COMMON, "artifact_tag", "artifact_digest", "source_environment"],
    "properties": {
        "message_id": {"pattern": "^msg_[0-9a-f]{32}$"},
        "event_type": {"enum": ["promote", "rollback", "lock", "unlock"]},
    },
    "allOf": [
        {
            "if": {"properties": {"event_type": {"const": "promote"}}},
            "then": {"required": ["promotion_id"], "not": {"required": ["rollback_id"]}},
        },
        {
            "if": {"properties": {"event_type": {"const": "rollback"}}},
            "then": {"required": ["rollback_id", "reason", "impact_analysis"], "not": {"required": ["promotion_id"]}},
        },
        {
            "if": {"properties": {"event_type": {"enum": ["lock", "unlock"]}}},
            "then": {"required": ["reason"], "properties": {"artifact_tag": {"type": "null"}}},
        },
    ],
}
SCHEMAS: Final = {"floe": FLOE, "slack": SLACK, "pagerduty": PAGERDUTY, "cloudevents": CLOUD_EVENT}


def mistakes(form: str, message: object) -> list[str]:
    """What of a message its receiver would not take."""
    schema = SCHEMAS[form]
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(message)]
