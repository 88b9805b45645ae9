"""The analyser: one form for what is written and what is asked."""

from __future__ import annotations

import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest
import Stemmer  # type: ignore[import-not-found]
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import (
    NEGATIONS,
    QUESTION_WORDS,
    STOP_WORDS,
    clip,
    echo,
    normalise,
    sentences,
    terms,
    terms_and_surfaces,
    words,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=4_000)
PIECES = """The U.S. U.N. aid, aid. “Kim’s US us the don't US$120,000 $3.5k 90% 4th fourth seven-year Dec. 10,
one hundred and twenty thousand million Mr. S. N.G.O. — café naïve ﬁnal re\u00adsumed no? yes! (2018) 1,5 ”"""
PROSE = st.lists(st.sampled_from(PIECES.split()), max_size=60).map(" ".join)

CHUNKS = (
    *(
        "the",
        "The",
        "us",
        "US",
        "(us)",
        "U.S.",
        "U.",
        "S.",
        "A.",
        "a",
        "k",
        "m",
        "M.",
        "US$",
        "$",
        "$5",
        "US$7,000.5",
    ),
    *(
        "5",
        "12,",
        "1,000",
        "3.5",
        "(2018).",
        "00",
        "5%",
        "%",
        "per",
        "cent",
        "cent.",
        "st",
        "th",
        "and",
        "one",
        "Twenty",
    ),
    *(
        "hundred",
        "million,",
        "thousand's",
        "millions",
        "mn",
        "-",
        ".",
        "-million",
        "'s",
        "aid's",
        "'aid'",
        "don't",
    ),
    *("re-export", "twenty-one", "X-ray", "COVID-19", "groups'", "é", "“aid”", "e\u0301", "\u0301"),
)


class TestNormalise:
    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("  Aid\n groups\twelcome  ", "aid groups welcome"),
            ("“may be compromised” — Kim’s", '"may be compromised" - kim\'s'),
            ("ﬁnancial ２０１８", "financial 2018"),
            ("re\u00adsump\u200btion\u202e", "resumption"),
            ("The U.S. and the U.N.", "the usa and the un"),
            ("U.S.-based", "usa-based"),
            ("US aid told us", "usa aid told us"),
            ("did the us object", "did the usa object"),
            ("US$120,000", "us$120,000"),
        ],
    )
    def test_brings_wordings_to_one_form(self, text: str, form: str) -> None:
        assert normalise(text) == form

    @given(ANY_TEXT | PROSE)
    def test_a_second_time_changes_nothing(self, text: str) -> None:
        once = normalise(text)
        assert normalise(once) == once

    def test_no_single_character_is_left_half_done(self) -> None:
        blocks = (range(start, start + 256) for start in range(0, sys.maxunicode, 256))
        forms = (normalise(" ".join(f"a{chr(code)}b" for code in block)) for block in blocks)
        assert [form for form in forms if normalise(form) != form] == []


