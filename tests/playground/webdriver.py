"""A browser, driven through chromedriver's HTTP interface: as much of WebDriver as the tests need."""

import base64
import contextlib
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"control": "\ue009", "enter": "\ue007", "tab": "\ue004", "escape": "\ue00c", "space": " ", "home": "\ue011",
        "left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015"}


class WebDriverError(Exception):
    pass


def _call(method: str, url: str, body: dict | None = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)["value"]
    except urllib.error.HTTPError as problem:
        value = json.load(problem)["value"]
        raise WebDriverError(f"{value['error']}: {value['message'].splitlines()[0]}") from None


class Browser:
    """One page. `js` runs a function body in it; most of the tests read the page that way."""

    def __init__(self, session: str):
        self._session = session

    def _post(self, path: str, **body):
        return _call("POST", f"{self._session}/{path}", body)

    def open(self, url: str) -> None:
        self._post("url", url=url)

    def js(self, body: str, *arguments):
        return self._post("execute/sync", script=body, args=list(arguments))

    def element(self, selector: str) -> str:
        return self._post("element", using="css selector", value=selector)[ELEMENT]

    def click(self, selector: str) -> None:
        self._post(f"element/{self.element(selector)}/click")

    def clear(self, selector: str) -> None:
        self._post(f"element/{self.element(selector)}/clear")

    def type(self, selector: str, text: str) -> None:
        self._post(f"element/{self.element(selector)}/value", text=text)

    def press(self, *names: str) -> None:
        """Keys to whatever has the focus; those before the last are held down."""
        held, key = [KEYS[name] for name in names[:-1]], KEYS[names[-1]]
        actions = [{"type": "keyDown", "value": each} for each in [*held, key]]
        actions += [{"type": "keyUp", "value": each} for each in [key, *reversed(held)]]
        self._post("actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def choose(self, selector: str, value: str) -> None:
        """An entry of a list box, with the events of a choice by hand."""
        self.js("""const box = document.querySelector(arguments[0]); box.value = arguments[1];
                   for (const kind of ['input', 'change']) box.dispatchEvent(new Event(kind, {bubbles: true}));""",
                selector, value)

    def devtools(self, command: str, **parameters):
        return self._post("goog/cdp/execute", cmd=command, params=parameters)

    def window(self, width: int, height: int, scale: float = 1) -> None:
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                      mobile=width < 600)

    def prefer(self, **features: str) -> None:
        """As in prefer(prefers_color_scheme="dark")."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.devtools("Emulation.setEmulatedMedia", features=listed)

    def screenshot(self, path: Path, whole: bool = True) -> None:
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def log(self) -> list[str]:
        """What the page wrote to the console since the last call, refusals of its policy among it."""
        return [entry["message"] for entry in self._post("se/log", type="browser")]

    def wait(self, condition: str, what: str, seconds: float = 30) -> None:
        """Until the JavaScript expression holds."""
        end = time.monotonic() + seconds
        while not self.js(f"return Boolean({condition})"):
            if time.monotonic() > end:
                raise AssertionError(f"still waiting for: {what}")
            time.sleep(0.05)


@contextlib.contextmanager
def browser():
    """A headless Chromium with a profile of its own, gone at the end."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        raise FileNotFoundError("the packages chromium and chromium-driver are needed")
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = ""
        for line in process.stdout:
            if "started successfully on port" in line:
                port = line.split("port")[1].strip(" .\n")
                break
        root = f"http://127.0.0.1:{port}"
        options = {"binary": chromium, "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                                                "--disable-dev-shm-usage", "--disable-background-networking"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = _call("POST", f"{root}/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        try:
            yield Browser(f"{root}/session/{session}")
        finally:
            _call("DELETE", f"{root}/session/{session}")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
