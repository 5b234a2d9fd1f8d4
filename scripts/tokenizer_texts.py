"""Texts for comparing tokenizers: sentences in many scripts to train vocabularies on, and generated nasty strings.

Everything is a function of a random.Random, so that a seed names a text.
"""

import random

# Written for this project; a sentence or two per language. What they say does not matter, their scripts do.
SENTENCES = [
    "The keeper of the small museum lost her keys again, and nobody could open the cabinet of old maps.",
    "Unbelievably, the refrigerator's thermostat was re-calibrated at 3.5°C (that's 38.3°F) in O'Neill's kitchen!",
    "Le garçon naïf a mangé une crêpe brûlée à Noël ; où est passé l'œuf ?",
    "Die Straßenbahn fährt über die Brücke, während Jürgen seine Schlüssel im Gäßchen sucht.",
    "El niño pequeño soñó con un pingüino que bebía café en la montaña. ¿Quién lo creería?",
    "Kolmekymmentäkolme yötä myöhemmin hän löysi äidin vanhan kirjeen.",
    "Zażółć gęślą jaźń, powiedział źrebak i poszedł łąką ku rzece.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy na náměstí.",
    "İstanbul'da ılık bir akşamüstü, Şükrü ağabey çayını içip gülümsedi. IĞDIR ÇOK GÜZEL.",
    "Tiếng Việt có nhiều dấu: ngày mai chúng tôi sẽ đi chợ bằng thuyền nhỏ.",
    "Съешь ещё этих мягких французских булок, да выпей же чаю у подъезда. Йод и ЁЛКА.",
    "Наступного ранку їжак з'їв яблуко під ґанком.",
    "Η γρήγορη αλεπού πήδηξε πάνω από τον ΟΔΥΣΣΕΑ στην Άρτα ᾄδων ὦ ἄνδρες.",
    "שָׁלוֹם לכולם, הספר הישן מונח על השולחן ליד החלון.",
    "ذهب الطفلُ إلى السوقِ لشراءِ الخبزِ والتمرِ في الصباحِ الباكر، ثم عاد ١٢٣.",
    "کتابدار پیر هر روز کتاب‌های تازه را مرتب می‌کرد.",
    "हर सुबह किसान अपने खेत में पानी देता है और पक्षियों को देखता है।",
    "বৃষ্টির দিনে আমরা বারান্দায় বসে গল্প করতাম।",
    "ஒவ்வொரு நாளும் அவள் கடற்கரையில் நடந்து சென்றாள்.",
    "ప్రతి ఉదయం పిల్లలు బడికి నడిచి వెళ్తారు.",
    "ทุกเช้าชาวประมงจะออกเรือไปหาปลาในทะเลกว้าง",
    "ພວກເຮົາກິນເຂົ້າໜຽວກັບແມ່",
    "ყოველ დილით მებაღე რწყავს ვარდებს. ᲗᲑᲘᲚᲘᲡᲘ",
    "Ամեն առավոտ այգեպանը ջրում է վարդերը։",
    "ሁልጊዜ ጠዋት ገበሬው እርሻውን ያጠጣል።",
    "매일 아침 할머니는 정원에 물을 주고 새들에게 인사를 건넸다. 한국어 띄어쓰기!",
    "毎朝、祖母は庭に水をやり、鳥たちに挨拶をした。カタカナとひらがなと漢字、ガギグゲゴ。",
    "每天早晨，老奶奶在花園裡澆水，向小鳥問好。他们昨天去了图书馆，借了三本书。",
    "𠀀𠀁 and 𪜶 are rare ideographs; 豈 更 車 are compatibility ones.",
    "∑ x² ≠ √2 ≈ 1.41421; f(x) := λx.x → ℝ, Å and Å, K and K, ﬁ ﬂ ½ № ™ € £ ¥.",
    "👩‍👩‍👧‍👦 went to 🇨🇭 with 👍🏽 and ❤️‍🔥; 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿!",
    "def tokenise(self, text: str) -> list[int]: return [self.vocab.get(w, self.unk) for w in text.split()]  # O(n)",
    "https://example.org/a/b?c=d&e=%20f#g user@example.org C:\\temp\\x.txt 192.168.0.1 v2.0.0-rc.1+build.5",
]

MARKS = [0x0300, 0x0301, 0x0307, 0x0308, 0x0323, 0x0327, 0x0328, 0x0334, 0x0338, 0x0344, 0x0345, 0x034F, 0x05B0, 0x05BC,
         0x0651, 0x064B, 0x093C, 0x094D, 0x0E38, 0x0E48, 0x0F71, 0x0F72, 0x0F73, 0x0F74, 0x0F75, 0x0F81, 0x1AB0, 0x1DC0,
         0x20D0, 0x20E3, 0x302A, 0x302E, 0x3099, 0x309A, 0xA806, 0xFE20, 0x16FF0, 0x1BC9E, 0x1D165, 0x1D166, 0x1D16D,
         0x1D167, 0x1D18A, 0x1E000, 0x1E8D0, 0x1E944, 0x1E94A, 0x11046, 0x110BA, 0x1133C, 0x10A39]
