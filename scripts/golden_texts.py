"""The texts of the golden vectors: sentences, a ladder of lengths, oddities and seeded noise.

all_texts(sentences) gives (group, text) pairs, the same at every run. No text is in it twice.
"""

import random
import unicodedata

SEED = 20240917

# Numbers of words in the ladder; around 254 words a text meets the model's longest input (256 tokens).
LADDER = [*range(1, 17), 20, 24, 31, 32, 33, 48, 63, 64, 65, 80, 96, 110, 127, 128, 129, 150, 180, 200, 220, 240]
BOUNDARY = [252, 253, 254, 255, 256, 257, 300, 509, 510, 511, 512, 600, 1000, 5000]

ODDITIES = {
    "empty": ["", " ", "\t\r\n \n", "\u00a0\u2003\u3000", "\u200b", "\ufeff"],
    "one_token": ["a", "I", "7", "!", "the", "café", "中", "é", "ß", "The"],
    "control": ["\u0000", "nul \u0000 between", "a\u0000b", "\u0001\u0002\u0003", "bell\u0007 and delete\u007f",
                "soft\u00adhyphen", "zero\u200bwidth", "\ufffd", "tab\tand\nline\r\nbreaks", "\u0085next line"],
    "unknown": ["\U000f0000", "\U0001f9ff\U0001faa9", "\ue000\ue001 \ue002", "\u16a0\u16a1\u16a2", "\u0378 \u0379",
                "\U00013000\U00013001\U00013002"],
    "emoji": ["🙂", "I love this 😍😍😍", "👩‍👩‍👧‍👦 family", "🏳️‍🌈🇩🇪🇯🇵", "thumbs 👍🏽 up", "❤️ ♥ ☕ ✓", "🚀 to the moon"],
    "marks": ["e\u0301", "cafe\u0301 re\u0301sume\u0301", "\u0301", "\u0301\u0302\u0303 lone marks", "A\u030angstro\u0308m",
              "Z\u0351\u036b\u0343a\u0317\u0345l\u0321g\u0355o\u0344", "Ｆｕｌｌ ｗｉｄｔｈ", "ﬁnd the ﬂoor", "½ cup of ②"],
    "case": ["HELLO WORLD", "hello world", "HeLLo WoRLD", "hello  world", " hello world ", "Hello, world!", "ÀÉÎÕÜ àéîõü",
             "İstanbul ISTANBUL ıstanbul", "STRASSE straße STRAẞE", "ΟΔΥΣΣΕΥΣ Ὀδυσσεύς ὀδυσσεύς", "ǅ ǆ Ǆ", "ŁÓDŹ łódź"],
    "cjk": ["東京", "東京は日本の首都です。", "我爱北京天安门", "漢字とカタカナとひらがな", "한국어 문장입니다", "中文English混合テキスト",
            "㐀㐁 𠀀𠀁", "々〆〇"],
    "rtl": ["שלום עולם", "שָׁלוֹם", "مرحبا بالعالم", "السَّلَامُ عَلَيْكُمْ", "English עברית العربية mixed", "\u202eright to left\u202c"],
    "other_scripts": ["สวัสดีชาวโลก", "नमस्ते दुनिया", "வணக்கம் உலகம்", "გამარჯობა მსოფლიო", "Բարեւ աշխարհ", "ሰላም ልዑል", "ខ្មែរ",
                      "Привет, мир! Ёлка и ёж.", "Tiếng Việt có nhiều dấu thanh"],
    "special_tokens": ["[SEP]", "[CLS] text [SEP]", "a [MASK] b", "[PAD][PAD]", "[UNK]", "[cls] [sep]", "[ SEP ]", "x[SEP]y",
                       "[unused0] [unused99]", "##ing", "##", "the ##ing"],
    "code": ["int main() { return 0; }", "for (int i = 0; i < n; ++i) sum += a[i];", "def f(x: int) -> int:\n    return x ** 2\n",
             "SELECT name, COUNT(*) FROM users WHERE age >= 21 GROUP BY name;", "std::vector<std::unique_ptr<Foo>>",
             "git commit -m \"fix: a bug\" && git push", "\\begin{equation} e^{i\\pi} + 1 = 0 \\end{equation}", "/^[a-z0-9_-]{3,16}$/",
             "<div class=\"x\">text &amp; more</div>", "x = [i for i in range(10) if i % 2]", "snake_case camelCase kebab-case"],
    "data": ["{\"name\": \"Ada\", \"tags\": [1, 2.5, null, true]}", "a,b,c\n1,2,3\n", "https://example.org/a/b?c=d&e=f#g",
             "user@example.org", "C:\\Users\\x\\file.txt", "2024-02-29T23:59:60Z", "192.168.0.1:8080", "+49 (0)30 123456-78",
             "550e8400-e29b-41d4-a716-446655440000", "deadbeef 0xCAFE 1e-9", "key=value; other=\"quoted\""],
    "numbers": ["0", "42", "3.14159265358979", "1,000,000", "-273.15 °C", "1 2 3 4 5 6 7 8 9 10", "١٢٣٤٥", "Ⅳ Ⅻ", "10^100", "$19.99 €5 ¥100",
                "1234567890" * 20],
    "punctuation": ["...", "?!?!", "—–-", "“quotes” ‘single’", "don't can't won't", "U.S.A. e.g. i.e.", "$+<=>^`|~", "a.b,c;d:e", "(((())))",
                    "!" * 300, "¿Qué? ¡No!", "…", "©®™ §¶†‡"],
    "long_words": ["a" * 3000, "a" * 100, "a" * 101, "antidisestablishmentarianism", "Donaudampfschifffahrtsgesellschaftskapitän",
                   "pneumonoultramicroscopicsilicovolcanoconiosis", "x" * 99 + " " + "y" * 200 + " end"],
}

NOISE_RANGES = [(0x20, 0x7E), (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x6FF),
                (0x900, 0x97F), (0xE00, 0xE7F), (0x2000, 0x206F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
                (0x1F300, 0x1F6FF), (0x20000, 0x2A6DF), (0x0, 0x10FFFF)]


def ladder(words: list[str], rng: random.Random):
    for count in LADDER:
        start = rng.randrange(len(words))
        yield "ladder", " ".join((words * 2)[start : start + count])
    for count in BOUNDARY:
        yield "boundary", " ".join(rng.choices(["the", "sea", "and", "old", "house", "of", "light"], k=count))


def noise(words: list[str], rng: random.Random, count: int):
    """Every other text is of random characters; the rest is words with random case, marks and glue."""
    for index in range(count):
        length = rng.randrange(1, 60)
        if index % 2:
            low, high = rng.choice(NOISE_RANGES)
            points = [rng.randint(low, high) for _ in range(length)]
            yield "noise", "".join(chr(p) for p in points if not 0xD800 <= p <= 0xDFFF)
        else:
            changed = [rng.choice([str.upper, str.lower, str.title, marked])(w) for w in rng.choices(words, k=length)]
            yield "noise", "".join(word + rng.choice([" ", " ", "", "-", "\n", ", "]) for word in changed)


def marked(word: str) -> str:
    return unicodedata.normalize("NFD", word) + "\u0308"


def all_texts(sentences: list[str]) -> list[tuple[str, str]]:
    rng = random.Random(SEED)
    words = " ".join(sentences).split()
    pairs = [("sentence", sentence) for sentence in sentences]
    pairs += ladder(words, rng)
    pairs += [(group, text) for group, texts in ODDITIES.items() for text in texts]
    pairs += noise(words, rng, 40)
    return list({text: (group, text) for group, text in reversed(pairs)}.values())[::-1]
