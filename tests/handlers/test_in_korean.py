"""Replies, panels, refusals and posts for those who read Korean, beside others who read English."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import discord
import pytest
import simcord

from handlers.markup import unescape
from handlers.telling import tell
from handlers.views import FormatMenu
from knowledge.downloads import Format
from knowledge.languages import name_of, speaking
from knowledge.store import Outcome, Store
from tests.handlers.conftest import World
from tests.handlers.languages import left_in_english
from tests.handlers.moderating import ENTRY, choose, published
from tests.handlers.reading import buttons, parts, raw, text

HANGUL = re.compile(r"[가-힣]")
SOURDOUGH = "how do I bake sourdough bread at high altitude"
REPLIES: list[tuple[str, dict[str, str]]] = [
    ("ask", {"question": "Why were aid shipments delayed in 2018?"}),
    ("ask", {"question": SOURDOUGH}),
    ("exports", {"period": "2023-11"}),
    ("timeline", {"period": "2018"}),
    ("who", {"name": "Stephen Biegun"}),
    ("cite", {"reference": "fp-2019¶6"}),
    ("sources", {}),
    ("faq list", {}),
    ("help", {}),
    ("timeline", {"period": "13/2018"}),
]


async def shown(
    who: simcord.MemberActor, world: World, command: str, **options: str
) -> simcord.ResponseMessage:
    return answered(await who.slash(world.channel, command, **options))


def answered(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    assert result.response is not None
    return result.response


@pytest.fixture(scope="module")
def held() -> str:
    """Return every word of the library, in order."""
    data = Path(str(resources.files("knowledge") / "data"))
    return words(" ".join(path.read_text("utf-8") for path in sorted(data.rglob("*.yaml"))))


def words(text: str) -> str:
    return " ".join(re.findall(r"[A-Za-z]+", text))


def by_id(message: object) -> dict[str, str]:
    """Return the label of each button by its custom id, without whose card it is on."""
    return {re.sub(r"(?<=^go:)\d+", "", id_): label for label, id_ in buttons(message).items()}


# Cards


@pytest.mark.parametrize(("command", "options"), REPLIES)
async def test_what_stands_on_a_korean_card_in_english_is_of_the_library_or_was_typed(
    world: World, korean: simcord.MemberActor, held: str, command: str, options: dict[str, str]
) -> None:
    card = await shown(korean, world, command, **options)
    asked = " ".join(options.values())
    assert not [run for run in left_in_english(unescape(text(card)), asked) if words(run) not in held]
    assert HANGUL.search(text(card))


@pytest.mark.parametrize(("command", "options"), REPLIES)
async def test_the_buttons_of_a_korean_card_are_those_of_the_english_one_under_korean_names(
    world: World, korean: simcord.MemberActor, command: str, options: dict[str, str]
) -> None:
    english = by_id(await shown(world.asker, world, command, **options))
    in_korean = by_id(await shown(korean, world, command, **options))
    assert in_korean.keys() == english.keys()
    for id_, label in in_korean.items():
        leads_to_what_is_typed = id_.startswith(("go:", "try:")) and not id_.endswith(":")
        assert leads_to_what_is_typed or HANGUL.search(label), label


async def test_a_korean_card_that_an_english_reader_presses_answers_in_english(
    world: World, korean: simcord.MemberActor
) -> None:
    card = await shown(korean, world, "timeline", visibility="public")
    assert "1쪽" in text(card)
    pressed = (await world.other.click(card, label="다음 ›")).response
    assert "page 2 of" in text(pressed)
    opener = next(label for label in buttons(card) if label.endswith("열기"))
    opened = (await world.other.click(card, label=opener)).response
    assert not HANGUL.search(text(opened))
    assert "1쪽" in text(card)


async def test_an_english_card_that_a_korean_reader_presses_answers_in_korean(
    world: World, korean: simcord.MemberActor
) -> None:
    card = await shown(world.asker, world, "timeline", visibility="public")
    pressed = (await korean.click(card, label="Next ›")).response
    assert "2쪽" in text(pressed)
    assert "‹ 이전" in buttons(pressed)
    assert not HANGUL.search(text(card))


async def test_a_card_stays_shared_by_the_same_person_in_whichever_language_it_is_turned(
    world: World, korean: simcord.MemberActor, locale_of: dict[int, str]
) -> None:
    private = await shown(korean, world, "timeline", visibility="private")
    await korean.click(private, label="공유")
    card = world.channel.last_message
    assert card is not None
    assert "공유: minji" in text(card)
    assert "여기 있는 모두에게 공유함" in text(private)
    locale_of[korean.id] = "en-GB"
    await korean.click(card, label="다음 ›")
    assert "shared by minji" in text(world.channel.last_message)
    await korean.click(private, label="다음 ›")
    assert "shared with everyone here" in text(private)
    assert not {"Share", "공유"} & buttons(private).keys()
    locale_of[korean.id] = "ko"
    card = world.channel.last_message
    assert card is not None
    await korean.click(card, label="‹ Previous")
    assert "공유: minji" in text(world.channel.last_message)


async def test_a_vote_counts_for_the_same_card_in_both_languages(
    world: World, korean: simcord.MemberActor
) -> None:
    english = await shown(world.asker, world, "exports", period="2023-11")
    in_korean = await shown(korean, world, "exports", period="2023-11")
    await world.asker.click(english, label="Helpful")
    noted = (await korean.click(in_korean, label="도움 안 됨")).response
    assert "도움 됨: 1. 도움 안 됨: 1." in text(noted)
    assert list(buttons(noted)) == ["이유 쓰기", "내 평가 취소"]


async def test_the_menu_of_formats_leads_to_the_same_files(world: World, korean: simcord.MemberActor) -> None:
    card = await shown(korean, world, "exports", period="2023-11")
    menu = answered(await korean.click(card, label="내보내기"))
    assert "이 답변 내보내기" in text(menu)
    made = await korean.select(menu, ["csv"], custom_id="format")
    assert made.response is not None
    assert [file.filename for file in made.response.attachments] == ["exports-2023-11.csv"]


# Panels about the bot itself


async def test_what_is_kept_of_somebody_is_told_in_korean(world: World, korean: simcord.MemberActor) -> None:
    card = await shown(korean, world, "ask", question=SOURDOUGH)
    sent = answered(await korean.click(card, label="관리자에게 질문"))
    assert not left_in_english(text(sent), SOURDOUGH)
    assert list(buttons(sent)) == ["여기에서 알림 받기", "다이렉트 메시지로 알림 받기", "철회"]
    await korean.click(sent, label="여기에서 알림 받기")
    assert not left_in_english(text(sent), SOURDOUGH)
    panel = await shown(korean, world, "privacy")
    assert "관리자에게 한 질문 1건(답변 대기 중 1건)" in text(panel)
    for label in ("보기", "뒤로", "삭제"):
        assert not left_in_english(text(panel))
        await korean.click(panel, label=label)
    assert not left_in_english(text(panel))
    await korean.click(panel, label="예, 삭제합니다")
    assert text(panel).strip() == "삭제함: 질문 1건."


async def test_a_manager_chooses_the_language_of_the_server_on_a_panel_in_their_own(
    world: World, locale_of: dict[int, str]
) -> None:
    rights = world.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    manager = world.guild.add_member(world.env.create_user("manager"), roles=[rights])
    locale_of[manager.id] = "ko"
    panel = await shown(manager, world, "settings")
    assert not left_in_english(text(panel))
    (menu,) = [part for part in parts(raw(panel)) if part.get("custom_id") == "setting:language"]
    assert [option["value"] for option in menu["options"]] == ["server", "en", "ko"]
    assert menu["options"][0]["label"].endswith("English")
    assert menu["options"][2]["label"] == name_of("ko")
    await world.asker.send(world.channel, f"{world.mention} When was the 2019 report published?")
    assert not HANGUL.search(text(world.channel.last_message))
    await manager.select(panel, ["ko"], custom_id="setting:language")
    assert "저장했습니다." in text(panel)
    assert world.bot.desk.settings(world.guild.id).language == "ko"
    await world.asker.send(world.channel, f"{world.mention} When was the 2019 report published?")
    assert HANGUL.search(text(world.channel.last_message))
    # Whoever reads a language that the bot speaks goes on reading it.
    assert not HANGUL.search(text(await shown(world.asker, world, "sources")))
    await manager.select(panel, ["server"], custom_id="setting:language")
    assert world.bot.desk.settings(world.guild.id).language == ""


async def test_the_panel_says_in_korean_what_is_chosen_and_what_is_gone(
    world: World, locale_of: dict[int, str]
) -> None:
    rights = world.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    manager = world.guild.add_member(world.env.create_user("manager"), roles=[rights])
    locale_of[manager.id] = "ko"
    await choose(
        world,
        answer_mentions_in=(world.channel.id, 4711),
        log_channel=4711,
        moderator_roles=(rights.id,),
        default_visibility="private",
        two_person_rule=True,
        questions_a_day=0,
        language="ko",
    )
    panel = text(await shown(manager, world, "settings"))
    assert "채널 1개, 없어진 것 채널 1개" in panel
    assert not left_in_english(panel)


# Refusals


async def test_refusals_and_limits_are_told_in_korean(world: World, korean: simcord.MemberActor) -> None:
    card = await shown(world.asker, world, "exports", visibility="public")
    refused = (await korean.click(card, label="Delete")).response
    assert text(refused) == "질문한 사람이나 관리자만 삭제할 수 있습니다."
    await world.restart(requests_a_minute=1)
    await shown(korean, world, "sources")
    assert text(await shown(korean, world, "sources")).startswith("한꺼번에 요청이 너무 많았습니다.")
    await shown(world.asker, world, "sources")
    assert "You can go on in " in text(await shown(world.asker, world, "sources"))


# What is posted for everybody


async def test_a_server_is_greeted_in_its_language(world: World, store: Store) -> None:
    backend, guild = world.env.backend, world.guild
    from simcord.backend import serializers

    described = dict(serializers.guild_create_payload(backend, backend.get_guild(guild.id)))
    described.pop("unavailable", None)
    backend.emit("GUILD_DELETE", {"id": str(guild.id)})
    await world.env.settle()
    await store.forget_servers(world.env.now())
    backend.edit_guild(guild.id, {"system_channel_id": world.channel.id, "preferred_locale": "ko"})
    described |= {"system_channel_id": str(world.channel.id), "preferred_locale": "ko"}
    backend.emit("GUILD_CREATE", described)
    await world.env.settle()
    greeting = world.channel.last_message
    assert "안녕하십니까!" in text(greeting)
    assert not left_in_english(text(greeting))
    assert "여기에서 무엇을 할 수 있습니까?" in buttons(greeting)


@pytest.mark.parametrize("outcome", [Outcome.DISMISSED, Outcome.ANSWERED])
@pytest.mark.parametrize("wish", ["channel", "dm"])
@pytest.mark.parametrize(("of_server", "of_moderator"), [("en", "ko"), ("ko", "en")])
async def test_askers_are_told_in_the_language_of_the_server_whatever_the_moderator_reads(  # noqa: PLR0917
    world: World, store: Store, of_server: str, of_moderator: str, wish: str, outcome: Outcome
) -> None:
    await choose(world, language=of_server)
    news = "We do aid only." if outcome is Outcome.DISMISSED else "/faq show how-to-read-a-citation"
    guild_id, now = world.guild.id, world.env.now()
    asked = await store.ask_moderators(
        guild_id, world.asker.id, SOURDOUGH, "key", now, channel_id=world.channel.id, tell=wish, quota=5
    )
    closed = await store.close_question(guild_id, asked.question_id, outcome, 1, now, news=news)
    with speaking(of_moderator):
        assert (await tell(world.bot, closed)).told == 1
    place = world.channel if wish == "channel" else world.asker.user.dm_channel
    message = place.last_message
    assert ("관리자" in text(message)) is (of_server == "ko")
    if outcome is Outcome.DISMISSED:
        assert not (of_server == "ko" and left_in_english(text(message), news))
        assert bool(HANGUL.search(text(message))) is (of_server == "ko")
    else:
        assert ("자료집" in text(message)) is (of_server == "ko")


async def test_who_asked_in_korean_is_told_in_korean_in_an_english_server(world: World, store: Store) -> None:
    asked = await store.ask_moderators(
        world.guild.id,
        world.asker.id,
        "빵은 어떻게 굽습니까?",
        "key",
        world.env.now(),
        channel_id=world.channel.id,
        tell="dm",
        quota=5,
    )
    closed = await store.close_question(
        world.guild.id, asked.question_id, Outcome.DISMISSED, 1, world.env.now(), news=""
    )
    await tell(world.bot, closed)
    assert not left_in_english(text(world.asker.user.dm_channel.last_message), "Test Guild")


async def test_what_was_asked_from_right_to_left_leaves_the_words_around_it_in_order(
    world: World, store: Store
) -> None:
    asked = "מתי נשלח המכתב?"
    sent = await store.ask_moderators(
        world.guild.id, world.asker.id, asked, "key", world.env.now(), channel_id=None, tell="dm", quota=5
    )
    panel = await shown(world.asker, world, "privacy")
    await world.asker.click(panel, label="Show")
    assert f"“\u2068{asked}\u2069” (open" in text(panel)
    closed = await store.close_question(
        world.guild.id, sent.question_id, Outcome.DISMISSED, 1, world.env.now(), news=""
    )
    await tell(world.bot, closed)
    assert f"“\u2068{asked}\u2069”, and do not" in text(world.asker.user.dm_channel.last_message)


@pytest.mark.parametrize(("of_server", "of_moderator"), [("en", "ko"), ("ko", "en-US")])
async def test_the_log_is_in_the_language_of_the_server_whoever_changes_an_entry(
    world: World, locale_of: dict[int, str], of_server: str, of_moderator: str
) -> None:
    log = world.guild.create_text_channel("log")
    await published(world)
    await choose(world, log_channel=log.id, language=of_server)
    locale_of[world.moderator.id] = of_moderator
    await world.moderator.slash(world.channel, "faq-desk retire", id=ENTRY)
    (posted,) = log.history()
    assert bool(HANGUL.search(text(posted))) is (of_server == "ko")


async def test_that_a_card_cannot_be_read_is_told_in_korean_whatever_file_is_chosen(
    world: World, korean: simcord.MemberActor
) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("A card."))
    view.add_item(discord.ui.ActionRow(FormatMenu.of([Format.CSV])))
    await channel.send(view=view)
    view.stop()
    message = world.channel.last_message
    assert message is not None
    refused = (await korean.select(message, ["csv"], custom_id="format")).response
    assert HANGUL.search(text(refused))
    assert not left_in_english(text(refused))
