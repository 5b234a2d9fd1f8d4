"""What the tests of the hub share: a program that is pointed at a scripted hub, and a look at the cache that it leaves."""

import ctypes
import os
import random
import struct
import subprocess
from pathlib import Path

from program import ProgramTest
from scripted_hub import Repo, git_sha1, sha256

TOKEN = "hf_canaryCanaryCANARY"
TOOL = os.environ.get("AKIDB_EMBED_HUB_TOOL", "")
CONFIG = b'{"model_type": "bert", "architectures": ["BertModel"]}'
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pseudo_random(size, seed=1):
    return random.Random(seed).randbytes(size)


def tiny_onnx(*locations, seed=1):
    """A file that reads as an ONNX graph, with a tensor in each of these files, in protobuf's wire format."""

    def field(number, value):
        if isinstance(value, int):
            return bytes([number << 3, value])
        return bytes([number << 3 | 2, len(value)]) + value

    def external(location):
        entry = field(1, b"location") + field(2, location.encode())
        return field(1, 1) + field(2, 1) + field(8, b"w") + field(13, entry) + field(14, 1)

    graph = b"".join(field(5, external(location)) for location in locations) + field(2, b"graph%d" % seed)
    return field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 17))


def plain_repo(size=300_000):
    """A repository that looks like a model's; its weights are noise."""
    return Repo(
        {
            "config.json": CONFIG,
            "modules.json": b'[{"idx":0,"name":"0","path":""},{"idx":1,"name":"1","path":"1_Pooling"}]',
            "1_Pooling/config.json": b'{"word_embedding_dimension":4,"pooling_mode_mean_tokens":true}',
            "tokenizer.json": b'{"version":"1.0"}',
            "model.safetensors": pseudo_random(size),
            "pytorch_model.bin": b"a pickle, which is never fetched",
            "README.md": b"# A model",
        }
    )


def real_repo(folder, seed=1):
    """A repository with a small model that runs."""
    subprocess.run([TOOL, "make_model", folder, str(seed)], check=True)
    return Repo({str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()})


def hub_environment(folder, url, **more):
    """For the program and for huggingface_hub: all below `folder`, and nothing of the machine's own."""
    environment = {
        "HOME": str(folder / "home"),
        "HF_HOME": str(folder / "home" / "hf"),
        "HF_HUB_CACHE": str(folder / "hub"),
        "AKIDB_EMBED_CACHE": str(folder / "own"),
        "HF_ENDPOINT": url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_ETAG_TIMEOUT": "2",
        "HF_HUB_DOWNLOAD_TIMEOUT": "2",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    for name in PROXIES:
        environment[name] = environment[name.upper()] = ""
    return {**environment, **{name: str(value) for name, value in more.items()}}


class HubTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(Path(TOOL).is_file(), "AKIDB_EMBED_HUB_TOOL names no program")

    def environment(self, hub, **more):
        return hub_environment(self.folder, hub if isinstance(hub, str) else hub.url, **more)

    def pull(self, hub, *words, model="org/name", **more):
        return self.run_program("pull", model, *words, environment=self.environment(hub, **more))

    def check_cache(self, repo=None, whole=False, cache=None):
        check_cache(self, cache or self.folder / "hub", repo, whole)


def check_cache(test, cache, repo=None, whole=False):
    """Nothing partial or wrong stands under a name that is read; with `whole`, all that the model needs is there."""
    known = {repo.blob(path): content for path, content in repo.files.items()} if repo else {}
    for path in cache.rglob("*") if cache.exists() else ():
        parts = path.relative_to(cache).parts
        if path.is_dir() or parts[0] == ".locks" or ".no_exist" in parts or path.suffix == ".incomplete":
            continue
        if parts[0] == "CACHEDIR.TAG" or "trees" in parts:
            continue
        if "blobs" in parts:
            content = path.read_bytes()
            test.assertIn(path.name, (sha256(content), git_sha1(content)), path)
            if known:
                test.assertEqual(known.get(path.name), content, path)
        elif "snapshots" in parts:
            test.assertTrue(path.exists(), f"{path} leads nowhere")
            name = "/".join(parts[parts.index("snapshots") + 2 :])
            if repo:
                test.assertEqual(path.read_bytes(), repo.files[name], path)
        elif "refs" in parts:
            test.assertRegex(path.read_text(), r"^[0-9a-f]{40}$")
        else:
            test.fail(f"{path} has no business in the cache")
    if whole:
        snapshot = cache / "models--org--name" / "snapshots" / repo.commit
        for name in repo.files:
            wanted = not name.endswith((".bin", ".md"))
            test.assertEqual((snapshot / name).exists(), wanted, name)
        test.assertEqual((cache / "models--org--name" / "refs" / "main").read_text(), repo.commit)


# A filter of system calls for a child process, so that a test can have them refused: (number on x86-64, on arm64).
SYSCALLS = {
    "socket": (41, 198),
    "connect": (42, 203),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "link": (86, None),
    "linkat": (265, 37),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "ftruncate": (77, 46),
    "fsync": (74, 82),
    "flock": (73, 32),
    "pwrite64": (18, 68),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
}
OPENAT = (257, 56)
KILL = 0x80000000
ALLOW = 0x7FFF0000
O_CREAT = 0o100


def refuse(names, errno=None, creating=False):
    """A preexec_fn: the named system calls fail with `errno`; without one, they kill the process. `creating`: so does
    every open() that would create a file."""
    column = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
    verdict = KILL if errno is None else 0x00050000 | errno
    code = [(0x20, 0, 0, 0)]  # load the number
    for name in names:
        number = SYSCALLS[name][column]
        if number is not None:
            code += [(0x15, 0, 1, number), (0x06, 0, 0, verdict)]
    if creating:
        # openat(folder, path, flags): the third argument's low half is at 16 + 2 * 8
        code += [(0x15, 0, 4, OPENAT[column]), (0x20, 0, 0, 32), (0x45, 0, 1, O_CREAT), (0x06, 0, 0, verdict), (0x06, 0, 0, ALLOW)]
    code.append((0x06, 0, 0, ALLOW))
    program = b"".join(struct.pack("HBBI", *step) for step in code)
    libc = ctypes.CDLL(None, use_errno=True)

    def apply():
        buffer = ctypes.create_string_buffer(program)
        head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer)))
        if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, head, 0, 0) != 0:
            os._exit(99)

    return apply
