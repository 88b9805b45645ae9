"""The other commands, what they offer while somebody types, and how they are described to Discord."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import simcord

from tests.handlers.conftest import World
from tests.handlers.reading import buttons, parts, raw, text

COMMANDS: list[tuple[str, dict[str, Any], str]] = [
    ("ask", {"question": "who is Stephen Biegun?"}, "Biegun"),
    ("timeline", {}, "page 1 of"),
    ("timeline", {"period": "2017"}, "December 2017"),
    ("timeline", {"period": "2018", "topic": "sanctions"}, "2018"),
    ("timeline", {"actor": "wfp"}, "World Food Program"),
    ("who", {"name": "biegun"}, "Deputy Secretary of State"),
    ("exports", {}, "US$120,000"),
    ("exports", {"period": "dec 2023", "series": "reported"}, "about US$68,000"),
    ("exports", {"period": "2008", "compare": "2009"}, "US$51,294,437 less"),
    ("exports", {"period": "2017"}, "no recorded trade"),
    ("assistance", {}, "Obligations"),
    ("assistance", {"years": "2008"}, "US$185,301,517"),
    ("cite", {"reference": "fp-2019 6"}, "fp-2019¶6"),
    ("sources", {}, "Foreign Policy"),
    ("sources", {"source": "rfa-2024"}, "Radio Free Asia"),
    ("coverage", {}, "the founding documents"),
    ("coverage", {"part": "unknowns"}, "Known unknowns"),
    ("disputes", {}, "What the sources disagree on"),
    ("who", {}, "People and organizations in the library"),
    ("corrections", {}, "page 1 of"),
    ("corrections", {"since": "2026-11-22"}, "fp-2019¶4"),
    ("help", {}, "/timeline"),
]
UNREADABLE: list[tuple[str, dict[str, Any]]] = [
    ("timeline", {"period": "banana"}),
    ("timeline", {"topic": "bananas <@1> **x**"}),
    ("timeline", {"period": "x" * 80}),
    ("timeline", {"actor": "nobody **at** all <@1>"}),
    ("who", {"name": "nobody [a](https://example.org)"}),
    ("exports", {"period": "last year"}),
    ("exports", {"period": "2008", "compare": "last year"}),
    ("assistance", {"years": "soon"}),
    ("exports", {"series": "@everyone"}),
    ("exports", {"period": "2018-02-31"}),
    ("cite", {"reference": "fp-2019¶999"}),
    ("cite", {"reference": "👍"}),
    ("cite", {"reference": "nowhere¶1"}),
    ("sources", {"source": "nothing [a](https://example.org)"}),
    ("corrections", {"since": "banana <@1>"}),
]


@pytest.mark.parametrize(("name", "options", "expected"), COMMANDS)
async def test_every_command_answers_in_a_server_and_in_a_direct_message(
    world: World, name: str, options: dict[str, Any], expected: str
) -> None:
    here = await world.asker.slash(world.channel, name, **options)
    assert here.acknowledged
    assert not here.deferred
    assert expected in text(here.response)
    direct = await world.asker.user.slash(name, **options)
    assert direct.acknowledged
    assert text(direct.response) == text(here.response)


@pytest.mark.parametrize(("name", "options"), UNREADABLE)
async def test_what_cannot_be_read_is_told_privately_and_pings_nobody(
    world: World, name: str, options: dict[str, Any]
) -> None:
    await world.restart(default_visibility="public")
    result = await world.asker.slash(world.channel, name, **options)
    assert result.acknowledged
    assert result.ephemeral
    reply = text(result.response)
    assert len(reply.strip()) > 20
    assert "Traceback" not in reply
    assert not result.response.message.mentions  # type: ignore[union-attr]


async def test_a_month_without_figures_is_a_gap_and_not_a_zero(world: World) -> None:
    result = await world.asker.slash(world.channel, "exports", period="2023-10")
    assert "no figure" in text(result.response)
    assert "US$0" not in text(result.response)


async def test_exports_can_bring_their_csv_in_the_same_command(world: World) -> None:
    result = await world.asker.slash(world.channel, "exports", period="2023-11", csv=True)
    (followup,) = result.followups
    assert followup.ephemeral
    (attachment,) = followup.attachments
    assert attachment.filename == "exports-2023-11.csv"
    rows = csv.DictReader(io.StringIO((await attachment.read()).decode("utf-8-sig")))
    assert {"120000"} <= {row["value"] for row in rows}


@pytest.mark.parametrize(
    ("name", "given"), [("exports", {"period": "2023-11..2024-03"}), ("assistance", {"years": "2001..2003"})]
)
async def test_the_csv_is_the_same_for_a_reader_of_another_language(
    world: World, korean: simcord.MemberActor, name: str, given: dict[str, str]
) -> None:
    files = []
    for member in (world.asker, korean):
        result = await member.slash(world.channel, name, csv=True, **given)
        files.append(await result.followups[0].attachments[0].read())
    assert files[0] == files[1]


async def test_no_file_comes_with_an_error(world: World) -> None:
    result = await world.asker.slash(world.channel, "exports", period="banana", csv=True)
    assert result.acknowledged
    assert not result.followups


async def test_a_passage_leads_to_its_neighbours(world: World) -> None:
    result = await world.asker.slash(world.channel, "cite", reference="rfa-2024¶2")
    assert list(buttons(result.response))[:2] == ["‹ rfa-2024¶1", "rfa-2024¶3 ›"]
    first = await world.asker.slash(world.channel, "cite", reference="rfa-2024¶1")
    assert next(iter(buttons(first.response))) == "rfa-2024¶2 ›"


SUGGESTED = {
    ("timeline", "period"): {
        "": "all",
        "2": "2018",
        "2018": "2018",
        "dec": "2017-12",
        "dec 2018": "2018-12",
    },
    ("timeline", "topic"): {"": "sanctions", "san": "sanctions", "sanktions": "sanctions"},
    ("timeline", "actor"): {
        "": "U.S. State Department",
        "wfp": "World Food Program",
        "pompayo": "Mike Pompeo",
    },
    ("who", "name"): {"": "Mike Pompeo", "bieg": "Stephen Biegun", "wfp": "World Food Program"},
    ("exports", "period"): {"": "all", "2": "2023", "2023": "2023", "dec": "2023-12", "mar 2024": "2024-03"},
    ("exports", "compare"): {"": "all", "2009": "2009", "nov 2023": "2023-11"},
    ("exports", "series"): {"": "reported", "rep": "reported", "reprted": "reported", "cens": "census"},
    ("assistance", "years"): {"": "FY2008", "2008": "FY2008", "fy 01": "FY2001", "march 2008": "FY2008"},
    ("cite", "reference"): {
        "": "fp-2019¶1",
        "fp": "fp-2019¶1",
        "fp-2019 1": "fp-2019¶1",
        "rfa-2024#13": "rfa-2024¶13",
    },
    ("corrections", "since"): {"": "all", "2026": "2026", "22 nov 2026": "2026-11-22"},
    ("sources", "source"): {"": "fp-2019", "fp": "fp-2019", "radio free": "rfa-2024", "foriegn": "fp-2019"},
}
"""What is typed into each option, and what must be among the suggestions for it."""

ODD = ["x" * 100, "👍", "<@1>", "¶", "\\", "%", "@everyone", "\u202e"]


@pytest.mark.parametrize(("name", "option"), SUGGESTED)
async def test_what_is_typed_gets_its_suggestion(world: World, name: str, option: str) -> None:
    for typed, wanted in SUGGESTED[name, option].items():
        offered = await world.asker.autocomplete(world.channel, name, option, typed)
        assert wanted in [one["value"] for one in offered], typed


@pytest.mark.parametrize(("name", "option"), SUGGESTED)
async def test_suggestions_fit_into_a_list(world: World, name: str, option: str) -> None:
    for typed in (*SUGGESTED[name, option], *ODD):
        offered = await world.asker.autocomplete(world.channel, name, option, typed)
        assert len(offered) <= 25
        assert all(1 <= len(one["name"]) <= 100 and 1 <= len(one["value"]) <= 100 for one in offered)


@pytest.mark.parametrize(("name", "option"), SUGGESTED)
async def test_what_is_suggested_is_answered(world: World, name: str, option: str) -> None:
    for one in (await world.asker.autocomplete(world.channel, name, option, ""))[::6]:
        beside = {"period": "2024"} if option == "compare" else {}
        result = await world.asker.slash(world.channel, name, **beside, **{option: one["value"]})
        assert result.acknowledged
        assert any(part.get("label") == "Export" for part in parts(raw(result.response)))


EVERYWHERE = {
    *("ask", "timeline", "exports", "assistance", "who", "cite", "sources", "coverage", "corrections"),
    *("disputes", "faq", "help", "privacy"),
    "Ask about this",
}
IN_SERVERS = {"faq-desk", "settings", "reload", "Save as FAQ", "Answer with FAQ"}


async def test_commands_are_described_within_discords_limits(world: World) -> None:
    described = [command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()]
    assert {c["name"] for c in described} == EVERYWHERE | IN_SERVERS
    for command in described:
        assert len(command["name"]) <= 32
        assert len(command.get("description", "")) <= 100
        is_everywhere = command["name"] in EVERYWHERE
        assert command["contexts"] == ([0, 1, 2] if is_everywhere else [0])
        assert command["integration_types"] == ([0, 1] if is_everywhere else [0])
        assert (command["default_member_permissions"] is None) is is_everywhere
        for option in command.get("options", []):
            assert len(option["description"]) <= 100
            assert option["description"] != "…"
            assert len(option.get("choices", [])) <= 25


async def test_no_privileged_intent_is_asked_for_and_nobody_is_ever_pinged(world: World) -> None:
    intents = world.bot.intents
    assert not (intents.message_content or intents.members or intents.presences)
    await world.asker.slash(world.channel, "sources")
    replies = [r.json["data"] for r in world.env.http_requests if r.path.endswith("/callback") and r.json]
    assert replies
    assert all(reply["allowed_mentions"] == {"parse": []} for reply in replies)
