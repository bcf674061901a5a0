"""How Chinese characters are read, written into the SQL function that spells names as people type them.

The readings are those of `pypinyin`; its tables take 40 MB, so only whoever makes the function asks for them.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

FIRST, LAST = 0x3400, 0x9FFF
LONGEST: Final = 3
"""Characters of a word that is looked up; longer ones are sayings."""

# Said otherwise as a family name; where the usual reading is the other one.
SURNAMES: Final[Mapping[str, str]] = {
    "bi": "秘", "bo": "薄", "che": "车車", "chong": "种重", "du": "都", "ge": "盖蓋葛", "guo": "过過",
    "he": "黑", "hua": "华華", "ji": "纪紀", "miao": "缪繆", "mu": "牟", "na": "那", "nai": "能",
    "ning": "宁寧", "ou": "区區", "piao": "朴", "po": "繁", "qin": "覃", "qiu": "仇", "ren": "任",
    "shan": "单單", "shao": "召", "she": "折", "shen": "沈", "wei": "尉隗", "xian": "冼洗", "xiang": "相",
    "xie": "解", "yan": "燕", "ying": "应應", "yue": "乐樂", "yun": "员員", "zeng": "曾", "zha": "查",
    "zhai": "翟祭", "zhang": "长長",
}  # fmt: skip
WORDS: Final[Mapping[str, str]] = {"朝阳": "chao yang", "大厦": "da sha"}
"""Read otherwise than the package has it, in the names of companies."""

# `usual`: each character by itself; `read`: words as they are read. A capital begins each syllable, and each word that
# is written in letters; behind that the initials, twice each, as `crm_fold` does it, with which a reading begins. Words
# in letters keep their blanks, as |. Constants are no declarations: they would be copied at each call. Expressions
# without a query cost least.
SPELT: Final = r"""
CREATE OR REPLACE FUNCTION crm_spelt(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  name text := $1; blank text := ''; letter text; one text; first text; word text; spelt text;
  has_words boolean; in_letters boolean := false; free integer := 1;
  usual text := ''; usual_initials text := ''; read text := ''; read_initials text := '';
BEGIN
  IF strpos(name, '公司') > 0 THEN
    name := replace(replace(replace(name, '公司', ''), '有限责任', ''), '有限責任', '');
    name := replace(replace(name, '有限', ''), '股份', '');
    IF name !~ '[㐀-鿿]' THEN
      name := $1;
    END IF;
  END IF;
  IF name !~ '^[㐀-鿿]+$' THEN
    name := crm_norm(name);
    IF name ~ '[^㐀-鿿 ]' THEN
      blank := '|';
    END IF;
  END IF;
  has_words := name ~ '[{ambiguous}]';
  FOR at IN 1 .. length(name) LOOP
    letter := substr(name, at, 1);
    IF ascii(letter) BETWEEN {first} AND {last} THEN
      one := '{syllables}'::jsonb ->> ('{{{ones}}}'::smallint[])[ascii(letter) - {first} + 1];
      first := left(one, 2);
      one := substr(one, 3);
      in_letters := false;
    ELSIF letter = ' ' THEN
      first := blank;
      one := blank;
      in_letters := false;
    ELSE
      first := CASE WHEN in_letters THEN '' ELSE letter || letter END;
      one := CASE WHEN in_letters THEN letter ELSE upper(letter) END;
      in_letters := true;
    END IF;
    usual := usual || one;
    usual_initials := usual_initials || first;
    IF has_words AND at >= free THEN
      word := '{threes}'::jsonb ->> substr(name, at, 3);
      free := at + 3;
      IF word IS NULL THEN
        word := '{twos}'::jsonb ->> substr(name, at, 2);
        free := at + 2;
      END IF;
      IF word IS NULL THEN
        free := at + 1;
      ELSE
        first := left(word, 2 * (free - at));
        one := substr(word, 2 * (free - at) + 1);
      END IF;
      read := read || one;
      read_initials := read_initials || first;
    END IF;
  END LOOP;
  spelt := ' ' || usual || ' ' || usual_initials;
  IF has_words AND read <> usual THEN
    spelt := ' ' || read || ' ' || read_initials || spelt;
  END IF;
  IF name ~ '^[{surnames_begin}][㐀-鿿]{{1,3}}$' THEN
    one := '{surnames}'::jsonb ->> left(name, 1);
    word := '{surnames_usually}'::jsonb ->> left(name, 1);
    usual := substr(one, 3) || substr(usual, length(word) - 1);
    spelt := spelt || ' ' || usual || ' ' || left(one, 2) || substr(usual_initials, 3);
  END IF;
  RETURN spelt;
END $$;
COMMENT ON FUNCTION crm_spelt(text) IS 'common: how a name with Chinese characters is typed in Latin letters';
"""


Readings = Mapping[str, list[str]]


def functions() -> str:
    """The statements that make `crm_spelt`, of what the package knows."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT  # noqa: PLC0415 - heavy: pypinyin

    ones = {chr(code): [_plain(said)] for code, said in PINYIN_DICT.items() if FIRST <= code <= LAST}
    said = {
        word: [_plain(one) for (one, *_others) in each] for word, each in PHRASES_DICT.items() if len(word) <= LONGEST
    }
    words = _unlike(ones, said | {word: reading.split() for word, reading in WORDS.items()})
    surnames = {
        one: [reading] for reading, all_of_it in SURNAMES.items() for one in all_of_it if ones[one] != [reading]
    }
    each = [_written(ones.get(chr(code), [])) for code in range(FIRST, LAST + 1)]
    syllables = {written: number for number, written in enumerate(sorted(set(each)))}
    return SPELT.format(
        first=FIRST,
        last=LAST,
        syllables=json.dumps(list(syllables)),
        ones=",".join(str(syllables[written]) for written in each),
        threes=_object({word: reading for word, reading in words.items() if len(word) == LONGEST}),
        twos=_object({word: reading for word, reading in words.items() if len(word) < LONGEST}),
        ambiguous=_ambiguous(ones, words),
        surnames=_object(surnames),
        surnames_usually=_object({one: ones[one] for one in surnames}),
        surnames_begin="".join(surnames),
    )


@cache
def _plain(reading: str) -> str:
    """The first of some, without tones; ü is u, as `crm_norm` has it."""
    letters = unicodedata.normalize("NFD", reading.split(",", maxsplit=1)[0].lower())
    return "".join(letter for letter in letters if "a" <= letter <= "z")


def _unlike(ones: Readings, words: Readings) -> dict[str, list[str]]:
    """Words that are not read as their characters are, nor as shorter words in them are; traditional ones too."""
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=len):
        if 1 < len(word) <= LONGEST and all(map(ones.get, word)) and _read(word, ones, found) != words[word]:
            found[word] = words[word]
    from opencc import OpenCC  # noqa: PLC0415 - heavy: opencc

    traditional = OpenCC("s2t")
    return {traditional.convert(word): reading for word, reading in found.items()} | found


def _read(text: str, ones: Readings, words: Readings) -> list[str]:
    """As `crm_spelt` does: the longest word first, from left to right."""
    at, found = 0, list[str]()
    while at < len(text):
        length = next((size for size in range(LONGEST, 1, -1) if text[at : at + size] in words), 1)
        found += (words if length > 1 else ones)[text[at : at + length]]
        at += length
    return found


def _ambiguous(ones: Readings, words: Readings) -> str:
    """The characters that one of the words has another reading for."""
    unlike = (character for word, said in words.items() for character, one in zip(word, said, strict=True)
              if ones.get(character) != [one])  # fmt: skip
    return "".join(sorted(set(unlike)))


def _object(readings: Readings) -> str:
    return json.dumps({text: _written(said) for text, said in readings.items()}, ensure_ascii=False)


def _written(syllables: Iterable[str]) -> str:
    syllables = list(syllables)
    return "".join([one[0] * 2 for one in syllables] + [one.capitalize() for one in syllables])
