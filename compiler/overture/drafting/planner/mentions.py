"""What a phrase speaks of: a result by its noun, a property of one, some of a list, those with a label, their number.

A phrase must fit in all its words. `the angry customers` is not `the customers`: where a word tells things apart that
the draft does not, the phrase is not understood.
"""

from __future__ import annotations

from dataclasses import replace

from overture.drafting.planner.draft import Draft, EachError, NotUnderstoodError
from overture.drafting.planner.knowledge import property_of
from overture.drafting.planner.nouns import EACH, NEUTRAL, PRONOUNS, STOPS, is_plural, singular, without_determiners
from overture.drafting.planner.numbers import WORDS as NUMBER_WORDS
from overture.drafting.planner.patterns import Phrase
from overture.drafting.planner.results import Result
from overture.drafting.planner.texts import in_quotes
from overture.drafting.planner.vocabulary import vocabulary

_ANSWERS = vocabulary("result results output answer response reply data content")
_COLUMN_WORDS = 3
_MANY_ANSWERS = frozenset(("results", "answers", "outputs"))
_LISTS = frozenset(("list", "all", "rest", "content", "contents", "text"))


def find(draft: Draft, phrase: Phrase) -> Result:
    """What a `thing` speaks of. Raises NotUnderstoodError when there is nothing of that name, EachError when it says
    `each` of a list and no loop goes through that one."""
    return _used(draft, _of_words(draft, _words(phrase), phrase))


def find_all(draft: Draft, phrase: Phrase) -> Result:
    """The same for a step that by itself does what it does to each of a list: the list that `each order` goes
    through."""
    if not says_each(phrase):
        return find(draft, phrase)
    found = _one_or_all(draft, _words(phrase), phrase)
    if not (found.is_list or found.is_item):
        raise NotUnderstoodError
    return _used(draft, found)


def says_each(phrase: Phrase) -> bool:
    """Whether words speak of each of a list."""
    return any(token.kind == "word" and token.lower in EACH for token in phrase.tokens)


def says_each_of(phrase: Phrase, of: Result) -> bool:
    """Whether free words ask something of each of a list: `each is late`, `a reply to each order`."""
    item = of.item_name.split("_")[-1]
    here = range(phrase.start, phrase.end)
    following = [phrase.reading.lower(at + 1) for at in here if phrase.reading.lower(at) in EACH]
    return of.is_list and any(word in STOPS or word in ("", item) for word in following)


def _words(phrase: Phrase) -> list[str]:
    return [token.text if token.kind == "quoted" else token.lower for token in phrase.tokens]


def _used(draft: Draft, found: Result) -> Result:
    if found.when_used is not None:
        found.when_used()
    draft.spoken.append(found)
    return found


def _each(draft: Draft, words: list[str], phrase: Phrase) -> Result:
    """`each order`: the item of the loop that goes through the orders."""
    if draft.each is not None:
        return draft.each
    found = _one_or_all(draft, words, phrase)
    if found.is_list:
        raise EachError(found)
    if not found.is_item:
        raise NotUnderstoodError  # `each page`, where there is one
    return found


def _one_or_all(draft: Draft, words: list[str], phrase: Phrase) -> Result:
    """The list that is meant by `each order`, or its item inside the loop that goes through it."""
    mark = draft.mark()
    found = _of_words(draft, _without_each(words), phrase)
    item = draft.item_of(found)
    if item is None:
        return found
    draft.undo(mark)
    return item


def _without_each(words: list[str]) -> list[str]:
    """`each`, `each one` are `them`; `each order` is `all order`, which is the orders."""
    found: list[str] = []
    for at, word in enumerate(words):
        if word not in EACH:
            found.append(word)
        elif words[at + 1 : at + 2] in (["one"], ["item"]) and words[at + 2 : at + 3] in ([], ["'s"]):
            found.append("them")
            return [*found, *words[at + 2 :]]
        else:
            found.append("them" if words[at + 1 : at + 2] in ([], ["'s"]) else "all")
    return found


