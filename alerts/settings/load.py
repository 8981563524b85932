"""config.yaml and the environment to Settings, or one sentence that names the place and the cure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from alerts.settings.faults import ConfigError, hint, line_of, sentence
from alerts.settings.model import Settings
from alerts.store import address

_PREFIX = "HS_"
_NOT_A_SETTING = "HS_ENV"  # says `production` to what is for tests only, see alerts/crash.py
_LARGEST = 16 * 1024 * 1024  # some hundred thousand products; a device or a dump named by mistake is more
# A secret's own name, and where it lives in Settings; HS_… works for it as for every other key.
_SECRETS = {
    "DISCORD_TOKEN": ("discord", "token"),
    "DISCORD_CLIENT_SECRET": ("web", "oauth_client_secret"),
    "TINYFISH_API_KEY": ("tinyfish", "api_key"),
    "SENTRY_DSN": ("sentry", "dsn"),
    "HEARTBEAT_URL": ("heartbeat", "url"),
    "HS_SECRET_KEY": ("store", "secret_key"),
    "HS_BACKUP_KEY": ("backup", "key"),
}
# No secret itself, but it may hold a password: it may stand in the file, in the environment, or in a file of its own.
_STORE = f"{_PREFIX}STORE__URL"


def load(text: str, env: Mapping[str, str], *, place: str = "config.yaml") -> Settings:
    """Settings from the text of a config file and the environment, which wins. ConfigError names the first fault."""
    data = _parse(text, place)
    _refuse_secrets(data, place)
    _refuse_unknown(env)
    for name, (section, key) in _SECRETS.items():
        _put(data, section, key, _secret(name, env))
    _put(data, "store", "url", _only_one([_STORE, f"{_STORE}_FILE"], env) if env.get(f"{_STORE}_FILE") else None)
    try:
        loaded = _overlay(env)(**data)
        return Settings.model_validate(loaded.model_dump(exclude_unset=True))
    except ValidationError as exc:
        raise ConfigError(sentence(exc.errors()[0], where=lambda path: _where(path, text, env, place))) from None
    except SettingsError as exc:
        raise ConfigError(f"environment: {_not_json(str(exc))}") from None
    except RecursionError:
        raise ConfigError("environment: a list or section in HS_… is nested too deep; write it flat.") from None


def load_file(path: Path, env: Mapping[str, str]) -> Settings:
    """The same from a file; ConfigError when it cannot be read."""
    try:
        text = _text(path)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise ConfigError(f"{path}: cannot be read ({reason}): name a file with --config.") from None
    return load(text, env, place=path.name)


def secrets_in(env: Mapping[str, str]) -> list[str]:
    """What the environment holds that nobody may see, also while it cannot be loaded."""
    names = {*_SECRETS, *_secret_twins()}
    given = [env[name] for name in sorted(names) if env.get(name) and not name.endswith("_FILE")]
    return [*address.secrets_in(env.get(_STORE, "")), *(part for each in given for part in _parts(each))]


def secret_files(env: Mapping[str, str]) -> dict[str, Path]:
    """The files that hold secrets, by the variables that name them."""
    names = {f"{name}_FILE" for name in (*_SECRETS, _STORE)}
    names |= {name for name in _secret_twins() if name.endswith("_FILE")}
    return {name: Path(env[name]) for name in sorted(names) if env.get(name)}


def secrets_of(settings: Settings) -> list[str]:
    """Every secret among the settings: whatever is a SecretStr, and what the store's address holds."""
    return [*address.secrets_in(settings.store.url), *_secrets_below(settings)]


def _secrets_below(section: BaseModel) -> Iterator[str]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, SecretStr):
            yield from _parts(value.get_secret_value())
        elif isinstance(value, BaseModel):
            yield from _secrets_below(value)


def _parts(secret: str) -> list[str]:
    """HS_SECRET_KEY may be several."""
    return [part.strip() for part in secret.split(",") if part.strip()]


def _text(path: Path) -> str:
    with path.open("rb") as file:
        body = file.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise ValueError("it is larger than 16 MiB")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None


