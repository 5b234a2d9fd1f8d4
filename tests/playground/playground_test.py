#!/usr/bin/env python3
"""The playground in a real browser, on a real server with the default model.

    tests/playground/playground_test.py BUILD-FOLDER [--pictures FOLDER] [unittest options]

Needs the packages chromium and chromium-driver. Pictures of the page are left in FOLDER for a person to look at.
"""

import argparse
import contextlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from webdriver import WebDriverError, browser

KEY = "sesame-opens-the-playground"
PROGRAM: Path
PICTURES: Path


@contextlib.contextmanager
def server(*flags: str, key: str = ""):
    """A server on a free port of the loopback interface; gives its address."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("AKIDB_EMBED_") or name == "AKIDB_EMBED_CACHE"}
    if key:
        environment["AKIDB_EMBED_API_KEYS"] = key
    process = subprocess.Popen([PROGRAM, "serve", "--port", "0", *flags], stderr=subprocess.PIPE, text=True,
                               env=environment)
    reader = threading.Thread()
    try:
        said, url = [], ""
        for line in process.stderr:
            said.append(line)
            if match := re.search(r"http://127\.0\.0\.1:\d+", line):
                url = match[0]
            if url and "is ready" in line:
                break
        else:
            raise AssertionError("the server ended: " + "".join(said))
        reader = threading.Thread(target=process.stderr.read, daemon=True)
        reader.start()
        yield url
    finally:
        process.terminate()
        process.wait()
        if reader.is_alive():
            reader.join()
        process.stderr.close()


def post(url: str, body: dict):
    data = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as response:
        return json.load(response)


def cosine(a: list[float], b: list[float]) -> float:
    return sum(map(lambda x, y: x * y, a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


class OpenServer(unittest.TestCase):
    """Without keys. Each test has the page anew, with its first example embedded."""

    @classmethod
    def setUpClass(cls):
        cls.url = cls._enter(server())
        cls.page = cls._enter(browser())
        cls.page.prefer(prefers_color_scheme="light")
        cls.page.window(1440, 900)

    @classmethod
    def _enter(cls, context):
        value = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        return value

    def setUp(self):
        self.page.open(self.url + "/")
        self.await_texts(8)

    def tearDown(self):
        self.assertEqual(self.page.log(), [], "the console stays empty: no error, no breach of the policy")

    def await_texts(self, count: int) -> None:
        """Until the page shows so many texts, and has nothing under way."""
        self.page.wait(f"!document.body.classList.contains('busy') && document.querySelector('#figures dd')?.textContent "
                       f"=== '{count}'", f"{count} texts")

    def embed(self, texts: list[str], query: str = "") -> None:
        self.page.js("document.querySelector('#texts').value = arguments[0];"
                     "document.querySelector('#query').value = arguments[1];", "\n".join(texts), query)
        self.page.click("#embed")
        self.await_texts(len(texts))

    def texts(self, selector: str) -> list[str]:
        return self.page.js("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)", selector)

    def test_first_sight(self):
        self.assertEqual(len(self.texts("#heat .cell")), 64)
        self.assertEqual(len(self.texts("#map .dot")), 9)
        self.assertEqual(len(self.texts("#near li")), 8)
        self.assertEqual(len(self.texts("#tokens article")), 8)
        self.assertIn("384 values", self.texts("#model-facts")[0])
        self.assertIn("nearest to the query is text 2", self.texts("#announce")[0])
        self.page.screenshot(PICTURES / "light.png")

    def test_numbers_are_the_servers(self):
        texts, query = ["a cat on the mat", "a kitten on a rug", "the stock market fell"], "pets"
        self.embed(texts, query)
        rows = post(self.url + "/v1/akidb/embed", {"inputs": texts})["embeddings"]
        asked = post(self.url + "/v1/akidb/embed", {"inputs": [query], "input_type": "query"})["embeddings"][0]
        labels = self.page.js("return [...document.querySelectorAll('#heat .cell')].map((e) => e.ariaLabel)")
        for at, label in enumerate(labels):
            self.assertTrue(label.endswith(f": {cosine(rows[at // 3], rows[at % 3]):.4f}"), label)
        ranked = sorted(((cosine(asked, row), text) for row, text in zip(rows, texts)), reverse=True)
        self.assertEqual(self.texts("#near .text"), [text for _, text in ranked])
        self.assertEqual(self.texts("#near .score"), [f"{score:.4f}" for score, _ in ranked])

    def test_bars_show_negative_cosines_too(self):
        texts = ["a cat on the mat", "SELECT count(*) FROM orders", "the treaty of Westphalia", "a gearbox", "cats"]
        self.embed(texts, "a kitten")
        scores = [float(score) for score in self.texts("#near .score")]
        self.assertLess(scores[-1], 0, "an example that is of use here")
        bars = self.page.js("""return [...document.querySelectorAll('#near li')].map((row) =>
            ['--from', '--share'].map((name) => Number(row.style.getPropertyValue(name))))""")
        reach = 1 - scores[-1]
        for score, (begin, share) in zip(scores, bars):
            self.assertAlmostEqual(share, abs(score) / reach, delta=2e-4)
            edge = begin if score >= 0 else begin + share  # zero is in one place
            self.assertAlmostEqual(edge, -scores[-1] / reach, delta=2e-4)
        self.page.screenshot(PICTURES / "negative.png")

    def test_map_keeps_what_is_near_together(self):
        self.embed(["a dog", "a puppy", "a hound", "interest rates", "a savings account", "a bank loan"])
        points = self.page.js("""return [...document.querySelectorAll('#map .dot')].map((dot) =>
            dot.getAttribute('transform').match(/[-\\d.]+/g).map(Number))""")
        inside = max(math.dist(a, b) for a in points[:3] for b in points[:3])
        across = min(math.dist(a, b) for a in points[:3] for b in points[3:])
        self.assertLess(inside, across)

    def test_tokens_are_the_tokenizers(self):
        self.embed(["unbelievably tokenised"])
        self.page.click("#ids")
        wanted = post(self.url + "/tokenize", {"inputs": ["unbelievably tokenised"]})[0]
        self.assertEqual(self.texts("#tokens .chips small"), [str(token["id"]) for token in wanted])
        self.assertEqual(self.texts("#tokens .chips > span"), [token["text"] + str(token["id"]) for token in wanted])

    def test_shows_what_was_cut(self):
        self.page.choose("#example", "Too long for the model")
        self.await_texts(3)
        text = self.page.js("return document.querySelector('#texts').value").split("\n\n")[1].strip()
        report = post(self.url + "/v1/akidb/embed", {"inputs": [text]})["inputs"][0]
        self.assertGreater(report["truncated_tokens"], 0)
        self.assertEqual(len(self.texts("#tokens .cut")), report["truncated_tokens"])
        self.assertIn(f"{report['truncated_tokens']} cut off", self.texts("#tokens article")[1])
        whole = self.texts("#tokens article:nth-child(2) .chips > span")
        self.assertEqual(whole[-1][:5], "[SEP]")
        cut = self.page.js("return [...document.querySelectorAll('#tokens article:nth-child(2) .chips > span')].map("
                           "(chip) => chip.classList.contains('cut'))")
        self.assertTrue(cut[-2] and not cut[1])
        self.page.js("document.querySelector('details').open = true")
        self.page.choose("#truncation", "left")
        self.page.click("#embed")
        self.page.wait("document.querySelectorAll('#tokens article:nth-child(2) .chips > span')[1].classList.contains('cut')",
                       "the beginning cut off")
        self.page.prefer(prefers_color_scheme="dark")
        self.page.screenshot(PICTURES / "dark-truncated.png")
        self.page.prefer(prefers_color_scheme="light")

    def test_options_reach_the_server(self):
        self.page.js("document.querySelector('details').open = true")
        self.page.type("#dimensions", "64")
        self.page.click("#embed")
        self.page.wait("document.querySelectorAll('#figures dd')[3].textContent === '64'", "64 dimensions")
        self.page.click("#tab-python")
        self.assertIn('"dimensions":64', self.texts("#code")[0])

    def test_says_what_the_server_refuses_and_recovers(self):
        self.page.js("document.querySelector('details').open = true")
        self.page.js("document.querySelector('#dimensions').removeAttribute('max');"
                     "document.querySelector('#write').noValidate = true;")
        self.page.type("#dimensions", "100000")
        self.page.click("#embed")
        self.page.wait("!document.querySelector('#problem').hidden", "the refusal")
        self.assertIn("dimension", self.texts("#problem")[0])
        self.assertTrue(all("400" in line for line in self.page.log()))  # Chromium's own line on the answer
        self.page.clear("#dimensions")
        self.page.click("#embed")
        self.page.wait("document.querySelector('#problem').hidden", "the end of the complaint")

    def test_text_is_never_markup(self):
        nasty = "<img src=x onerror=alert(1)> & <b>bold</b>"
        self.embed([nasty, "plain"], nasty)
        self.assertIn(nasty, self.texts("#near .text"))
        self.assertEqual(self.page.js("return document.querySelectorAll('#results img, #results .text b').length"), 0)

    def test_policy_stops_foreign_script(self):
        with self.assertRaises(WebDriverError):
            self.page.js("document.body.insertAdjacentHTML('beforeend', '<p>no</p>')")
        self.page.js("const script = document.createElement('script'); try { script.text = 'window.intruder = true' } catch {}"
                     "document.body.append(script)")
        self.assertIsNone(self.page.js("return window.intruder ?? null"))
        self.page.log()
        with urllib.request.urlopen(self.url + "/") as response:
            policy = response.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def test_one_request_for_the_page_and_none_elsewhere(self):
        names = self.page.js("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.assertTrue(names)
        self.assertEqual([name for name in names if not name.startswith(self.url)], [])
        self.assertEqual({entry.removeprefix(self.url).split("?")[0] for entry in names},
                         {"/v1/akidb/models", "/v1/akidb/embed", "/tokenize"})

    def test_keyboard_alone(self):
        page = self.page
        page.press("tab")
        self.assertEqual(page.js("return document.activeElement.className"), "skip")
        page.js("document.querySelector('#texts').focus()")
        page.js("document.activeElement.value = 'one text\\nanother text'")
        page.press("control", "enter")
        self.await_texts(2)
        page.js("document.querySelector('#heat .cell').focus()")
        page.press("right")
        self.assertIn("text 1 and text 2", page.js("return document.activeElement.ariaLabel"))
        page.press("down")
        self.assertIn("text 2 and text 2", page.js("return document.activeElement.ariaLabel"))
        self.assertIn("1.0000", self.texts("#heat-readout")[0])
        page.js("document.querySelector('#map .dot').focus()")
        page.press("right")
        page.press("enter")
        self.assertIn("of text 2", self.texts("#near-of")[0])
        page.js("document.querySelector('#tab-curl').focus()")
        page.press("right")
        self.assertEqual(page.js("return document.activeElement.id"), "tab-python")
        self.assertIn("import json", self.texts("#code")[0])
        self.assertEqual(page.js("return document.querySelectorAll('#heat [tabindex=\"0\"]').length"), 1)

    def test_embeds_while_typing(self):
        self.page.click("#live")
        self.page.clear("#texts")
        self.page.type("#texts", "alpha\nbeta\ngamma")
        self.await_texts(3)

    def test_screen_reader_finds_a_name_for_everything(self):
        nodes = self.page.devtools("Accessibility.getFullAXTree")["nodes"]
        operable = {"button", "textbox", "searchbox", "combobox", "checkbox", "tab", "spinbutton", "link", "grid",
                    "gridcell", "columnheader", "rowheader", "region", "tabpanel", "image"}
        found = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                 if not node["ignored"] and node["role"]["value"] in operable]
        self.assertGreater(len(found), 100)
        self.assertEqual([role for role, name in found if not name.strip()], [])
        roles = {node["role"]["value"] for node in nodes}
        self.assertLessEqual({"main", "banner", "heading", "alert", "tablist", "grid"} - {"alert"}, roles)

    def test_colours_have_contrast(self):
        pairs = [("ink", "paper"), ("ink", "card"), ("ink", "sunk"), ("dim", "paper"), ("dim", "card"), ("dim", "sunk"),
                 ("on-accent", "accent"), ("accent", "card"), ("bad", "bad-paper"), ("bad", "card")]
        for theme in ("light", "dark"):
            self.page.js("document.documentElement.dataset.theme = arguments[0]", theme)
            for ink, paper in pairs:
                ratio = self.page.js("""
                  const luminance = (name) => {
                    const probe = document.createElement('i');
                    document.body.append(probe);
                    probe.style.color = `var(--${name})`;
                    const channels = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255);
                    probe.remove();
                    const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
                  };
                  const [a, b] = [...arguments].map(luminance);
                  return Math.max(a, b) / Math.min(a, b);""", ink, paper)
                self.assertGreaterEqual(ratio, 4.5, f"{ink} on {paper}, {theme}")

    def test_light_and_dark(self):
        background = "return getComputedStyle(document.body).backgroundColor"
        bright = self.page.js(background)
        self.page.click("#theme-button")
        dark = self.page.js(background)
        self.assertNotEqual(bright, dark)
        self.page.screenshot(PICTURES / "dark.png")
        self.page.click("#theme-button")
        self.assertEqual(self.page.js(background), bright)
        self.page.prefer(prefers_color_scheme="dark")
        self.page.open(self.url + "/")
        self.await_texts(8)
        self.assertEqual(self.page.js(background), dark)
        self.page.prefer(prefers_color_scheme="light")

    def test_narrow(self):
        self.page.window(380, 780, 2)
        try:
            self.page.open(self.url + "/")
            self.await_texts(8)
            self.page.js("document.querySelector('details').open = true")
            self.assertEqual(self.page.js("return document.documentElement.scrollWidth"), 380)
            outside = self.page.js("""return [...document.querySelectorAll('button, select, input, textarea, h2, .cell, .dot')]
                .filter((e) => { const box = e.getBoundingClientRect(); return box.width > 0 && (box.left < 0 || box.right > 380); })
                .map((e) => e.outerHTML.slice(0, 90))""")
            self.assertEqual(outside, [])
            small = self.page.js("""return [...document.querySelectorAll('button, select, textarea')]
                .filter((e) => e.offsetHeight > 0 && e.offsetHeight < 32).map((e) => e.id)""")
            self.assertEqual(small, [])
            self.page.screenshot(PICTURES / "narrow.png")
            self.page.click("#embed")
            self.page.wait("document.querySelector('#results').getBoundingClientRect().top < 400", "the results in sight")
        finally:
            self.page.window(1440, 900)

    def test_many_texts(self):
        self.embed([f"text number {i} about {'rain' if i % 2 else 'trains'}" for i in range(300)], "weather")
        self.assertEqual(len(self.texts("#map .dot")), 301)
        self.assertEqual(len(self.texts("#heat .cell")), 48 * 48)
        self.assertIn("first 48 of 300", self.texts("#heat-readout")[0])
        self.assertTrue(all("rain" in text for text in self.texts("#near .text")[:10]))
        self.page.screenshot(PICTURES / "many.png")

    def run_code(self, language: str, command: list[str], suffix: str) -> str:
        self.page.click(f"#tab-{language}")
        code = self.texts("#code")[0]
        with tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
            file.write(code)
            file.flush()
            environment = dict(os.environ, no_proxy="127.0.0.1", NO_PROXY="127.0.0.1")
            ended = subprocess.run([*command, file.name], capture_output=True, text=True, env=environment, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout

    def test_code_runs_and_agrees_with_the_screen(self):
        texts = ["it's \"quoted\" $HOME `id` \\ back", "naïve café 日本語 🙂", "Bread wants time."]
        for dialect in ("own", "openai"):
            self.page.choose("#dialect", dialect)
            self.embed(texts, "baking")
            lines = [f"{score}  {text}" for score, text in zip(self.texts("#near .score"), self.texts("#near .text"))]
            self.assertEqual(self.run_code("python", [sys.executable], ".py").splitlines()[1:], lines)
            if shutil.which("node"):
                self.assertEqual(self.run_code("javascript", ["node"], ".mjs").splitlines()[1:], lines)
            if shutil.which("curl"):
                answers = self.run_code("curl", ["sh"], ".sh")
                first, end = json.JSONDecoder().raw_decode(answers)
                rows = first["embeddings"] if dialect == "own" else [row["embedding"] for row in first["data"]]
                self.assertEqual(rows, post(self.url + "/v1/akidb/embed", {"inputs": texts})["embeddings"])
                json.loads(answers[end:])

    def test_copies(self):
        self.page.devtools("Browser.grantPermissions", origin=self.url,
                           permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.page.click("#copy")
        self.page.wait("['Copied', 'Selected'].includes(document.querySelector('#copy').textContent)", "the copy")


class GuardedServer(unittest.TestCase):
    """With a key, which the page asks for."""

    def test_key(self):
        with server("--provider", "hash", key=KEY) as url, browser() as page:
            with self.assertRaises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(url + "/")
            self.assertEqual(refusal.exception.code, 401)
            page.open(url + "/")
            page.wait("!document.querySelector('#key-panel').hidden", "the question for the key")
            self.assertEqual(page.js("return document.activeElement.id"), "key")
            page.screenshot(PICTURES / "key.png")
            page.type("#key", "wrong")
            page.press("enter")
            page.wait("!document.querySelector('#key-panel').hidden && !document.querySelector('#problem').hidden", "a no")
            page.clear("#key")
            page.type("#key", KEY)
            page.press("enter")
            page.wait("document.querySelectorAll('#near li').length === 8", "the neighbours")
            self.assertTrue(page.js("return document.querySelector('#problem').hidden"))
            kept = page.js("return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href,"
                           "document.documentElement.outerHTML])")
            self.assertNotIn(KEY, kept)
            for language in ("curl", "python", "javascript"):
                page.click(f"#tab-{language}")
                code = page.js("return document.querySelector('#code').textContent")
                self.assertNotIn(KEY, code)
                self.assertIn("AKIDB_EMBED_API_KEY", code)
            page.click("#key-button")
            page.click("#key-forget")
            page.wait("!document.querySelector('#problem').hidden", "a no without the key")
            page.open(url + "/")
            page.wait("!document.querySelector('#key-panel').hidden", "the question again: nothing was kept")

    def test_can_be_switched_off(self):
        with server("--provider", "hash", "--no-playground") as url:
            with self.assertRaises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(url + "/")
            self.assertIn(refusal.exception.code, (404, 405))


def main() -> None:
    global PROGRAM, PICTURES
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--pictures", type=Path, help="where pictures of the page go; build/playground otherwise")
    arguments, rest = parser.parse_known_args()
    PROGRAM = arguments.build.resolve() / "akidb-embed"
    PICTURES = arguments.pictures or arguments.build / "playground"
    PICTURES.mkdir(parents=True, exist_ok=True)
    print(f"pictures of the page go to {PICTURES}", file=sys.stderr)
    outcome = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or outcome.testsRun == 0 else 0)


if __name__ == "__main__":
    main()
