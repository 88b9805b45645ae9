"""The desk for moderators who read Korean, beside others who read English."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import simcord

from handlers.client import FORMS
from knowledge.languages import gettext, languages, speaking
from knowledge.store import Store
from tests.handlers.conftest import World
from tests.handlers.languages import left_in_english
from tests.handlers.moderating import (
    ENTRY,
    QUESTION,
    WRITTEN,
    another_moderator,
    card,
    choose,
    edited,
    prefilled,
    press,
    preview,
    published,
    submit,
)
from tests.handlers.reading import LABEL, buttons, parts, text

HANGUL = re.compile("[가-힣]")
SOURDOUGH = "how do I bake sourdough bread at high altitude"
HELD = (
    *("Ninety days.", *WRITTEN.values(), *WRITTEN["alternatives"].split("\n"), "Sixty days"),
    *("/faq show", "title, standfirst, caption, credit"),
)
"""What is typed, and may stand on a card in parts; what is typed once more; and how paragraphs are called."""

FERRY: dict[str, Any] = {
    "id": ENTRY,
    "question": QUESTION,
    "answer": "Sixty days.",
    "citations": ["fp-2019¶6"],
}


@pytest.fixture
def minji(world: World, locale_of: dict[int, str]) -> simcord.MemberActor:
    """Return a moderator whose Discord is in Korean."""
    moderator = another_moderator(world, "minji")
    locale_of[moderator.id] = "ko"
    return moderator


def assert_korean(message: Any, *held: str) -> None:
    """Assert that a card says nothing in English of its own, on its buttons neither."""
    shown = "\n".join((text(message), *buttons(message)))
    assert HANGUL.search(shown)
    assert not left_in_english(shown, *held, *HELD), shown


def pressed_by(message: Any) -> list[str]:
    """Return the custom ids of the buttons of a card, without the number and the mark of a draft."""
    return [re.sub(r":\d+(:[0-9a-f]{12})?$", "", id_) for id_ in buttons(message).values()]


async def desk(world: World, who: simcord.MemberActor, command: str, **given: Any) -> simcord.ResponseMessage:
    return card(await who.slash(world.channel, f"faq-desk {command}", **given))


async def entry(world: World) -> Any:
    found = await world.bot.store.entry(world.guild.id, ENTRY)
    assert found is not None
    return found


# Forms


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("form", FORMS)
def test_whatever_a_form_says_fits_into_it_whole_in_every_language(form: Any, language: str) -> None:
    with speaking(language):
        assert 0 < len(gettext(form.title or form.fields[0].label)) <= 45
        for field in form.fields:
            assert 0 < len(gettext(field.label)) <= 45
            assert len(gettext(field.description)) <= 100, field.description


async def test_a_form_is_labelled_in_the_language_of_whoever_opens_it_and_filled_as_it_was_typed(
    world: World, minji: simcord.MemberActor
) -> None:
    await press(minji, await preview(world, minji), "게시")
    opened = [
        (await who.slash(world.channel, "faq-desk edit", id=ENTRY)).modal for who in (minji, world.moderator)
    ]
    titles = [form["title"] for form in opened if form]
    labels = [
        [part["label"] for part in parts(form["components"]) if part["type"] == LABEL]
        for form in opened
        if form
    ]
    assert titles == [f"{ENTRY} 수정", f"Edit {ENTRY}"]
    assert labels[0] == ["질문", "답변", "다른 표현", "인용", "이유"]
    assert labels[1] == ["Question", "Answer", "Alternative wordings", "Citations", "Reason"]


async def test_what_is_typed_into_a_form_is_read_the_same_in_every_language(
    world: World, minji: simcord.MemberActor
) -> None:
    written = await preview(world, minji, citations="editorial")
    form = await press(minji, written, "태그, 검토 날짜, id")
    await submit(minji, form, tags="harbour, 항구", review_on="31 January 2030", id="permits")
    await press(minji, written, "게시")
    made = (await world.bot.store.entry(world.guild.id, "permits")).content  # type: ignore[union-attr]
    assert made.editorial
    assert made.tags == ("harbour", "항구")
    assert str(made.review_on) == "2030-01-31"


async def test_a_form_that_fails_gives_back_what_was_typed_and_is_tried_again_in_korean(
    world: World, minji: simcord.MemberActor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.bot.store.ask_moderators(
        world.guild.id, world.asker.id, SOURDOUGH, "key", world.env.now(), channel_id=1, tell="", quota=5
    )
    queue = await desk(world, minji, "review")
    form = await press(minji, queue, "단락에 연결")
    failed = await minji.submit_modal(form, {"target": "fp-2019¶666"})
    (told,) = failed.followups
    assert "보낸 것은 없습니다. 입력한 내용:" in text(told)
    assert_korean(told, "fp-2019¶666")
    again = await press(minji, told, "다시 시도")
    assert again.modal is not None
    assert again.modal["title"] == "단락에 연결"
    assert prefilled(again) == {"target": "fp-2019¶666"}


# Writing and publishing


async def test_a_draft_says_what_is_wrong_with_it_in_korean(world: World, minji: simcord.MemberActor) -> None:
    written = await preview(
        world, minji, question="?", answer="", citations="fp-2019¶666, editorial", alternatives="x" * 301
    )
    assert "아직 게시할 수 없습니다" in text(written)
    assert "- 답변: 비어 있습니다. 답변을 2,000자까지 쓰십시오" in text(written)
    assert "301자입니다. 300자까지 쓸 수 있습니다" in text(written)
    assert_korean(written)


async def test_an_entry_is_written_changed_and_taken_back_in_korean(
    world: World, minji: simcord.MemberActor
) -> None:
    written = await preview(world, minji, citations="editorial")
    assert "**새 항목의 미리보기.**" in text(written)
    assert "이 표현으로도 검색됨: ferry permit waiting time" in text(written)
    assert_korean(written)
    await press(minji, written, "게시")
    assert "### 게시됨" in text(written)
    assert "`/질문` 및 `/faq 찾기` 명령에서 질문 문장과 다른 표현 2개로 검색됩니다." in text(written)
    assert_korean(written)
    changed = await edited(world, minji, answer="Ninety days.", reason="longer now")
    assert_korean(changed, "longer now")
    assert_korean(card(await press(minji, changed, "바뀌는 내용")))
    await press(minji, changed, "게시")
    assert_korean(changed)
    history = await desk(world, minji, "history", id=ENTRY)
    assert f"**2** · 수정: <@{minji.id}> · <t:" in text(history)
    assert_korean(history, "longer now")
    reverting = await desk(world, minji, "revert", id=ENTRY, number=1, reason="it was right")
    assert "이유: it was right" in text(reverting)
    assert_korean(reverting, "it was right")
    await press(minji, reverting, "개정판 1 다시 게시")
    assert_korean(reverting)
    retired = await desk(world, minji, "retire", id=ENTRY)
    assert "### 내림" in text(retired)
    assert_korean(retired)
    await press(minji, retired, "되살리기")
    assert_korean(retired)
    assert_korean(await desk(world, minji, "diff", id=ENTRY))
    said = [(one.action, one.reason) for one in await world.bot.store.revisions(world.guild.id, ENTRY)]
    assert [*map(str, dict(said))] == ["add", "edit", "revert", "retire", "restore"]
    assert said[2][1] == "it was right"


async def test_what_stands_in_the_way_of_a_draft_is_told_in_korean(
    world: World, minji: simcord.MemberActor
) -> None:
    await press(minji, await preview(world, minji, citations="editorial"), "게시")
    changed = await edited(world, minji, answer="Ninety days.")
    other = await edited(world, world.moderator, answer="Seventy days.")
    await press(world.moderator, other, "Publish")
    await press(minji, changed, "게시")
    assert f"그사이 다른 사람이 {ENTRY} 항목을 수정했습니다" in text(changed)
    assert_korean(changed, "Seventy days.")
    listed = await desk(world, minji, "drafts")
    assert f"`{ENTRY}` 항목 수정 · 내 초안 · <t:" in text(listed)
    assert_korean(listed)
    await press(minji, changed, "버리기")
    assert_korean(changed)
    await press(minji, changed, "초안 버리기")
    assert "초안이 삭제되었습니다." in text(changed)
    assert_korean(await desk(world, minji, "drafts"))


async def test_the_buttons_of_the_desk_do_the_same_in_korean(
    world: World, minji: simcord.MemberActor
) -> None:
    await press(minji, await preview(world, minji), "게시")
    in_korean, in_english = [
        await edited(world, who, answer="Ninety days.") for who in (minji, world.moderator)
    ]
    assert pressed_by(in_korean) == pressed_by(in_english)
    assert not buttons(in_korean).keys() & {"Publish", "Edit again", "What changes", "Discard"}
    await press(minji, in_korean, "게시")
    in_korean, in_english = [
        await desk(world, who, "diff", id=ENTRY, **{"from": 1}) for who in (minji, world.moderator)
    ]
    assert pressed_by(in_korean) == pressed_by(in_english)
    assert list(buttons(in_korean)) == ["개정판 1(으)로 되돌리기"]


async def test_what_cannot_be_done_is_told_in_korean(world: World, minji: simcord.MemberActor) -> None:
    await press(minji, await preview(world, minji), "게시")
    (shipped,) = [one.id for one in world.bot.engine.library.faq][:1]
    for command, given in (
        ("retire", {"id": "nothing"}),
        ("retire", {"id": shipped}),
        ("restore", {"id": ENTRY}),
        ("revert", {"id": ENTRY, "number": 9}),
        ("revert", {"id": ENTRY, "number": 1}),
    ):
        assert_korean(await desk(world, minji, command, **given), ENTRY, shipped)
    assert world.env.errors


async def test_a_reason_on_a_card_is_read_back_by_whoever_reads_another_language(
    world: World, minji: simcord.MemberActor
) -> None:
    await choose(world, two_person_rule=True)
    file = ("faq.json", json.dumps([FERRY]).encode())
    planned = await desk(world, minji, "import", file=file, reason="항구에서 물어봅니다: *why*")
    await press(minji, planned, "다른 관리자에게 확인 요청")
    posted = world.channel.last_message
    await press(world.moderator, posted, "Import")
    assert (await entry(world)).revision.reason == "항구에서 물어봅니다: *why*"


# What others read


async def test_what_all_read_of_a_change_is_in_the_language_of_the_server(
    world: World, minji: simcord.MemberActor
) -> None:
    log = world.guild.create_text_channel("log")
    await choose(world, log_channel=log.id)
    await press(minji, await preview(world, minji), "게시")
    assert "### Added: an FAQ entry" in text(log.last_message)
    assert f"added by <@{minji.id}>" in text(log.last_message)
    assert (await file_on(log.last_message, "after.txt")).startswith("Question\n")
    await choose(world, language="ko")
    await press(world.moderator, await edited(world, answer="Ninety days."), "Publish")
    assert "### FAQ 항목 수정" in text(log.last_message)
    assert_korean(log.last_message)
    assert (await file_on(log.last_message, "after.txt")).startswith("질문\n")


async def file_on(message: Any, name: str) -> str:
    (file,) = [one for one in message.attachments if one.filename == name]
    return str((await file.read()).decode())


async def test_an_import_that_is_confirmed_before_all_is_told_to_all(
    world: World, minji: simcord.MemberActor
) -> None:
    await choose(world, two_person_rule=True)
    file = ("faq.json", json.dumps([FERRY]).encode())
    planned = await desk(world, world.moderator, "import", file=file)
    await press(world.moderator, planned, "Ask a second moderator")
    posted = world.channel.last_message
    assert "### An import to confirm" in text(posted)
    await press(minji, posted, "Import")
    assert "### Imported\n1 added. What is published can be found now." in text(world.channel.last_message)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (QUESTION, "In Test Guild, minji published what you wrote."),
        ("항구 permit 기간은?", "Test Guild 서버에서 minji 님이 쓰신 내용을 게시했습니다."),
    ],
)
async def test_the_author_of_a_draft_is_told_in_the_language_of_the_server_or_of_the_draft(
    world: World, minji: simcord.MemberActor, question: str, told: str
) -> None:
    await choose(world, two_person_rule=True)
    written = await preview(world, question=question, citations="editorial")
    await world.moderator.click(written, custom_id=submitting(written))
    waiting = await desk(world, minji, "review")
    assert_korean(waiting)
    shown = card(await press(minji, waiting, "초안 열기"))
    assert_korean(shown)
    await press(minji, shown, "게시")
    assert told in text(world.moderator.user.dm_channel.last_message)


def submitting(message: Any) -> str:
    (found,) = [id_ for id_ in buttons(message).values() if id_.startswith("draft:submit:")]
    return found


# The queue


async def test_the_queue_is_walked_in_korean(world: World, minji: simcord.MemberActor) -> None:
    for number, question in enumerate((SOURDOUGH, "what is the best recipe for lasagna")):
        await world.bot.store.ask_moderators(
            world.guild.id,
            world.asker.id,
            question,
            str(number),
            world.env.now(),
            channel_id=world.channel.id,
            tell="channel",
            quota=5,
        )
    queue = await desk(world, minji, "review")
    assert "### 검토: 2건 중 1번째" in text(queue)
    assert "1명이 질문" in text(queue)
    closest = "\n".join(line for line in text(queue).split("\n") if line.startswith("-# ["))
    assert_korean(queue, *closest.split("\n"), SOURDOUGH)
    form = await press(minji, queue, "단락에 연결")
    await minji.submit_modal(form, {"target": "fp-2019¶6"})
    assert "**미리보기.**" in text(queue)
    done = await press(minji, queue, "확인")
    assert "1명에게 알렸습니다." in text(done.followups[0])
    assert_korean(done.followups[0])
    pointers = await desk(world, minji, "pointers")
    assert f"대상: `fp-2019¶6`, <@{minji.id}>" in text(pointers)
    assert_korean(pointers, SOURDOUGH)
    form = await press(minji, queue, "해당 없음")
    gone = await minji.submit_modal(form, {"reason": ""})
    assert_korean(gone.followups[0])
    assert_korean(await desk(world, minji, "review"))
    assert_korean(await desk(world, minji, "stats"))
    assert_korean(await desk(world, minji, "block", user=world.asker))
    assert_korean(await desk(world, minji, "unblock", user=world.asker))


# Files


async def test_a_file_is_planned_refused_and_given_out_in_korean(
    world: World, minji: simcord.MemberActor
) -> None:
    planned = await desk(world, minji, "import", file=("faq.json", json.dumps([FERRY]).encode()))
    assert "추가될 항목 1건:" in text(planned)
    assert_korean(planned)
    await press(minji, planned, "가져오기")
    assert "추가 1건. 게시된 것은 이제 검색됩니다." in text(planned)
    assert_korean(planned)
    assert_korean(await desk(world, minji, "export"))
    bad = {**FERRY, "citations": "fp-2019¶666", "review_on": "soon", "tags": ["!"]}
    refused = await desk(world, minji, "import", file=("faq.json", json.dumps([bad]).encode()))
    assert "파일에 오류가 3건 있습니다" in text(refused)
    assert_korean(refused)
    unread = await desk(world, minji, "import", file=("faq.yaml", b"- {id: a, anwser: b}"))
    assert "알 수 없는 키입니다. answer 키를 뜻하셨습니까?" in text(unread)
    assert_korean(unread)
    broken = await desk(world, minji, "import", file=("faq.yaml", b"id: a\nid: b"))
    assert "키 “id”: 2번 나옵니다" in text(broken)
    there = await desk(world, minji, "import", file=("faq.json", json.dumps([FERRY]).encode()))
    assert_korean(there)


async def test_a_file_that_is_given_out_in_korean_is_the_one_that_is_given_out_in_english(
    world: World, minji: simcord.MemberActor
) -> None:
    await press(minji, await preview(world, minji), "게시")
    files = [
        await file_on(await desk(world, who, "export"), "faq-entries.yaml")
        for who in (minji, world.moderator)
    ]
    assert files[0] == files[1]


# What a moderator says to others


@pytest.mark.parametrize(("of_server", "reads"), [("", "Export"), ("ko", "내보내기")])
async def test_an_answer_posted_with_an_entry_is_in_the_language_of_those_who_read_it_there(
    world: World, minji: simcord.MemberActor, of_server: str, reads: str
) -> None:
    await published(world)
    await choose(world, language=of_server)
    poster = minji if not of_server else world.moderator
    message = await world.other.send(world.channel, "ferry permit?")
    menu = card(await poster.context_menu(world.channel, "Answer with FAQ", message))
    await poster.select(menu, [ENTRY])
    assert reads in buttons(world.channel.last_message)