SPACES = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x180E, 0x2000, 0x2003, 0x2009,
          0x200A, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF]
ODD = [0x00, 0x01, 0x07, 0x08, 0x7F, 0x80, 0x9F, 0xAD, 0x0130, 0x0131, 0x0149, 0x01C5, 0x01F0, 0x0120, 0x017F, 0x0345,
       0x037E, 0x0387, 0x0390, 0x03A3, 0x03C2, 0x0587, 0x0600, 0x06DD, 0x070F, 0x1E9E, 0x1F82, 0x1FAA, 0x1FEF, 0x2126,
       0x212A, 0x212B, 0x2260, 0x2ADC, 0x3400, 0x4DB5, 0x4DBF, 0x4E00, 0x9FA5, 0x9FFF, 0xA000, 0xAC00, 0xAC01, 0xD7A3,
       0xE000, 0xF8FF, 0xF900, 0xFA0E, 0xFAD9, 0xFB1D, 0xFB2C, 0xFDFA, 0xFFF9, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000,
       0x1F600, 0x1F1E6, 0x20000, 0x2A6DF, 0x2A6E0, 0x2B740, 0x2B81F, 0x2B820, 0x2B91F, 0x2B920, 0x2CEAF, 0x2CEB0,
       0x2F800, 0x2FA1D, 0x30000, 0xE0001, 0xE0061, 0xE0100, 0xF0000, 0x10FFFD, 0x10FFFF, 0x10400, 0x1E900, 0x118A0,
       0x16E40, 0x1D15E, 0x1D1BF, 0x11131, 0x1112E, 0xA7DA, 0x1C89, 0x10D50]
ASCII = [chr(c) for c in range(0x21, 0x7F)]


def scalar(rng: random.Random) -> str:
    """Any scalar value; the lower planes more often."""
    while True:
        c = rng.randrange(rng.choice([0x250, 0x3000, 0x10000, 0x20000, 0x110000]))
        if not 0xD800 <= c < 0xE000:
            return chr(c)


def word(rng: random.Random, extra: list[str]) -> str:
    kind = rng.randrange(12)
    sentence = rng.choice(SENTENCES)
    if kind < 4:
        return rng.choice(sentence.split())
    if kind == 4:
        return rng.choice(sentence.split()).upper()
    if kind == 5:
        begin = rng.randrange(len(sentence))
        return sentence[begin : begin + rng.randrange(1, 12)]
    if kind == 6:
        return "".join(rng.choice(ASCII) for _ in range(rng.randrange(1, 8)))
    if kind == 7:
        return "".join(scalar(rng) for _ in range(rng.randrange(1, 6)))
    if kind == 8:
        base = rng.choice(["", "e", "A", "가", "क", "я", scalar(rng)])
        return base + "".join(chr(rng.choice(MARKS)) for _ in range(rng.randrange(1, 7)))
    if kind == 9:
        return "".join(chr(rng.choice(ODD)) for _ in range(rng.randrange(1, 4)))
    if kind == 10 and extra:
        token = rng.choice(extra)
        return rng.choice([token, token, token.lower(), token.upper(), token[:-1], token * 2, "a" + token, token + "b"])
    return rng.choice(sentence.split()) * rng.randrange(1, 5)


def nasty(rng: random.Random, extra: list[str]) -> str:
    """A short text of words of all kinds, with separators of all kinds."""
    parts = []
    for _ in range(rng.randrange(0, 9)):
        parts.append(word(rng, extra))
        parts.append(rng.choice([" ", " ", " ", "", "", "  ", chr(rng.choice(SPACES)), chr(rng.choice(SPACES)) * 2]))
    return "".join(parts)


def fixed() -> list[str]:
    """What every tokenizer must get right, whatever the seed."""
    texts = ["", " ", "\n\t \u3000", "a", "[UNK]", "[CLS] a [SEP]", "\x00", "a\x00b", "\ufffd", "\u200b", "\u0301", "\u0301a",
             "e\u0301", "\u00e9", "\u0344\u0323", "a\u0345\u0301\u0323", "\u0f73\u0f74", "\u302e\u302a\u1d165"]
    texts += ["x" * n for n in (99, 100, 101, 250)] + ["é" * n for n in (99, 100, 101)] + ["가" * 34, "가" * 51, "İ" * 100]
    texts += ["e" + "\u0301" * 200, "a" + "\u0323\u0301" * 60, "\u1d165\u302e" * 40]
    texts += [chr(c) * 3 for c in MARKS + SPACES + ODD] + ["a" + chr(c) + "b" for c in MARKS + SPACES + ODD]
    return texts + SENTENCES + [s.upper() for s in SENTENCES] + [s.lower() for s in SENTENCES]


def sweep(first: int, count: int) -> str:
    """A stretch of Unicode: each scalar value between letters, and behind a letter."""
    chars = [chr(c) for c in range(first, first + count) if not 0xD800 <= c < 0xE000]
    return " ".join(f"a{c}b {c}" for c in chars)