def _overlay(env: Mapping[str, str]) -> type[BaseSettings]:
    """Settings fed by the given environment first and the file second."""

    class Given(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return {name.lower(): value for name, value in env.items() if name not in _secret_twins()}

    class Overlay(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
        )

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return Given(settings_cls), init_settings

    return Overlay


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice instead of forgetting the first."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            mark = node.value[index][0].start_mark
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is written twice", mark)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _parse(text: str, place: str) -> dict[str, Any]:
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ConfigError(f"{place}, line {line}: is not YAML: {exc.problem}; mend that line.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise ConfigError(
            f"{place}: is not YAML ({type(exc).__name__}); mend it or start from the shipped one."
        ) from None
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ConfigError(f"{place}: holds no settings; write sections such as 'products:' at its top.")
    return data


def _refuse_secrets(data: Mapping[str, Any], place: str) -> None:
    for name, (section, key) in _SECRETS.items():
        part = data.get(section)
        if isinstance(part, Mapping) and key in part:
            raise ConfigError(f"{place}: {section}.{key}: a secret does not belong here; set {name} or {name}_FILE.")


def _secret(name: str, env: Mapping[str, str]) -> str | None:
    """A secret from NAME, from the file that NAME_FILE names, or from its HS_ twin. Only one may be set."""
    twin = _PREFIX + "__".join(_SECRETS[name]).upper()
    return _only_one([name, f"{name}_FILE", twin, f"{twin}_FILE"], env)


def _only_one(names: Sequence[str], env: Mapping[str, str]) -> str | None:
    """What one of them says, or the file that it names; ConfigError when several are set."""
    given = [name for name in names if env.get(name)]
    if len(given) > 1:
        raise ConfigError(f"{given[0]} and {given[1]} are both set; unset one of them.")
    if not given or not given[0].endswith("_FILE"):
        return env[given[0]] if given else None
    try:
        return _text(Path(env[given[0]])).strip() or None
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise ConfigError(f"{given[0]}: its file cannot be read ({reason}); mend path or rights.") from None


def _put(data: dict[str, Any], section: str, key: str, value: str | None) -> None:
    """Beside what the file says; a section that is none is left for the validation to tell."""
    if value and isinstance(data.setdefault(section, {}), dict):
        data[section][key] = value


def _secret_twins() -> set[str]:
    """The HS_ names of secrets, and of their files, which are read apart from the other keys."""
    names = {_PREFIX + "__".join(where).upper() for where in _SECRETS.values()}
    names |= {name for name in _SECRETS if name.startswith(_PREFIX)}
    return {name + end for name in names for end in ("", "_FILE")} | {f"{_STORE}_FILE"}


def _refuse_unknown(env: Mapping[str, str]) -> None:
    """An override that is misspelt would be a setting silently not set."""
    for name in sorted(env):
        if name.startswith(_PREFIX) and name != _NOT_A_SETTING and name not in _secret_twins():
            _walk(name, name[len(_PREFIX) :].lower().split("__"))


def _walk(name: str, path: list[str]) -> None:
    model: type[BaseModel] = Settings
    for depth, part in enumerate(path):
        field = model.model_fields.get(part)
        if field is None:
            known = [
                _PREFIX + "__".join([*path[:depth], key, *path[depth + 1 :]]).upper() for key in model.model_fields
            ]
            raise ConfigError(f"{name}: there is no such setting; {hint(name, known)}")
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return
        model = field.annotation


def _not_json(message: str) -> str:
    """The library names the section only, and not the variable."""
    found = re.search(r'field "(\w+)"', message)
    names = f"{_PREFIX}{found[1].upper()} or {_PREFIX}{found[1].upper()}__…" if found else f"{_PREFIX}…"
    return f'{names} is not JSON; lists and whole sections are written as JSON, such as \'["one", "two"]\'.'


def _where(path: list[int | str], text: str, env: Mapping[str, str], place: str) -> str:
    for end in range(len(path), 0, -1):
        variable = _PREFIX + "__".join(str(part) for part in path[:end]).upper()
        if variable in env:
            return f"environment variable {variable}: "
    line = line_of(yaml.compose(text, Loader=_Loader), path)
    return f"{place}, line {line}: " if line else f"{place}: "
