"""Cases for tokenizers (see tests/tokenizer/case.hpp for their JSON) and the reference's answers to them."""

import contextlib
import hashlib
import os
import random

from tokenizers import Tokenizer
from tokenizer_texts import fixed, nasty, sweep

STRATEGIES = {"LongestFirst": "longest_first", "OnlyFirst": "only_first", "OnlySecond": "only_second"}


@contextlib.contextmanager
def silent_panics():
    """The reference's panics print to the process's standard error; they are counted as no answer instead."""
    with open(os.devnull, "wb") as null:
        saved = os.dup(2)
        os.dup2(null.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def random_case(rng: random.Random, extra: list[str]) -> dict:
    case = {"text": nasty(rng, extra)}
    if rng.random() < 0.25:
        case["pair"] = nasty(rng, extra)
    if rng.random() < 0.2:
        case["add_special_tokens"] = False
    if rng.random() < 0.25:
        max_length = rng.randrange(0, 24)
        case["truncation"] = {"max_length": max_length, "stride": rng.randrange(0, max(1, max_length)),
                              "strategy": rng.choice(list(STRATEGIES)), "direction": rng.choice(["Right", "Left"])}
    if rng.random() < 0.1:
        case["padding"] = {"strategy": rng.choice(["BatchLongest", {"Fixed": rng.randrange(0, 30)}]),
                           "direction": rng.choice(["Right", "Left"]), "pad_id": rng.randrange(3),
                           "pad_to_multiple_of": rng.choice([None, 1, 8]), "pad_type_id": rng.randrange(3), "pad_token": "[PAD]"}
    return case


def fixed_cases() -> list[dict]:
    return [{"text": text} for text in fixed()]


def sweep_cases(count: int) -> list[dict]:
    """All of Unicode, `count` code points a case."""
    return [{"text": sweep(first, count)} for first in range(0, 0x110000, count)]


def encoding_json(encoding, with_overflow=True) -> dict:
    """The windows of overflow have windows of their own in the reference where both texts of a pair overflow; those
    repeat what stands beside them, and are left out."""
    out = {"ids": encoding.ids, "type_ids": encoding.type_ids, "tokens": encoding.tokens,
           "offsets": [list(o) for o in encoding.offsets], "mask": encoding.special_tokens_mask}
    if with_overflow and encoding.overflowing:
        out["overflowing"] = [encoding_json(o, False) for o in encoding.overflowing]
    return out


def answer(reference: Tokenizer, case: dict) -> dict | None:
    """The reference's answer; None where it fails by accident (a panic) and so says nothing."""
    reference.no_truncation()
    reference.no_padding()
    try:
        if truncation := case.get("truncation"):
            special = reference.num_special_tokens_to_add("pair" in case) if case.get("add_special_tokens", True) else 0
            if truncation["max_length"] < special:
                return None
            reference.enable_truncation(truncation["max_length"], stride=truncation["stride"],
                                        strategy=STRATEGIES[truncation["strategy"]], direction=truncation["direction"].lower())
        if padding := case.get("padding"):
            length = padding["strategy"]["Fixed"] if isinstance(padding["strategy"], dict) else None
            reference.enable_padding(direction=padding["direction"].lower(), pad_id=padding["pad_id"],
                                     pad_type_id=padding["pad_type_id"], pad_token=padding["pad_token"], length=length,
                                     pad_to_multiple_of=padding["pad_to_multiple_of"])
        encoding = reference.encode(case["text"], case.get("pair"), add_special_tokens=case.get("add_special_tokens", True))
    except Exception as failure:  # what the library says no to
        return None if "stride" in str(failure) else {"error": str(failure)}
    except BaseException as failure:
        if type(failure).__name__ != "PanicException":
            raise
        return None
    return encoding_json(encoding) | {"decoded": reference.decode(encoding.ids)}


def digest(answer_: dict) -> str:
    """A hash of ids, places and tokens, for answers too long to keep."""
    lines = (f"{i} {b} {e} {t}\n" for i, (b, e), t in zip(answer_["ids"], answer_["offsets"], answer_["tokens"]))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