class TestTerms:
    @pytest.mark.parametrize("text", ["120,000", "$120k", "US$120,000.00", "120 thousand", "0.12 million"])
    def test_an_amount_is_one_number_however_it_is_written(self, text: str) -> None:
        assert [term for term in terms(text) if term != "dollar"] == ["120000"]

    @pytest.mark.parametrize(
        ("spelled", "number"),
        [
            ("seven", "7"),
            ("fourth", "4"),
            ("4th", "4"),
            ("twenty-first", "21"),
            ("one hundred twenty thousand", "120000"),
            ("one hundred and twenty thousand", "120000"),
            ("two million three hundred thousand and five", "2300005"),
            ("two thousand eighteen", "2018"),
            ("01", "1"),
            ("3.50", "3.5"),
        ],
    )
    def test_numbers_in_words_are_numbers(self, spelled: str, number: str) -> None:
        assert terms(spelled) == [number]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("twenty eighteen", ["20", "18"]),
            ("seven and three", ["7", "3"]),
            ("three hundred a day", ["300", "day"]),
            ("which one", []),
        ],
    )
    def test_numbers_side_by_side_are_not_added(self, text: str, found: list[str]) -> None:
        assert terms(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("90%", ["90", "percent"]),
            ("90 percent", ["90", "percent"]),
            ("90 per cent", ["90", "percent"]),
            ("$55,000", ["dollar", "55000"]),
            ("55,000 dollars", ["55000", "dollar"]),
        ],
    )
    def test_signs_are_words_too(self, text: str, found: list[str]) -> None:
        assert terms(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Pyongyang’s seven-year hiatus", ["pyongyang", "7", "year", "hiatus"]),
            ("COVID-19 pandemic", ["covid", "19", "pandem"]),
            ("the D.P.R.K. and the NGO", ["dprk", "ngo"]),
            ("hu\u200bmanitarian e\u0301lan", ["humanitarian", "élan"]),
            ("O'Brien", ["obrien"]),
            ("@columlynch", ["columlynch"]),
        ],
    )
    def test_words_lose_what_does_not_matter(self, text: str, found: list[str]) -> None:
        assert terms(text) == found

    @pytest.mark.parametrize(
        ("asked", "written"),
        [
            ("shipping sanctions negotiated", "shipped sanctioned negotiating"),
            ("U.S. policy", "US policies"),
            ("did the us send", "the U. S. sends"),
        ],
    )
    def test_inflections_and_spellings_meet(self, asked: str, written: str) -> None:
        assert terms(asked) == terms(written)

    def test_the_country_is_not_the_pronoun(self) -> None:
        assert terms("tell us") == terms("tell")
        assert terms("US aid") == ["usa", "aid"]

    def test_function_words_do_not_count_but_can_be_had(self) -> None:
        assert terms("Why didn't they do it, and who did not?") == []
        said = [word.term for word in words("Why didn't they do it, and who did not?")]
        assert QUESTION_WORDS.intersection(said) == {"why", "who"}
        assert NEGATIONS.intersection(said) == {"didnt", "not"}

    def test_words_that_tell_passages_apart_stay(self) -> None:
        assert STOP_WORDS.isdisjoint({"nothing", "never", "may", "before", "after", "since"})

    @given(PROSE)
    def test_a_normalised_text_has_the_same_terms(self, text: str) -> None:
        assert terms(normalise(text)) == terms(text)

    def test_threads_agree(self) -> None:
        texts = [f"exporting{n} humanitarian shipments resumed {n}" for n in range(200)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(terms, texts)) == [terms(text) for text in texts]


def one_by_one(text: str) -> list[tuple[str, str]]:
    """Return the stem and the surface of every word of a text that carries meaning."""
    stemmer = Stemmer.Stemmer("english")
    return [
        (stemmer.stemWord(word.term), word.surface) for word in words(text) if word.term not in STOP_WORDS
    ]


class TestTermsAndSurfaces:
    def test_tell_where_a_term_stands(self) -> None:
        assert terms_and_surfaces("About US$120,000 in “immunological” goods") == [
            ("dollar", "US$"),
            ("120000", "120,000"),
            ("immunolog", "immunological"),
            ("good", "goods"),
        ]

    def test_are_those_of_the_words_one_by_one(self) -> None:
        for text in (
            "Aid groups don't.",
            "the U.S. N.G.O.",
            "five, thousand",
            "per cent of us",
            "What's on?",
        ):
            assert terms_and_surfaces(text) == one_by_one(text)

    @given(st.lists(st.sampled_from(CHUNKS), max_size=7).map(" ".join))
    def test_are_those_of_the_words_where_words_hang_together(self, text: str) -> None:
        assert terms_and_surfaces(text) == one_by_one(text)

    @given(ANY_TEXT | PROSE)
    def test_are_those_of_the_words_whatever_the_text(self, text: str) -> None:
        assert terms_and_surfaces(text) == one_by_one(text)

    @given(ANY_TEXT | PROSE)
    def test_have_the_terms_of_the_text(self, text: str) -> None:
        assert [term for term, _ in one_by_one(text)] == terms(text)
        assert all(terms(text))


class TestWords:
    @given(ANY_TEXT | PROSE)
    def test_their_offsets_point_at_the_surface(self, text: str) -> None:
        tokens = list(words(text))
        assert all(text[token.start : token.end] == token.surface != "" for token in tokens)
        assert [token.start for token in tokens] == sorted(token.start for token in tokens)


