#!/usr/bin/env python3
"""Writes src/text/unicode_tables.cpp: what the reference tokenizer makes of each code point of Unicode.

The reference (Hugging Face `tokenizers`) takes its categories, its decompositions and its case mappings from
three libraries with tables of three different versions of Unicode. So nothing is taken from a database here:
every property is observed, by asking the reference about each code point alone.

usage: generate_unicode_tables.py OUTPUT.cpp     (needs the Python package tokenizers==0.23.3)
"""

import sys

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

REFERENCE = "0.23.3"
BLOCK_BITS = 7
BLOCK = 1 << BLOCK_BITS
CODE_POINTS = 0x110000
HANGUL = range(0xAC00, 0xD7A4)

# The bits of text::Property, in the order of the enumeration in src/text/unicode.hpp.
WHITESPACE, CLEANED_AWAY, CLEANED_TO_SPACE, PUNCTUATION, CHINESE, NONSPACING_MARK, COMBINING_MARK = (
    1 << i for i in range(7)
)
DECOMPOSES, LOWERS, WORD, PATTERN_SPACE, REORDERS = (1 << i for i in range(7, 12))


def scalars():
    """Every Unicode scalar value."""
    return (c for c in range(CODE_POINTS) if not 0xD800 <= c < 0xE000)


def bert(**switches):
    off = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**(off | switches)).normalize_str


def added_token_probe(**flags):
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.add_tokens([AddedToken("x", normalized=False, **flags)])
    return tokenizer


def observe_properties(nfd, lower):
    clean = bert(clean_text=True)
    chinese = bert(handle_chinese_chars=True)
    strip = bert(strip_accents=True)
    strip_marks = normalizers.StripAccents().normalize_str
    trim = normalizers.Strip(left=True, right=True).normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    single = added_token_probe(single_word=True)
    right = added_token_probe(rstrip=True)

    properties = [0] * CODE_POINTS
    for c in scalars():
        char = chr(c)
        bits = 0
        if trim(char) == "":
            bits |= WHITESPACE
        cleaned = clean(char)
        if cleaned == "":
            bits |= CLEANED_AWAY
        elif cleaned != char:
            assert cleaned == " ", hex(c)
            bits |= CLEANED_TO_SPACE
        pieces = [piece for piece, _ in split("a" + char + "a")]
        if pieces == ["a", char, "a"]:
            bits |= PUNCTUATION
        else:
            assert (pieces == ["a", "a"]) == bool(bits & WHITESPACE), hex(c)
        if chinese(char) != char:
            assert chinese(char) == f" {char} ", hex(c)
            bits |= CHINESE
        if nfd[c] != char:
            bits |= DECOMPOSES
        elif strip(char) == "":
            bits |= NONSPACING_MARK
        else:
            assert strip(char) == char, hex(c)
        if strip_marks(char) == "":
            bits |= COMBINING_MARK
        if lower[c] != char:
            bits |= LOWERS
        if single.token_to_id("x") not in single.encode("x" + char).ids:
            bits |= WORD
        if right.encode("x" + char).offsets[0] == (0, 2):
            bits |= PATTERN_SPACE
        properties[c] = bits
    return properties


def observe_combining_classes(nfd):
    """The canonical combining class of each code point, up to renaming: what counts is the order.

    Of two marks behind a starter the normaliser puts that of the lower class first, and does not touch two
    of the same class; marks of class 0 never move. So the classes are found by sorting.
    """
    normalize = normalizers.NFD().normalize_str
    candidates = [c for c in scalars() if nfd[c] == chr(c) and c not in HANGUL]

    def moves_before(probe, marks):
        """Those of `marks` that change places with `probe` when they stand behind it."""
        groups = normalize("".join(f"\n{probe}{chr(m)}" for m in marks if m != 10)).split("\n")[1:]
        return {ord(g[0]) for g in groups if g[0] != probe}

    # U+0345 has the highest class there is (240), U+0334 the lowest but 0 (1).
    below_highest = moves_before("\u0345", candidates)
    highest = {m for m in candidates if m != 10 and normalize(f"\n{chr(m)}\u0334")[1] == "\u0334"} - below_highest
    marks = sorted(below_highest | highest)
    ranks = {m: len(moves_before_set) for m, moves_before_set in ((m, lower_than(m, marks, normalize)) for m in marks)}
    order = {rank: i + 1 for i, rank in enumerate(sorted(set(ranks.values())))}
    return {m: order[rank] for m, rank in ranks.items()}


