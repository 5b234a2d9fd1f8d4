"""Tokenizers of the BERT family for the comparison: every switch, spelling and kind of added token at least once.

build(folder) writes them, small ones trained on tokenizer_texts.SENTENCES. Each is a tokenizer.json, or a folder with
vocab.txt and tokenizer_config.json.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers.implementations import BertWordPieceTokenizer
from tokenizer_texts import SENTENCES

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

# Every kind of added token, some of them awkward: they share beginnings, begin or end in white space, or are words.
ADDED = [
    AddedToken("[X1]", special=True, normalized=False),
    AddedToken("[X1][X2]", special=False, normalized=False),
    AddedToken("<mask>", lstrip=True, special=True, normalized=False),
    AddedToken("<end>", rstrip=True, normalized=False),
    AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
    AddedToken("key", single_word=True, normalized=False),
    AddedToken("KEY word", single_word=True, lstrip=True, normalized=False),
    AddedToken("Café", normalized=True),
    AddedToken("Straße Ünd", normalized=True, rstrip=True),
    AddedToken("zebra", single_word=True, normalized=True),
    AddedToken("ab", normalized=True),
    AddedToken("abc", normalized=True, special=True),
    AddedToken(" gap", normalized=False),
    AddedToken("水道", normalized=False),
    AddedToken("日本", normalized=True),
    AddedToken("\u0301!", normalized=False),
    AddedToken("é", single_word=True, normalized=False),
]


def train(normalizer, size, texts=None, **wordpiece) -> Tokenizer:
    options = {"unk_token": "[UNK]"} | wordpiece
    tokenizer = Tokenizer(models.WordPiece({}, **options))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=SPECIALS, show_progress=False, limit_alphabet=size,
        continuing_subword_prefix=options.get("continuing_subword_prefix", "##"))
    tokenizer.train_from_iterator(texts or SENTENCES * 3, trainer)
    tokenizer.decoder = decoders.WordPiece(prefix=options.get("continuing_subword_prefix", "##"))
    return tokenizer


def bert_template(tokenizer: Tokenizer):
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    return processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                         special_tokens=[("[CLS]", cls), ("[SEP]", sep)])


def with_bert_template(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.post_processor = bert_template(tokenizer)
    return tokenizer


def bert_normalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True):
    return normalizers.BertNormalizer(clean_text, handle_chinese_chars, strip_accents, lowercase)


def switches(size=700):
    yield "uncased", with_bert_template(train(bert_normalizer(), size))
    yield "cased", with_bert_template(train(bert_normalizer(lowercase=False), 2000))
    yield "cased-stripped", with_bert_template(train(bert_normalizer(lowercase=False, strip_accents=True), size))
    yield "lower-accents", with_bert_template(train(bert_normalizer(strip_accents=False), size))
    yield "uncleaned", with_bert_template(train(bert_normalizer(clean_text=False), size))
    yield "no-chinese", with_bert_template(train(bert_normalizer(handle_chinese_chars=False), size))
    yield "all-off", with_bert_template(train(bert_normalizer(False, False, False, False), size))
    yield "no-normalizer", with_bert_template(train(None, size))
    chinese = [s for s in SENTENCES if any(0x3000 < ord(c) < 0xA000 for c in s)]
    yield "chinese", with_bert_template(train(bert_normalizer(lowercase=False), 400, chinese * 3))


def added_tokens():
    for name, normalizer in (("added", bert_normalizer()), ("added-cased", bert_normalizer(lowercase=False)),
                             ("added-no-normalizer", None)):
        tokenizer = with_bert_template(train(normalizer, 500))
        tokenizer.add_tokens(ADDED)
        yield name, tokenizer


def other_parts():
    sequence = train(normalizers.Sequence([normalizers.Strip(), normalizers.NFD(), normalizers.StripAccents(),
                                           normalizers.Lowercase()]), 500)
    sequence.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    cls, sep, mask = (sequence.token_to_id(t) for t in ("[CLS]", "[SEP]", "[MASK]"))
    sequence.post_processor = processors.TemplateProcessing(
        single="$A:3 [SEP]:4 [CLS]", pair="[MASK]:2 $B:7 [SEP] $A:5 [CLS]:9",
        special_tokens=[("[CLS]", cls), ("[SEP]", sep), ("[MASK]", mask)])
    yield "sequence", sequence

    twice = train(bert_normalizer(), 300)
    twice.post_processor = processors.TemplateProcessing(single="$A $A:1", pair="$A $B:1 $A:2", special_tokens=[])
    yield "twice", twice

    bare = train(None, 500)
    bare.pre_tokenizer, bare.decoder = None, None
    yield "bare", bare

    roberta = train(bert_normalizer(lowercase=False), 400)
    roberta.add_tokens(ADDED)
    roberta.post_processor = processors.RobertaProcessing(
        ("[SEP]", roberta.token_to_id("[SEP]")), ("[CLS]", roberta.token_to_id("[CLS]")),
        trim_offsets=True, add_prefix_space=True)
    yield "roberta", roberta

    short = with_bert_template(train(bert_normalizer(), 300, continuing_subword_prefix="@@", max_input_chars_per_word=5))
    yield "short-words", short

    no_prefix = with_bert_template(train(bert_normalizer(), 300))
    spelling = json.loads(no_prefix.to_str())
    spelling["model"]["continuing_subword_prefix"] = ""
    yield "no-prefix", Tokenizer.from_str(json.dumps(spelling))

    # No pre-tokenizer and long tokens: pieces of more than 63 bytes.
    long = json.loads(bare.to_str())
    vocab = long["model"]["vocab"]
    for text in ("a" * 70, "##" + "b" * 64, "##" + "b" * 63, "##" + "b" * 62, "##" + "é" * 40, "##" + "a" * 100):
        vocab[text] = len(vocab)
    long["model"]["max_input_chars_per_word"] = 100000
    yield "long-tokens", Tokenizer.from_str(json.dumps(long))


def old_spelling(tokenizer: Tokenizer) -> str:
    """As the first versions of the reference wrote it: no model type, no truncation direction, BertProcessing."""
    spelling = json.loads(tokenizer.to_str())
    vocab = spelling["model"]["vocab"]
    spelling["post_processor"] = {"type": "BertProcessing", "sep": ["[SEP]", vocab["[SEP]"]], "cls": ["[CLS]", vocab["[CLS]"]]}
    spelling["truncation"] = {"max_length": 16, "strategy": "LongestFirst", "stride": 2}
    spelling["padding"] = {"strategy": "BatchLongest", "direction": "Left", "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}
    del spelling["model"]["type"]
    del spelling["normalizer"]["strip_accents"]
    return json.dumps(spelling, ensure_ascii=False)


def missing_unk(tokenizer: Tokenizer) -> str:
    spelling = json.loads(tokenizer.to_str())
    spelling["model"]["unk_token"] = "<nothing>"
    return json.dumps(spelling, ensure_ascii=False)


def vocab_txt_folders(folder: Path):
    """(name, reference): the folders' files are written here, the reference is made from the same ones."""
    plain = folder / "vocab-txt"
    plain.mkdir(exist_ok=True)
    vocab = train(bert_normalizer(), 500).get_vocab()
    lines = sorted(vocab, key=vocab.get)
    # A token twice, one with white space behind it, an empty line, Windows line ends.
    lines += ["twice", "twice", "spaced  ", "", "wide\u3000", "dos\r"]
    (plain / "vocab.txt").write_bytes("\n".join(lines).encode() + b"\n")
    yield "vocab-txt", BertWordPieceTokenizer(str(plain / "vocab.txt"))

    cased = folder / "vocab-txt-cased"
    cased.mkdir(exist_ok=True)
    vocab = train(bert_normalizer(lowercase=False), 900).get_vocab()
    lines = [{"[CLS]": "<s>", "[SEP]": "</s>", "[UNK]": "<unk>"}.get(t, t) for t in sorted(vocab, key=vocab.get)]
    (cased / "vocab.txt").write_text("\n".join(lines), encoding="utf-8")
    config = {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False, "unk_token": "<unk>",
              "cls_token": {"__type": "AddedToken", "content": "<s>", "lstrip": False}, "sep_token": "</s>",
              "tokenizer_class": "BertTokenizer"}
    (cased / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    yield "vocab-txt-cased", BertWordPieceTokenizer(
        str(cased / "vocab.txt"), unk_token="<unk>", cls_token="<s>", sep_token="</s>", lowercase=False,
        strip_accents=True, handle_chinese_chars=False)


def build(folder: Path) -> dict[str, Tokenizer]:
    """Writes all tokenizers; returns the reference for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    references = {}
    for group in (switches(), added_tokens(), other_parts()):
        for name, tokenizer in group:
            text = tokenizer.to_str()
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
            references[name] = Tokenizer.from_str(text)
    for name, text in (("old-spelling", old_spelling(references["uncased"])), ("missing-unk", missing_unk(references["cased"]))):
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        references[name] = Tokenizer.from_str(text)
    for name, reference in vocab_txt_folders(folder):
        references[name] = Tokenizer.from_str(reference.to_str())
    for reference in references.values():
        reference.no_truncation()
        reference.no_padding()
    return references
