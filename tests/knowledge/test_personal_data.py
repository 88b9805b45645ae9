"""What is kept of a person, as a file: whole, and readable by any program."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from knowledge.entries import Draft
from knowledge.personal_data import as_download
from knowledge.store import AskedQuestion, Block, CastVote, Decision, MadeRevision, Outcome, PersonalData
from tests.knowledge.store_samples import GUILD, NOW, PERSON

TEXTS = st.text(st.characters(), max_size=20)


@given(TEXTS, TEXTS)
def test_the_file_holds_everything_as_it_was_typed(question: str, reason: str) -> None:
    data = PersonalData(
        votes=(CastVote(None, "0" * 16, False, None, reason, question), CastVote(GUILD, "1" * 16, True, NOW)),
        questions=(AskedQuestion(GUILD, question, NOW, 11, "dm", Outcome.POINTED),),
        drafts=(Draft(GUILD, PERSON, {"question": question}, question_id=5, id=6, at=NOW),),
        revisions=(MadeRevision(GUILD, "permits", 3, NOW, approved=True),),
        decisions=(Decision(GUILD, "closed", NOW),),
        blocks=(Block(GUILD, NOW),),
    )
    made = as_download(data, PERSON, NOW)
    assert made.filename == "my-data.json"
    held = json.loads(made.data)
    at, guild = NOW.isoformat(), str(GUILD)
    assert held["user_id"] == str(PERSON)
    assert held["at"] == at
    assert held["votes"][0] == {
        "guild_id": None,
        "card": "0" * 16,
        "helpful": False,
        "at": None,
        "reason": reason,
        "question": question,
    }
    assert held["votes"][1]["guild_id"] == guild
    assert held["questions"] == [
        {
            "guild_id": guild,
            "text": question,
            "at": at,
            "channel_id": "11",
            "tell": "dm",
            "outcome": "pointed",
        }
    ]
    assert held["drafts"][0]["typed"] == {"question": question}
    assert held["revisions"] == [
        {"guild_id": guild, "entry_id": "permits", "number": 3, "at": at, "approved": True}
    ]
    assert held["decisions"] == [{"guild_id": guild, "what": "closed", "at": at}]
    assert held["blocks"] == [{"guild_id": guild, "at": at}]


def test_of_somebody_of_whom_nothing_is_kept_the_file_says_so() -> None:
    held = json.loads(as_download(PersonalData(), PERSON, NOW).data)
    assert [held[name] for name in ("votes", "questions", "drafts", "revisions", "decisions", "blocks")] == [
        []
    ] * 6
