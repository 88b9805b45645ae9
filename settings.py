"""Settings: config.yaml and the environment, read into one `Settings`, every fault named at once.

It stands on pydantic alone. pydantic-settings would add 25 ms to the start of every command, and it does not
say on which line of the file, or in which variable, a value was found, which is what the messages are for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, ConfigDict, SecretStr, TypeAdapter, ValidationError

from knowledge.content import COLLECTIONS
from knowledge.database_files import WRITTEN, anchored, file_of_url, url_of_file
from knowledge.database_servers import WRITTEN as A_SERVER
from knowledge.database_servers import Address, is_server
from knowledge.shards import Shards
from knowledge.sources import is_web_address

CONFIG = Path("config.yaml")
PREFIX = "AID_BOT_"
_MOST_DAYS = 36_500
_MOST_A_MINUTE = 1_000_000

NO_TOKEN = """\
There is no Discord token, so the bot cannot sign in.
To get one: https://discord.com/developers/applications › New Application › Bot › Reset Token, then set it \
as DISCORD_TOKEN in the environment.
To try the bot without a token: python bot.py demo, or python bot.py console"""


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """One thing wrong: where (file and line, or the environment), in which key, and what is accepted."""

    where: str
    key: str
    problem: str

    def __str__(self) -> str:
        """Return `where: key: problem`, without the parts that there are not."""
        return ": ".join(filter(None, (self.where, self.key, self.problem)))


class SettingsError(Exception):
    """The settings have faults; `faults` names every one of them, and the text lists them, one a line."""

    def __init__(self, *faults: SettingsFault) -> None:
        """Take the faults, in the order in which they are to be read."""
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


def _bare_token(token: SecretStr) -> SecretStr:
    if not all("!" <= character <= "~" for character in token.get_secret_value()):
        raise ValueError
    return token


def _usable_path(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError
    try:
        return path.expanduser()
    except RuntimeError as error:  # there is no such user, or nobody knows the home of this one
        raise ValueError from error


def _known_database(url: str) -> str:
    if not is_server(url):
        return url_of_file(_usable_path(file_of_url(url)))
    Address.of_url(url)
    return url


def _collections(value: Any) -> Any:
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or any(name not in COLLECTIONS for name in names):
        raise ValueError
    return tuple(dict.fromkeys(names))


def _web_address(url: str) -> str:
    if not is_web_address(url):
        raise ValueError
    return url


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _days(value: Any) -> Any:
    if not str(value).isdecimal() or int(value) > _MOST_DAYS:
        raise ValueError
    return value


def _limit(value: Any) -> Any:
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) > _MOST_A_MINUTE:
        raise ValueError
    return value


def _address(value: Any) -> Any:
    if value is False or str(value).lower() == "off":  # YAML reads a bare “off” as false
        return "off"
    host, _, port = str(value).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535 or not host.isprintable() or " " in host:
        raise ValueError
    return value


def _shards(value: Any) -> Any:
    return Shards.parse(str(value))


def _problem_with_shards(value: Any) -> str:
    try:
        Shards.parse(str(value))
    except ValueError as error:
        return str(error)
    return ""


def _about(accepts: str | Callable[[Any], str], *, secret: bool = False) -> Mapping[str, Any]:
    return {"accepts": accepts, "secret": secret}


_LIMIT = _about(f"a whole number from 0 to {_MOST_A_MINUTE} is wanted")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can choose; `config.example.yaml` says why one would."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", hide_input_in_errors=True)

    discord_token: Annotated[SecretStr, AfterValidator(_bare_token)] | None = field(
        default=None,
        metadata=_about(
            "the token alone is wanted, without blanks and without “Bot ” before it", secret=True
        ),
    )
    data_dir: Annotated[Path, AfterValidator(_usable_path)] = field(
        default=Path("data"), metadata=_about("the path of a folder is wanted")
    )
    database_url: Annotated[str, AfterValidator(_known_database)] | None = field(
        default=None,
        repr=False,
        metadata=_about(
            f"an SQLite file is wanted, written {WRITTEN}; "
            "in a password, signs such as @ : / ? # are escaped (@ is %40)",
            secret=True,
        ),
    )
    collections: Annotated[tuple[str, ...], BeforeValidator(_collections)] = field(
        default=COLLECTIONS,
        metadata=_about(f"one or more of {', '.join(COLLECTIONS)} are wanted, for example [core]"),
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = field(
        default="info", metadata=_about("debug, info, warning or error is wanted")
    )
    default_visibility: Annotated[Literal["private", "public"], BeforeValidator(_lower)] = field(
        default="private", metadata=_about("private or public is wanted")
    )
    sync_commands: Annotated[Literal["auto", "never"], BeforeValidator(_lower)] = field(
        default="auto", metadata=_about("auto or never is wanted")
    )
    census_workbook_url: Annotated[str, AfterValidator(_web_address)] = field(
        default="https://www.census.gov/foreign-trade/balance/country.xlsx",
        metadata=_about("a whole web address is wanted"),
    )
    census_api_url: Annotated[str, AfterValidator(_web_address)] = field(
        default="https://api.census.gov/data/timeseries/intltrade/exports/hs",
        metadata=_about("a whole web address is wanted"),
    )
    census_api_key: Annotated[SecretStr, AfterValidator(_bare_token)] | None = field(
        default=None, metadata=_about("the key alone is wanted, without blanks", secret=True)
    )
    keep_after_leaving_days: Annotated[int, BeforeValidator(_days)] = field(
        default=30, metadata=_about(f"a whole number of days from 0 to {_MOST_DAYS} is wanted")
    )
    retention_days: Annotated[int, BeforeValidator(_days)] = field(
        default=365, metadata=_about(f"a whole number of days from 0 to {_MOST_DAYS} is wanted")
    )

    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = field(
        default="text", metadata=_about("text or json is wanted")
    )
    log_questions: bool = field(default=False, metadata=_about("true or false is wanted"))
    requests_a_minute: Annotated[int, BeforeValidator(_limit)] = field(default=40, metadata=_LIMIT)
    server_requests_a_minute: Annotated[int, BeforeValidator(_limit)] = field(default=600, metadata=_LIMIT)
    suggestions_a_minute: Annotated[int, BeforeValidator(_limit)] = field(default=240, metadata=_LIMIT)
    originals_a_day: Annotated[int, BeforeValidator(_limit)] = field(default=10, metadata=_LIMIT)
    status_address: Annotated[str, BeforeValidator(_address)] = field(
        default="127.0.0.1:9464", metadata=_about("an address and a port are wanted, or off")
    )
    shards: Annotated[Shards, BeforeValidator(_shards)] | None = field(
        default=None, metadata=_about(_problem_with_shards)
    )

    @property
    def store_url(self) -> str:
        """The database to open: `database_url`, or else the file bot.db in the data folder."""
        return self.database_url or url_of_file(self.data_dir / "bot.db")

    @property
    def cannot_share(self) -> str:
        """Why other processes cannot have a part of the work, as they are to, and what to do; or nothing."""
        if self.shards is None or self.shards.are_all or is_server(self.store_url):
            return ""
        return (
            f"The shards {self.shards} leave the rest to other processes, but an SQLite file is for one "
            f"process alone. Set database_url to a PostgreSQL database that all of them use: {A_SERVER}"
        )


_FIELDS = {field.name: field for field in fields(Settings)}
_VARIABLES = {"DISCORD_TOKEN" if n == "discord_token" else PREFIX + n.upper(): n for n in _FIELDS}


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as somebody gave it: under which name, where, and how it is written there."""

    where: str
    key: str
    value: Any
    written: str


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings: the environment goes before the file, the file before the defaults.

    Without `path` the file is config.yaml in the current folder, and may be missing. A setting left empty
    keeps its default. Relative paths start at the folder of the file, wherever they were given.
    Raises `SettingsError` with every fault of the file and of the environment.
    """
    faults: list[SettingsFault] = []
    layers = [
        _from_file(path or CONFIG, faults, required=path is not None),
        _from_environment(os.environ if environ is None else environ, faults),
    ]
    adapter = TypeAdapter(Settings)
    for given in layers:
        try:
            adapter.validate_python({name: one.value for name, one in given.items()})
        except ValidationError as error:
            names = dict.fromkeys(str(item["loc"][0]) for item in error.errors(include_input=False))
            faults += [_refused(given[name], name) for name in names]
    if faults:
        raise SettingsError(*faults)
    settings = adapter.validate_python({name: one.value for given in layers for name, one in given.items()})
    return _anchored(settings, (path or CONFIG).absolute().parent)


def _from_file(path: Path, faults: list[SettingsFault], *, required: bool) -> dict[str, _Given]:
    try:
        data = path.read_bytes()
    except OSError as error:
        if required or not isinstance(error, FileNotFoundError):
            problem = f"cannot be read: {error.strerror}; config.example.yaml is one to copy"
            faults.append(SettingsFault(str(path), "", problem))
        return {}
    try:
        node = yaml.compose(data, yaml.CSafeLoader)
        values = yaml.load(data, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        faults.append(_not_yaml(path, error))
        return {}
    if values is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        faults.append(SettingsFault(str(path), "", "must hold lines of the form “setting: value”"))
        return {}
    return dict(_entries(path, node, values, faults))


def _not_yaml(path: Path, error: yaml.YAMLError | ValueError) -> SettingsFault:
    # Only what the parser calls the problem is shown: the rest of its message quotes the file.
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return SettingsFault(f"{path}:{error.problem_mark.line + 1}", "", f"is not YAML: {error.problem}")
    return SettingsFault(str(path), "", "is not YAML, or is not in UTF-8")


def _entries(
    path: Path, node: yaml.MappingNode, values: Mapping[Any, Any], faults: list[SettingsFault]
) -> Iterator[tuple[str, _Given]]:
    seen: set[str] = set()
    for key, value in node.value:
        where, name = f"{path}:{key.start_mark.line + 1}", str(key.value)
        if name not in _FIELDS:
            faults.append(_unknown(where, name, list(_FIELDS)))
        elif name in seen:
            faults.append(SettingsFault(where, name, "is set twice; keep one of the two"))
        elif values[name] not in (None, ""):
            written = value.value if isinstance(value, yaml.ScalarNode) else str(values[name])
            yield name, _Given(where, name, values[name], written)
        seen.add(name)


def _from_environment(environ: Mapping[str, str], faults: list[SettingsFault]) -> dict[str, _Given]:
    given: dict[str, _Given] = {}
    for variable, text in environ.items():
        name = _VARIABLES.get(variable)
        if name is None:
            if variable.startswith(PREFIX):
                faults.append(_unknown("environment", variable, list(_VARIABLES)))
        elif text.strip():
            given[name] = _Given("environment", variable, text.strip(), text.strip())
    return given


def _unknown(where: str, key: str, names: list[str]) -> SettingsFault:
    # A key that does not look like a name is not shown: it may be a token put in the wrong place.
    shown = key if len(key) <= 40 and key.replace("_", "").replace("-", "").isalnum() else "a key"
    near = get_close_matches(key.replace("-", "_"), names, 1)
    hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}"
    return SettingsFault(where, shown, f"there is no such setting; {hint}")


def _refused(given: _Given, name: str) -> SettingsFault:
    about = _FIELDS[name].metadata
    if about["secret"]:
        return SettingsFault(given.where, given.key, f"is not accepted; {about['accepts']}")
    shown = given.written if len(given.written) <= 50 else given.written[:49] + "…"
    accepts = about["accepts"](given.value) if callable(about["accepts"]) else about["accepts"]
    return SettingsFault(given.where, given.key, f"“{shown}” is not accepted; {accepts}")


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Return the settings with every relative path taken from a folder."""
    url = settings.database_url
    if url is not None:
        url = anchored(url, folder)
    return replace(settings, data_dir=folder / settings.data_dir, database_url=url)
