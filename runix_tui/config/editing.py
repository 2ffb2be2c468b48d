"""Settings one by one, and changes of them in a text whose comments and order stay. Reads and writes no file."""

import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from runix_tui.config.model import Config
from runix_tui.core.settings import Setting
from runix_tui.errors import FieldError, InvalidRequest

Values = Mapping[str, Any]
"""Values by key (``build.cpus``), of JSON's types."""

_HINT = "GET /settings lists the keys and their types; null gives a key's default back."
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TYPES = {str: "string", Path: "string", int: "int", float: "float", bool: "bool", tuple: "list"}


def settings(text: str, config: Config) -> tuple[Setting, ...]:
    """Every key, as ``config``, read from ``text``, has it. Tables of the user's own keys (credentials) are not among
    them."""
    sent = tomllib.loads(text)
    found = []
    for key, field in _fields().items():
        section, name = key.split(".")
        value = getattr(getattr(config, section), name)
        is_set = name in sent.get(section, {})
        found.append(Setting(key, _type(field), _plain(value), _plain(field.default), field.description or "", is_set))
    return tuple(found)


def changed(text: str, changes: Values) -> str:
    """``text`` with these keys set, those that are None taken out. Raises ``InvalidRequest`` naming each wrong key."""
    import tomlkit

    _check(changes)
    document = tomlkit.parse(text)
    for key, value in changes.items():
        section, name = key.split(".")
        if value is not None:
            document.setdefault(section, tomlkit.table())[name] = value
        elif name in document.get(section, {}):
            del document[section][name]
    return tomlkit.dumps(document)


def _check(changes: Values) -> None:
    """That these keys exist and may have these values, by the rules of the file itself."""
    known = _fields()
    wrong = [FieldError(key[:100], _unknown(key, known)) for key in changes if key not in known]
    wrong += [FieldError(key, "has control characters") for key, value in changes.items() if _has_control(value)]
    nested: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        if key in known and value is not None:
            section, name = key.split(".")
            nested.setdefault(section, {})[name] = value
    try:
        Config.model_validate_json(json.dumps(nested), strict=True)
    except ValidationError as error:
        wrong += [FieldError(".".join(map(str, each["loc"][:2])), _said(each["msg"])) for each in error.errors()]
    if wrong:
        unique = tuple({each.path: each for each in reversed(wrong)}.values())[::-1]
        raise InvalidRequest(f"{unique[0].path}: {unique[0].message}", errors=unique, hint=_HINT)


def _fields() -> dict[str, FieldInfo]:
    found: dict[str, FieldInfo] = {}
    for section, of_section in Config.model_fields.items():
        kind = of_section.annotation
        assert isinstance(kind, type) and issubclass(kind, BaseModel)  # noqa: S101, PT018 - what Config is made of
        found |= {f"{section}.{name}": field for name, field in kind.model_fields.items() if field.description}
    return found


def _type(field: FieldInfo) -> str:
    """What JSON's words call the type of a field, None aside."""
    kinds = (get_origin(field.annotation), field.annotation, *get_args(field.annotation))
    return next(_TYPES[kind] for kind in kinds if kind in _TYPES)


def _has_control(value: Any) -> bool:
    """No path and no host has any; in a path they would end the next start."""
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and _CONTROL.search(text) for text in texts)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value


def _said(message: str) -> str:
    return message.replace("Input should be", "must be")


def _unknown(key: str, known: Mapping[str, FieldInfo]) -> str:
    close = get_close_matches(key.lower(), list(known), n=1, cutoff=0.6)
    return "is not a setting" + (f"; did you mean {close[0]!r}?" if close else "")
