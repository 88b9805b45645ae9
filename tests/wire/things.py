"""What Discord speaks of: users, servers, channels, members and messages, in the shapes that it sends."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

APPLICATION_ID = 900_000_000_000_000_001
OWNER_ID = 900_000_000_000_000_002
EPHEMERAL, LOADING, COMPONENTS_V2 = 64, 128, 32_768
EVERYTHING = str(0x1FFF_FFFF_FFFF_FF)
ADMINISTRATOR, MANAGE_GUILD, MANAGE_MESSAGES = 1 << 3, 1 << 5, 1 << 13
MEMBERS_RIGHTS = 0x0000_0440_0007_FCC0 & ~MANAGE_MESSAGES
MODERATORS_RIGHTS = MANAGE_MESSAGES | MANAGE_GUILD
"""View, send, read history, attach files and what else everybody may, but to manage nothing."""

_EPOCH = 1_420_070_400_000
_count = itertools.count(1)


def new_id() -> int:
    """Return a new id, which holds the time as Discord's do."""
    return ((int(time.time() * 1000) - _EPOCH) << 22) | (next(_count) & 0x3F_FFFF)


def id_of_shard(number: int, total: int) -> int:
    """Return a new id of a server whose events come by a shard: …/docs/events/gateway#sharding."""
    made = new_id()
    return made + ((number - (made >> 22)) % total << 22)


def now() -> str:
    """Return the time as Discord writes it."""
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class User:
    """Somebody, or the bot."""

    name: str
    id: int = field(default_factory=new_id)
    is_bot: bool = False

    def payload(self) -> Payload:
        """Return the user as Discord sends one."""
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
        }


BOT = User("aid policy history", APPLICATION_ID, is_bot=True)
OWNER = User("owner", OWNER_ID)


@dataclass(frozen=True, slots=True)
class Channel:
    """A text channel of a server, or without one a direct channel with the bot."""

    name: str
    guild_id: int | None = None
    id: int = field(default_factory=new_id)

    def payload(self) -> Payload:
        """Return the channel as Discord sends one."""
        if self.guild_id is None:
            return {"id": str(self.id), "type": 1, "last_message_id": None, "flags": 0}
        return {
            "id": str(self.id),
            "type": 0,
            "name": self.name,
            "guild_id": str(self.guild_id),
            "position": 0,
            "permission_overwrites": [],
            "topic": None,
            "nsfw": False,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "flags": 0,
        }


@dataclass(slots=True)
class Guild:
    """A server with one channel, of which the bot is a member."""

    name: str = "A server"
    id: int = field(default_factory=new_id)
    joined_at: str = "2024-01-01T00:00:00+00:00"
    moderators_id: int = field(default_factory=new_id)
    channel: Channel = field(init=False)

    def __post_init__(self) -> None:
        """Make the channel."""
        self.channel = Channel("questions", self.id)

    def payload(self) -> Payload:
        """Return the server as Discord sends one when it becomes available."""
        roles = [
            _role(self.id, "@everyone", MEMBERS_RIGHTS),
            _role(self.moderators_id, "Moderators", MEMBERS_RIGHTS | MODERATORS_RIGHTS),
        ]
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(OWNER_ID),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "roles": roles,
            "emojis": [],
            "features": [],
            "mfa_level": 0,
            "application_id": None,
            "system_channel_id": str(self.channel.id),
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "public_updates_channel_id": None,
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
            "stickers": [],
            "joined_at": self.joined_at,
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "voice_states": [],
            "members": [{**member(self.joined_at), "user": BOT.payload()}],
            "channels": [self.channel.payload()],
            "threads": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def _role(id_: int, name: str, rights: int) -> Payload:
    return {
        "id": str(id_),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": str(rights),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def member(joined_at: str | None = None, *roles: int) -> Payload:
    """Return what makes a user a member of a server, with some roles."""
    return {
        "nick": None,
        "avatar": None,
        "roles": [str(role) for role in roles],
        "joined_at": joined_at or now(),
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def message(channel: Channel, author: User, body: Mapping[str, Any]) -> Payload:
    """Return a message as Discord sends one, made of what its author sent."""
    made: Payload = {
        "id": str(new_id()),
        "channel_id": str(channel.id),
        "author": author.payload(),
        "content": body.get("content") or "",
        "timestamp": now(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": body.get("embeds") or [],
        "pinned": False,
        "type": 19 if body.get("message_reference") else 0,
        "flags": body.get("flags") or 0,
        "components": numbered(body.get("components") or []),
    }
    if reference := body.get("message_reference"):
        made["message_reference"] = {**reference, "channel_id": str(channel.id)}
    return made


def numbered(components: list[Payload]) -> list[Payload]:
    """Return components as Discord gives them back: each with a number, files with their addresses."""
    numbers = itertools.count(1)

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(one) for one in part]
        if not isinstance(part, dict):
            return part
        made = {key: whole(value) for key, value in part.items()}
        if "type" in made and "id" not in made:
            made["id"] = next(numbers)
        for medium in (made.get("file"), made.get("media")):
            if isinstance(medium, dict) and "url" in medium:
                address = medium["url"].replace("attachment://", "https://cdn.invalid/")
                medium.update(url=address, proxy_url=address, content_type=None, height=None, width=None)
        if made.get("type") == 13:
            made.update(name=made["file"]["url"].rsplit("/", 1)[-1], size=1)
        return made

    found: list[Payload] = whole(components)
    return found


def parts(components: Any) -> Iterator[Payload]:
    """Yield every component, the nested ones too."""
    if isinstance(components, list):
        for one in components:
            yield from parts(one)
    elif isinstance(components, dict):
        if "type" in components:
            yield components
        for key in ("components", "component", "accessory", "items"):
            yield from parts(components.get(key))


def text(shown: Mapping[str, Any]) -> str:
    """Return all that a message says."""
    said = [shown.get("content") or ""]
    said += [part["content"] for part in parts(shown.get("components")) if part["type"] == 10]
    return "\n".join(filter(None, said))