def lower_than(mark, marks, normalize):
    groups = normalize("".join(f"\n{chr(mark)}{chr(m)}" for m in marks)).split("\n")[1:]
    return {g[0] for g in groups if g[0] != chr(mark)}


def two_stage(values):
    """(first, second): values[c] == second[first[c >> BLOCK_BITS] * BLOCK + c % BLOCK]."""
    first, second, known = [], [], {}
    for start in range(0, CODE_POINTS, BLOCK):
        block = tuple(values[start : start + BLOCK])
        if block not in known:
            known[block] = len(known)
            second.extend(block)
        first.append(known[block])
    return first, second


def pooled(mapping):
    """(values, pool): values[c] is 0, or the place in pool of a count and that many code points."""
    values, pool, known = [0] * CODE_POINTS, [0], {}
    for c, text in sorted(mapping.items()):
        if text not in known:
            known[text] = len(pool)
            pool.extend([len(text), *map(ord, text)])
        values[c] = known[text]
    assert len(pool) < 1 << 16
    return values, pool


def array(kind, name, values):
    lines, line = [], "   "
    for value in values:
        item = f" {value},"
        if len(line) + len(item) > 120:
            lines.append(line)
            line = "   "
        line += item
    lines.append(line)
    return f"const {kind} {name}[{len(values)}] = {{\n" + "\n".join(lines) + "\n};\n"


def main():
    assert tokenizers.__version__ == REFERENCE, f"tokenizers is {tokenizers.__version__}, expected {REFERENCE}"
    nfd_of = normalizers.NFD().normalize_str
    lower_of = normalizers.Lowercase().normalize_str
    nfd, lower = [""] * CODE_POINTS, [""] * CODE_POINTS
    for c in scalars():
        nfd[c], lower[c] = nfd_of(chr(c)), lower_of(chr(c))
    for c in HANGUL:
        index = c - 0xAC00
        jamo = [0x1100 + index // 588, 0x1161 + index % 588 // 28] + ([0x11A7 + index % 28] if index % 28 else [])
        assert nfd[c] == "".join(map(chr, jamo)), hex(c)

    properties = observe_properties(nfd, lower)
    classes = observe_combining_classes(nfd)
    for c in classes:
        properties[c] |= REORDERS
    # Marks inside decompositions must stand on their own too: the normaliser sorts those.
    for c in scalars():
        for part in nfd[c]:
            assert nfd[ord(part)] == part, hex(c)

    decompositions = {c: nfd[c] for c in scalars() if nfd[c] != chr(c) and c not in HANGUL}
    lowers = {c: lower[c] for c in scalars() if lower[c] != chr(c)}
    decomposition_index, decomposition_pool = pooled(decompositions)
    lower_index, lower_pool = pooled(lowers)
    class_values = [classes.get(c, 0) for c in range(CODE_POINTS)]

    tables = [("Property", "std::uint16_t", properties), ("Decomposition", "std::uint16_t", decomposition_index),
              ("Lower", "std::uint16_t", lower_index), ("Combining", "std::uint8_t", class_values)]
    out = [
        f"// Written by scripts/generate_unicode_tables.py from observation of tokenizers {REFERENCE}; do not edit.",
        '#include "text/unicode_tables.hpp"',
        "",
        "namespace akidb::embedding::text::tables {",
        "// clang-format off",
        "",
    ]
    for name, kind, values in tables:
        first, second = two_stage(values)
        out.append(array("std::uint8_t" if max(first) < 256 else "std::uint16_t", f"k{name}Blocks", first))
        out.append(array(kind, f"k{name}Values", second))
    out.append(array("char32_t", "kDecompositionPool", decomposition_pool))
    out.append(array("char32_t", "kLowerPool", lower_pool))
    out += ["// clang-format on", "}  // namespace akidb::embedding::text::tables", ""]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("\n".join(out))
    counts = {name: sum(1 for v in values if v) for name, _, values in tables}
    print(f"{sys.argv[1]}: {counts}, {len(set(classes.values()))} combining classes")


if __name__ == "__main__":
    main()