def latest(draft: Draft) -> Result | None:
    """What a question without an object is about: the item of the loop, else what was made last; None when nothing was.
    Raises NotUnderstoodError when what was made last may not be there."""
    found = draft.loop_item() or next((each for each in draft.results() if not each.is_side), None)
    if found is not None and found.is_gone:
        raise NotUnderstoodError
    return None if found is None else _used(draft, found)


def _of_words(draft: Draft, words: list[str], phrase: Phrase) -> Result:
    if words[0] == "its" and len(words) == 2 and words[1] in _ANSWERS and draft.loop_item() is None:
        return _last(draft, wants_list=False)
    if words[0] == "its" and len(words) > 1:
        return property_of(draft, _meant_by(draft, "it", phrase), words[1:])
    if "'s" in words[1:-1]:
        at = words.index("'s")
        return property_of(draft, _of_words(draft, words[:at], phrase), words[at + 1 :])
    if words[0] in EACH:
        return _each(draft, words, phrase)
    if words[0] in PRONOUNS and (len(words) == 1 or words[1:] in (["of", "them"], ["one"], ["item"])):
        return _meant_by(draft, words[0], phrase)
    if words == ["all", "of", "them"]:
        return _meant_by(draft, "them", phrase)
    if "of" in words[1:-1]:
        return _of_another(draft, words, phrase)
    try:
        return _by_noun(draft, words)
    except NotUnderstoodError:
        item = draft.loop_item()
        if item is None or item.service != "csv" or words[0] != "the" or not 1 < len(words) <= _COLUMN_WORDS + 1:
            raise
        return property_of(draft, item, words[1:])  # a row has nothing but columns


def _meant_by(draft: Draft, pronoun: str, phrase: Phrase) -> Result:
    """What `it` is: inside a loop the item, else what was made last. `them` is the list that was made last."""
    item = draft.loop_item()
    if pronoun in ("it", "this", "that"):
        if item is not None:
            made = next((each for each in draft.results() if not each.is_side), item)
            if made is not item and not made.is_item:
                draft.assume(f"`{phrase.text}` is the {_spoken(item)}, not the {_spoken(made)}")
            return item
        return _last(draft, wants_list=False)
    return _last(draft, wants_list=True)


def _last(draft: Draft, *, wants_list: bool) -> Result:
    made = [each for each in draft.results() if not each.is_side]
    if not made or made[0].is_gone:
        raise NotUnderstoodError
    if wants_list:
        many = [each for each in made if (each.is_list or is_plural(each.noun)) and not each.is_gone]
        if many and many[0] is not made[0] and not made[0].is_gone:
            draft.assume(f"what is meant by `them` are the {_spoken(many[0])}, not the {_spoken(made[0])}")
        return many[0] if many else made[0]
    return made[0]


def _of_another(draft: Draft, words: list[str], phrase: Phrase) -> Result:
    """`the number of orders`, `the titles of the issues`, `the total of the order`, `a list of the bugs`."""
    at = words.index("of", 1)
    head, owner = without_determiners(words[:at]), words[at + 1 :]
    if head in (["number"], ["count"]):
        of = _of_words(draft, owner, phrase)
        if not of.is_list:
            raise NotUnderstoodError
        return Result("number", f"{of.expression} | length", {"type": "integer"}, is_side=True)
    if len(head) == 1 and head[0] in _LISTS:
        return _of_words(draft, owner, phrase)
    of = _of_words(draft, owner, phrase)
    if of.is_list:
        return _of_each(draft, of, head)
    try:
        return property_of(draft, of, head, known_only=True)
    except NotUnderstoodError:
        pass
    try:
        return _by_noun(draft, head)
    except NotUnderstoodError:
        if words[0] not in ("the", "its"):
            raise  # `each piece of it` is no property
        return property_of(draft, of, head)