class TestSentences:
    @pytest.mark.parametrize(
        "sentence",
        [
            "The U.S. State Department spoke on Dec. 10, 2018, at the U.N. Security Council.",
            "Translated by Claire S. Lee.",
            "Mr. So met Gen. An and J. K. Park (see No. 5).",
            "It cost $3.5 million, i.e. less than before.",
            "He warned of “delays. Long delays.” in a letter.",
            "“Is it over?” she asked.",
            "UNICEF’s programs, he warned, “may be compromised.”",
        ],
    )
    def test_stays_whole(self, sentence: str) -> None:
        assert sentences(sentence) == (sentence,)
        assert sentences(f"{sentence} Nothing was sent.") == (sentence, "Nothing was sent.")

    @pytest.mark.parametrize(
        "parts",
        [
            ("It left the U.S.", "The rest stayed."),
            ("Why?", "Nobody knows!", "“It is unclear.”", "(So it seems.)", "68 came."),
            ("He said “no.”", "Then he left."),
            ("A heading without a stop", "A paragraph."),
        ],
    )
    def test_ends_where_a_reader_would_end_it(self, parts: tuple[str, ...]) -> None:
        joint = "\n\n" if "heading" in parts[0] else " "
        assert sentences(joint.join(parts)) == parts

    @given(ANY_TEXT | PROSE)
    def test_nothing_is_lost_or_changed(self, text: str) -> None:
        found = sentences(text)
        assert " ".join(found).split() == text.split()
        assert all(sentence in text and sentence == sentence.strip() != "" for sentence in found)


class TestClip:
    def test_leaves_what_fits(self) -> None:
        assert clip("Nothing was sent", 16) == "Nothing was sent"

    @pytest.mark.parametrize(
        ("limit", "clipped"),
        [
            (16, "Nothing was…"),
            (13, "Nothing was…"),
            (12, "Nothing…"),
            (4, "Not…"),
            (1, "…"),
            (0, ""),
            (-1, ""),
        ],
    )
    def test_cuts_where_a_word_ends(self, limit: int, clipped: str) -> None:
        assert clip("Nothing was, sent", limit) == clipped

    def test_marks_stay_with_their_character(self) -> None:
        assert clip("e\u0301" * 9, 8) == "e\u0301" * 3 + "…"
        family = "👨\u200d👩\u200d👧"
        assert clip(family * 2, 8) == family + "…"

    @given(ANY_TEXT | PROSE, st.integers(-2, 200), st.sampled_from(["…", "", " [more]"]))
    def test_never_exceeds_the_limit(self, text: str, limit: int, ellipsis: str) -> None:
        clipped = clip(text, limit, ellipsis)
        assert len(clipped) <= max(0, limit)
        if len(text) > limit >= len(ellipsis):
            assert clipped.endswith(ellipsis)
            assert text.startswith(clipped.removesuffix(ellipsis))


class TestEcho:
    def test_is_one_safe_line(self) -> None:
        assert echo(" dec\n2018\x00\x1b[31m \u202eevil\u200b\ud800 ") == "dec 2018[31m evil"

    @given(ANY_TEXT)
    def test_is_short_and_shows_nothing_hidden(self, text: str) -> None:
        shown = echo(text)
        assert len(shown) <= 50
        assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
        assert not set(shown) & set("\u200b\u200d\u200e\u202a\u202e\u2066\ufeff\u061c\u00ad")
        shown.encode()


RUNS = [
    "a.",
    "1,111,",
    "1.1",
    "'",
    '"',
    "“",
    '." ',
    "! \"'",
    "(",
    ".(\n",
    "\n \n",
    "one ",
    "e\u0301",
    "\u0301",
]
MORE_RUNS = [
    "\u200b",
    " ",
    "9",
    "the us ",
    "u. s. ",
    "$ ",
    "x",
    "a'b",
    "é.",
    "twenty-",
    ".",
    "?! ",
    "one hundred and ",
]


def test_march_is_not_what_mars_and_a_marred_talk_are() -> None:
    assert not {*terms("Mars"), *terms("marred"), *terms("marring")} & {*terms("mar March Mar.")}
    assert terms("marred") == terms("marring")


@pytest.mark.parametrize("unit", [*RUNS, *MORE_RUNS])
def test_time_grows_with_the_length_only(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    started = process_time()
    normalise(text), terms(text), sentences(text), echo(text), clip(text, 20_000)
    assert process_time() - started < 2  # a quadratic pattern takes ten seconds and more
