"""Settings one by one, and changes of them in a text whose comments and order stay. Reads and writes no file."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from runix_tui.config.model import BY_HAND, Config, fields
from runix_tui.config.wording import key_of, said, suggestion
from runix_tui.core.settings import Setting
from runix_tui.errors import FieldError, InvalidRequest

Values = Mapping[str, Any]
"""Values by key (``build.cpus``), of JSON's types."""

_HINT = "GET /settings lists the keys and their types; null gives a key's default back."
_HAND_HINT = "GET /settings says where config.toml is: edit it there, then start the server again."
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TYPES = {str: "string", Path: "string", int: "int", float: "float", bool: "bool", tuple: "list"}
_SHOWN = 80  # characters of a value that are told


def settings(text: str, config: Config) -> tuple[Setting, ...]:
    """Every key, as ``config``, read from ``text``, has it."""
    sent = tomllib.loads(text)
    found = []
    for key, field in fields().items():
        section, name = key.split(".")
        found.append(
            Setting(
                key=key,
                type=_type(field),
                value=_plain(getattr(getattr(config, section), name)),
                default=_plain(field.default),
                description=field.description or "",
                set=name in sent.get(section, {}),
                by_hand=_is_by_hand(field),
            )
        )
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


def difference(before: Iterable[Setting], after: Iterable[Setting]) -> str:
    """What became of the values, for people: ``build.cpus: 2.0 → 1.5``. No setting holds a secret."""
    pairs = zip(before, after, strict=True)
    return "; ".join(f"{new.key}: {_shown(old)} → {_shown(new)}" for old, new in pairs if old.value != new.value)


def _check(changes: Values) -> None:
    """That these keys exist, are not changed by hand alone, and may have these values by the rules of the file."""
    known = fields()
    wrong = {_path(key): f"is not a setting{suggestion(key, known)}" for key in changes if key not in known}
    by_hand = {key: "is changed in config.toml alone" for key in changes if key in known and _is_by_hand(known[key])}
    wrong |= by_hand
    nested: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        if key in known and key not in by_hand and value is not None:
            section, name = key.split(".")
            nested.setdefault(section, {})[name] = value
    try:
        Config.model_validate_json(json.dumps(nested), strict=True)
    except ValidationError as error:
        for fault in error.errors():
            wrong.setdefault(key_of(fault), said(fault, known))
    for key, value in changes.items():
        if isinstance(value, str) and _CONTROL.search(value):
            wrong.setdefault(_path(key), "has control characters")
    if wrong:
        errors = tuple(FieldError(key, message) for key, message in wrong.items())
        hint = _HAND_HINT if by_hand else _HINT
        raise InvalidRequest(f"{errors[0].path}: {errors[0].message}", errors=errors, hint=hint)


def _path(key: str) -> str:
    """A user's own key as an error names it."""
    return key[:100] or "body"


def _is_by_hand(field: FieldInfo) -> bool:
    return BY_HAND in field.metadata


def _type(field: FieldInfo) -> str:
    """What JSON's words call the type of a field, None aside."""
    kinds = [getattr(kind, "__origin__", kind) for kind in (field.annotation, *get_args(field.annotation))]
    return next(_TYPES[kind] for kind in kinds if kind in _TYPES)


def _shown(setting: Setting) -> str:
    text = "none" if setting.value is None else json.dumps(setting.value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