def _of_each(draft: Draft, of: Result, head: list[str]) -> Result:
    """A property of each of a list, as a list."""
    if of.inner is not None and head in (["labels"], ["label"]):
        return Result(
            "labels", f"{of.expression} | map(attribute='label')", {"type": "array", "items": {"type": "string"}}
        )
    one = replace(of.one("item"), expression="item")
    name = [*head[:-1], singular(head[-1])]
    value = property_of(draft, one, name)
    path = value.expression.removeprefix("item.")
    if of.inner is not None:
        path = f"{of.inner}.{path}"
    if "[" in path or " " in path:
        raise NotUnderstoodError
    expression = f"{of.expression} | map(attribute={in_quotes(path)})"
    return Result("_".join(head), expression, {"type": "array", "items": value.schema})


def _by_noun(draft: Draft, words: list[str]) -> Result:
    if EACH & set(words):
        raise NotUnderstoodError  # `the each order`
    words = without_determiners(words)
    some = _some(words)
    if some is not None:
        kind, number, rest = some
        of = _by_noun(draft, rest)
        if not of.is_list:
            raise NotUnderstoodError
        return replace(
            of, expression=f"({of.expression})[{f':{number}' if kind == 'first' else f'-{number}:'}]", home=None
        )
    for wants_all in (True, False):
        for result in draft.results():
            if result.inner is not None and (label := _label(result, words)) is not None:
                if result.is_gone:
                    raise NotUnderstoodError
                return result.sorted_as(label)
            if _is_called(result, words, wants_all=wants_all):
                if result.is_gone:
                    raise NotUnderstoodError
                return result
    for result in draft.results():
        if result.is_object and not result.is_gone:
            try:
                return property_of(draft, result, words, known_only=True)
            except NotUnderstoodError:
                continue
    if len(words) == 1 and words[0] in _ANSWERS and not (words[0] in _MANY_ANSWERS and draft.loop_item() is not None):
        return _last(draft, wants_list=words[0] in _MANY_ANSWERS)
    raise NotUnderstoodError


def _some(words: list[str]) -> tuple[str, int, list[str]] | None:
    """`first five orders` as kind, number and the rest."""
    if len(words) < 3 or words[0] not in ("first", "last", "top"):
        return None
    number = int(words[1]) if words[1].isdecimal() and len(words[1]) < 7 else NUMBER_WORDS.get(words[1])
    if not number:
        return None
    return ("last" if words[0] == "last" else "first"), number, words[2:]


def _is_called(result: Result, words: list[str], *, wants_all: bool) -> bool:
    """Whether words are a result's noun (or, if not `wants_all`, its end), with no adjective that it was not spoken of
    with."""
    if len(words) == 1 and singular(words[0]) in result.nicknames:
        return True
    mine = result.noun.split("_")
    if is_plural(words[-1]) and not is_plural(mine[-1]) and not result.is_list:
        return False
    said = [singular(word) if index == len(words) - 1 else word for index, word in enumerate(words)]
    own = [*mine[:-1], singular(mine[-1])]
    if (words[-1] != mine[-1]) and (result.is_list != (singular(words[-1]) != words[-1])) and result.is_item:
        return False
    for length in range(len(own) if wants_all else 1, len(own) + 1):
        if said[-length:] == own[-length:]:
            rest = set(said[:-length]) - NEUTRAL - result.adjectives - set(own)
            if not rest:
                return True
    return False


def _label(result: Result, words: list[str]) -> str | None:
    """`the bugs`, `the urgent orders`, `the bug issues`: the label that is meant."""
    nouns = {singular(result.noun.split("_")[-1]), singular(result.inner or ""), "one", "item"}
    for label in result.labels:
        own = label.lower().replace("_", " ").split()
        said = [*words[:-1], singular(words[-1])]
        if said == [*own[:-1], singular(own[-1])] or (said[:-1] == own and said[-1] in nouns):
            return label
    return None


def _spoken(result: Result) -> str:
    return result.noun.replace("_", " ")
