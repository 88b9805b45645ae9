"""In which language whom is answered, and what Discord is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import simcord

from handlers.client import AidPolicyBot
from handlers.languages import described
from knowledge.engine import IN_ENGLISH
from knowledge.languages import SHIPPED, catalogues_in, languages
from tests.handlers.conftest import World
from tests.handlers.languages import locales
from tests.handlers.reading import buttons, text
from tests.knowledge.catalogue_samples import Said, catalogue
from tests.wire.api import Request
from tests.wire.lawful import faults_of

ASKED = {"en": "Who is Jung Pak?", "ko": "원조가 왜 지연되었나요?", "he": "מי זה יונג פאק?"}
SIGNS = {language: f"said in {language[:2]}" for language in ("ko", "he", "pt_BR")}
FSI, PDI = "\u2068", "\u2069"


def signed(folder: Path, **more: dict[Said, Said]) -> Path:
    """Write catalogues in which a card says hardly more than in which language it is."""
    for language, sign in SIGNS.items():
        catalogue(folder, language, {IN_ENGLISH: sign, **more.get(language, {})})
    return folder


def language_in(shown: object) -> str:
    return next((language for language, sign in SIGNS.items() if sign in text(shown)), "en")


async def choose(bot: AidPolicyBot, guild: simcord.GuildHandle, language: str) -> None:
    await bot.desk.change_settings(guild.id, lambda current: replace(current, language=language))


# Who is answered in which language


@pytest.mark.parametrize(
    ("question", "reader", "chosen", "of_server", "answered"),
    [
        ("en", "en-US", "", "en-US", "en"),
        ("ko", "he", "pt_BR", "en-US", "ko"),  # that of the question comes first,
        ("ko", "en-GB", "he", "pt-BR", "ko"),
        ("he", "en-US", "", "en-US", "en"),  # if the library has words for it,
        ("en", "he", "pt_BR", "ko", "he"),  # then the reader's,
        ("en", "en-GB", "pt_BR", "ko", "en"),
        ("en", "fr", "pt_BR", "ko", "pt_BR"),  # then that which was chosen for the server,
        ("en", "fr", "en", "ko", "en"),
        ("en", "fr", "", "ko", "ko"),  # then that in which Discord has the server,
        ("en", "fr", "gone", "pt-BR", "pt_BR"),
        ("en", "fr", "", "sv-SE", "en"),  # then English
    ],
)
async def test_a_command_is_answered_in_the_first_language_there_is(
    *, world: World, tmp_path: Path, question: str, reader: str, chosen: str, of_server: str, answered: str
) -> None:
    world.env.backend.edit_guild(world.guild.id, {"preferred_locale": of_server})
    await choose(world.bot, world.guild, chosen)
    with catalogues_in(signed(tmp_path)), locales() as locale_of:
        locale_of[world.asker.id] = reader
        result = await world.asker.slash(world.channel, "ask", question=ASKED[question])
    assert language_in(result.response) == answered


@pytest.mark.parametrize(
    ("question", "chosen", "of_server", "answered"),
    [
        ("en", "", "en-US", "en"),
        ("ko", "he", "pt-BR", "ko"),
        ("en", "he", "ko", "he"),
        ("en", "", "ko", "ko"),
        ("en", "en", "ko", "en"),
    ],
)
async def test_a_mention_that_everybody_reads_is_not_answered_in_the_language_of_one(
    *, world: World, tmp_path: Path, question: str, chosen: str, of_server: str, answered: str
) -> None:
    world.env.backend.edit_guild(world.guild.id, {"preferred_locale": of_server})
    await world.env.settle()
    await choose(world.bot, world.guild, chosen)
    with catalogues_in(signed(tmp_path)), locales() as locale_of:
        locale_of[world.asker.id] = "pt-BR"
        await world.asker.send(world.channel, f"{world.mention} {ASKED[question]}")
    assert language_in(world.channel.last_message) == answered


async def test_without_a_server_there_are_the_question_and_the_reader(world: World, tmp_path: Path) -> None:
    user = world.env.create_user("minji")
    with catalogues_in(signed(tmp_path)), locales() as locale_of:
        locale_of[user.id] = "he"
        assert language_in((await user.slash("ask", question=ASKED["en"])).response) == "he"
        assert language_in((await user.slash("ask", question=ASKED["ko"])).response) == "ko"
        locale_of[user.id] = "fr"
        assert language_in((await user.slash("ask", question=ASKED["en"])).response) == "en"
        await user.send_dm(ASKED["ko"])
        assert language_in(user.dm_channel.last_message) == "ko"
        await user.send_dm(ASKED["en"])  # Discord does not say which language its writer reads
        assert language_in(user.dm_channel.last_message) == "en"


async def test_nobody_is_answered_in_the_language_of_whoever_came_before(
    world: World, tmp_path: Path
) -> None:
    with catalogues_in(signed(tmp_path)), locales() as locale_of:
        locale_of[world.asker.id] = "he"
        for who, answered in ((world.asker, "he"), (world.other, "en"), (world.asker, "he")):
            card = (await who.slash(world.channel, "ask", question=ASKED["en"])).response
            assert language_in(card) == answered


async def test_a_message_asked_about_is_answered_as_its_card_goes_on(world: World, tmp_path: Path) -> None:
    said = await world.other.send(world.channel, ASKED["ko"])
    with catalogues_in(signed(tmp_path)):
        card = (await world.asker.context_menu(world.channel, "Ask about this", said)).response
        assert card is not None
        opener = next(label for label in buttons(card) if "fp-2019¶" in label)
        pressed = (await world.asker.click(card, label=opener)).response
    assert language_in(card) == language_in(pressed) == "ko"


# From right to left


async def test_on_a_card_from_right_to_left_each_value_has_its_own_direction(
    world: World, tmp_path: Path
) -> None:
    said: dict[Said, Said] = {"There is no command “/{name}”.": "אין פקודה ״/{name}״."}
    with catalogues_in(signed(tmp_path, he=said)), locales() as locale_of:
        locale_of[world.asker.id] = "he"
        card = (await world.asker.slash(world.channel, "ask", question="/exprts 2023-11")).response
        assert f"אין פקודה ״/{FSI}exprts{PDI}״." in text(card)


async def test_what_is_typed_from_right_to_left_stays_in_its_place_on_an_english_card(world: World) -> None:
    for typed in ("ביגון", "بيغون 2018"):
        card = (await world.asker.slash(world.channel, "who", name=typed)).response
        assert f"“{FSI}{typed}{PDI}”" in text(card)


# The commands


async def test_discord_takes_the_commands_in_every_language(world: World) -> None:
    told = await described(world.bot.tree)
    assert {*languages()} - {"en"} <= {*told[0]["name_localizations"]}
    assert faults_of(Request("PUT", "/applications/1/commands", {}, told, route="commands")) == []


def syncs(env: simcord.Env) -> int:
    return sum(r.method == "PUT" and r.path.endswith("/commands") for r in env.http_requests)


async def test_a_change_of_a_translation_is_told_to_discord_and_the_same_again_is_not(
    world: World, tmp_path: Path
) -> None:
    shipped = (SHIPPED / "ko.po").read_text("utf-8")
    about = 'msgid "Who sees the reply"\nmsgstr "'
    assert about in shipped
    for folder, changed in (("same", shipped), ("other", shipped.replace(about, f"{about}(새) "))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ko.po").write_text(changed, "utf-8")
        with catalogues_in(tmp_path / folder):
            await world.bot.sync_if_changed()
            assert not await world.bot.sync_if_changed()
    assert syncs(world.env) == 2


async def test_in_a_language_without_catalogue_or_with_a_broken_one_commands_are_in_english(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "ko.po").write_text("Is this a catalogue?", "utf-8")
    with catalogues_in(tmp_path), locales() as locale_of:
        assert await world.bot.sync_if_changed()
        locale_of[world.asker.id] = "ko"
        card = (await world.asker.slash(world.channel, "ask", question=ASKED["en"])).response
        assert "Jung Pak" in text(card)
        assert IN_ENGLISH in text(card)
        of_english = (await world.other.slash(world.channel, "ask", question=ASKED["en"])).response
    again = (await world.other.slash(world.channel, "ask", question=ASKED["en"])).response
    assert text(of_english) == text(again)
