"""What a hub, or what stands between, may do wrong: a row each.

    Row(name, script, exit, says)   the pull ends with this exit code and says this
    Row(name, script)               the pull heals: it ends well, with the right content

A script is called for every request (see scripted_hub.py). FILE is the large file of the repository, SMALL a small one.
"""

import gzip
import json
from dataclasses import dataclass
from typing import Callable

FILE = "model.safetensors"
SMALL = "config.json"
OTHER = "b" * 40
UNAVAILABLE, CORRUPT, NOT_FOUND, NO_ACCESS, EXHAUSTED = 6, 7, 3, 5, 6


@dataclass
class Row:
    name: str
    script: Callable
    exit: int = 0
    says: str = ""
    change: Callable = None  # what it does to the repository beforehand


def on(kind, path, answer, times=None):
    """`answer(request)` for the first `times` requests of that kind and path; for all without."""

    def script(request):
        if (request.kind, request.path) != (kind, path) or (times is not None and request.number > times):
            return False
        return answer(request) is not False

    return script


def api(answer, times=None):
    return on("api", "", answer, times)


def body(answer, times=None):
    return on("cdn", FILE, answer, times)


def content(request):
    return request.handler.server.hub.repos["org/name"].files[request.path]


def status(code, headers=(), text=b""):
    return lambda request: request.reply(code, text, headers)


def location(to, code=302):
    return lambda request: request.reply(code, headers={"Location": to})


def cut(size):
    """So many bytes of what was asked for, and the end."""

    def answer(request):
        start = request.range_start or 0
        whole = content(request)
        headers = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"} if request.range_start else {}
        return request.reply(206 if headers else 200, whole[start : start + size], headers, length=len(whole) - start)

    return answer


def cut_then(answer_again):
    """Half of the file the first time; the second time, `answer_again`."""
    half = cut(150_000)

    def answer(request):
        if request.number > 2:
            return False
        return half(request) if request.number == 1 else answer_again(request)

    return answer


def stalls_after(size):
    def answer(request):
        whole = content(request)
        start = request.range_start or 0
        request.handler.send_response(206 if start else 200)
        if start:
            request.handler.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
        request.handler.send_header("Content-Length", str(len(whole) - start))
        request.handler.end_headers()
        request.raw(whole[start : start + size])
        return request.stall()

    return answer


def resets_after(size):
    def answer(request):
        whole = content(request)
        request.handler.send_response(200)
        request.handler.send_header("Content-Length", str(len(whole)))
        request.handler.end_headers()
        request.raw(whole[:size])
        return request.reset()

    return answer


def wrong(request):
    whole = content(request)
    return request.reply(200, bytes([whole[0] ^ 1]) + whole[1:])


def endless(headers, piece):
    def answer(request):
        request.start(200, {**headers, "Transfer-Encoding": "chunked"})
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
        for _ in range(20_000):
            if not request.raw(chunk):
                break
        return request.close()

    return answer


def endless_headers(request):
    request.raw(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        if not request.raw(b"X-%d: %s\r\n" % (number, b"x" * 1000)):
            break
    return request.close()


def raw(data):
    def answer(request):
        request.raw(data)
        return request.close()

    return answer


def api_json(change):
    """The hub's own answer to the question for files, changed."""

    def answer(request):
        repo = request.handler.server.hub.repos["org/name"]
        value = {"id": "org/name", "sha": repo.commit, "siblings": repo.siblings()}
        return request.json(change(value) or value)

    return answer


def renames(name):
    """A name that leads elsewhere, beside the right ones."""
    entry = {"rfilename": name, "size": 3, "blobId": "c" * 40}
    return api(api_json(lambda value: value["siblings"].append(entry)))


def redirect_facts(**changed):
    """The redirect to a large file, with other facts."""

    def answer(request):
        hub = request.handler.server.hub
        repo = hub.repos["org/name"]
        facts = {
            "X-Repo-Commit": repo.commit,
            "X-Linked-Etag": f'"{repo.blob(FILE)}"',
            "X-Linked-Size": str(len(repo.files[FILE])),
            "Location": f"{hub.cdn}/cdn/org/name/{FILE}",
        }
        facts.update({name.replace("_", "-"): value for name, value in changed.items()})
        return request.reply(302, headers=facts)

    return on("file", FILE, answer)


def whole_with(headers):
    return lambda request: request.reply(200, content(request), headers)


def million_files(request):
    request.start(200, {"Content-Type": "application/json", "Connection": "close"})
    request.raw(b'{"sha":"%s","siblings":[' % (b"a" * 40))
    piece = ",".join(json.dumps({"rfilename": f"checkpoint/{n}.bin", "size": 1, "blobId": "c" * 40}) for n in range(1000))
    for _ in range(1000):
        if not request.raw(piece.encode() + b","):
            break
    return request.close()


def set_file(path, data):
    def change(repo):
        repo.files[path] = data

    return change


def sharded(index):
    def change(repo):
        repo.files["model-00001-of-00002.safetensors"] = repo.files.pop(FILE)
        repo.files["model.safetensors.index.json"] = json.dumps(index).encode()

    return change


def size_in_list(size):
    def change(value):
        for entry in value["siblings"]:
            if entry["rfilename"] == FILE:
                entry["lfs"]["size"] = size

    return api(api_json(change))


def names_only(value):
    value["siblings"] = [{"rfilename": entry["rfilename"]} for entry in value["siblings"]]


def digests(change):
    def apply(value):
        for entry in value["siblings"]:
            if entry["rfilename"] == SMALL:
                entry["blobId"] = change(entry["blobId"])

    return api(api_json(apply))


def twice(value):
    value["siblings"].append({"rfilename": SMALL, "size": 3, "blobId": "c" * 40})


def both(*scripts):
    return lambda request: any(script(request) for script in scripts)


HTML = b"<html><body>Please log in</body></html>"

ROWS = [
    # What breaks off, and what a range is answered with
    Row("ignores the range", body(cut_then(whole_with({})))),
    Row("sends another part than was asked for", body(cut_then(lambda r: r.reply(206, content(r)[7:], {"Content-Range": f"bytes 7-299999/300000"})))),
    Row("sends a part of another size", body(cut_then(lambda r: r.reply(206, content(r)[150_000:], {"Content-Range": "bytes 150000-299999/300001"})))),
    Row("sends a part without saying which", body(cut_then(lambda r: r.reply(206, content(r)[150_000:])))),
    Row("refuses the range", body(cut_then(status(416)))),
    Row("sends a part that nobody asked for", body(lambda r: r.reply(206, content(r)[:1000], {"Content-Range": "bytes 0-999/300000"})), CORRUPT, "announces is another"),
    Row("truncates once", body(cut(1000), 1)),
    Row("truncates each time, a good piece on", body(cut(70_000))),
    Row("truncates at the same place for ever", body(cut(0)), UNAVAILABLE, "broke off"),
    Row("ends early without a length", body(lambda r: (r.start(200), r.raw(content(r)[:5000]), r.close())[-1], 1)),
    Row("announces more than it has", body(lambda r: r.reply(200, content(r), length=300_001)), CORRUPT, "expected 300000 bytes, found 300001"),
    Row("announces less than it has", body(lambda r: r.reply(200, content(r)[:299_999])), CORRUPT, "expected 300000 bytes, found 299999"),
    Row("stalls in the middle once", body(stalls_after(150_000), 1)),
    Row("stalls before the first byte for ever", body(lambda r: r.stall()), UNAVAILABLE, "stood still"),
    Row("stalls on the list for ever", api(lambda r: r.stall()), UNAVAILABLE, "stood still"),
    Row("drips the file, a byte now and then", body(lambda r: (r.start(200), r.drip(content(r), 0.3))[-1]), UNAVAILABLE, "stood still"),
    Row("drips headers", api(lambda r: r.drip(b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 1000, 0.3)), UNAVAILABLE, "stood still"),
    Row("resets in the middle once", body(resets_after(100_000), 1)),
    Row("resets before it answers for ever", body(lambda r: r.reset()), UNAVAILABLE, "broke off"),
    Row("resets on the list once", api(lambda r: r.reset(), 1)),
    Row("closes without a word once", api(lambda r: r.close(), 1)),
    # What a server in trouble says
    Row("429 with Retry-After, then well", body(status(429, {"Retry-After": "1"}), 1)),
    Row("429 without Retry-After, then well", api(status(429), 1)),
    Row("429 that asks for more seconds than 64 bits hold", api(status(429, {"Retry-After": "9" * 30})), EXHAUSTED, "come again in 31536000 s"),
    Row("429 that asks for an hour", api(status(429, {"Retry-After": "3600"})), EXHAUSTED, "come again in 3600 s"),
    Row("429 for ever", api(status(429)), EXHAUSTED, "too many requests"),
    Row("500, then well", api(status(500), 1)),
    Row("502 on a file, then well", body(status(502), 2)),
    Row("503 for ever", api(status(503)), UNAVAILABLE, "status 503"),
    Row("408, then well", on("file", SMALL, status(408), 1)),
    Row("418", api(status(418)), CORRUPT, "status 418"),
    Row("204 in place of the list", api(lambda r: r.reply(204)), CORRUPT, "status 204"),
    # What is no list
    Row("a page in place of JSON", api(status(200, {"Content-Type": "text/html"}, HTML)), CORRUPT, "found a web page"),
    Row("a page that calls itself JSON", api(status(200, {"Content-Type": "application/json"}, HTML)), CORRUPT, "the hub's answer"),
    Row("half of the JSON", api(status(200, (), b'{"sha": "aaaa')), CORRUPT, "the hub's answer"),
    Row("an empty list", api(status(200)), CORRUPT, "the hub's answer"),
    Row("no commit", api(api_json(lambda v: v.pop("sha") and None)), CORRUPT, "sha"),
    Row("a commit that is none", api(api_json(lambda v: v.update(sha="../../../etc"))), CORRUPT, "sha"),
    Row("JSON nested 100,000 deep", api(status(200, (), b"[" * 100_000)), CORRUPT, "the hub's answer"),
    Row("a million files", api(million_files), CORRUPT, "no model has so many"),
    Row("an endless list", api(endless({"Content-Type": "application/json"}, b" " * 65536)), CORRUPT, "MiB"),
    Row("a list that is a gzip bomb", api(status(200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 10_000_000))), CORRUPT, "compressed"),
    Row("a file twice, with two contents", api(api_json(twice)), CORRUPT, "twice"),
    Row("a digest that is none", digests(lambda _: "../../x"), CORRUPT, "digest"),
    Row("a digest of another kind", digests(lambda _: "c" * 64), CORRUPT, "digest"),
    Row("names only, as a simple mirror has them", api(api_json(names_only))),
    Row("names only, and no ETag", both(api(api_json(names_only)), on("file", SMALL, whole_with({}))), CORRUPT, "expected its digest"),
    Row("a size that no disk has", size_in_list(1 << 60), EXHAUSTED, "expected room for"),
    Row("a size that is too small", size_in_list(10), CORRUPT, "another file than it listed"),
    # Names
    Row("a name with ..", renames("../../evil.json")),
    Row("an absolute name", renames("/tmp/evil.json")),
    Row("a name with U+0000", renames("config.json\0.json")),
    Row("a name with a backslash", renames("..\\evil.json")),
    Row("a name of 2,000 characters", renames("x" * 2000)),
    Row("a name that goes through a file", renames("config.json/evil.json")),
    Row("modules that lead out of the repository", None, CORRUPT, "modules.json", set_file("modules.json", b'[{"path":"../../x"}]')),
    Row("modules that are no JSON", None, CORRUPT, "modules.json", set_file("modules.json", HTML)),
    Row("a shard that leads out of the repository", None, CORRUPT, "weight_map", sharded({"weight_map": {"a": "../x.safetensors"}})),
    Row("a shard that is not there", None, CORRUPT, "weight_map", sharded({"weight_map": {"a": "model-00002-of-00002.safetensors"}})),
    Row("a shard that is a pickle", None, CORRUPT, "weight_map", sharded({"weight_map": {"a": "pytorch_model.bin"}})),
    # Where it leads
    Row("a redirect to itself", api(lambda r: r.reply(302, headers={"Location": r.handler.path})), CORRUPT, "redirects more than"),
    Row("a redirect of a file to itself", on("file", SMALL, lambda r: r.reply(307, headers={"Location": r.handler.path})), CORRUPT, "redirects more than"),
    Row("a redirect to file://", body(location("file:///etc/passwd")), CORRUPT, "no address"),
    Row("a redirect to ftp://", body(location("ftp://127.0.0.1/x")), CORRUPT, "no address"),
    Row("a redirect with a user name", body(location("http://user:word@127.0.0.1:1/x")), CORRUPT, "no address"),
    Row("a redirect to nowhere", body(location("http://127.0.0.1:1/x")), UNAVAILABLE, "no connection"),
    Row("a redirect without an address", api(status(302)), CORRUPT, "status 302"),
    Row("a renamed model", on("api", "", lambda r: r.reply(307, headers={"Location": r.handler.path.replace("/api/", "/./api/")}), 1)),
    # What is not the file
    Row("another content of the same size", body(wrong), CORRUPT, "its digest is another"),
    Row("another content once", body(wrong, 1)),
    Row("another content of a small file", on("file", SMALL, wrong), CORRUPT, "its digest is another"),
    Row("an ETag that changed", redirect_facts(X_Linked_Etag='"' + "d" * 64 + '"'), CORRUPT, "another file than it listed"),
    Row("a commit that changed", redirect_facts(X_Repo_Commit=OTHER), CORRUPT, "another file than it listed"),
    Row("a size that changed", redirect_facts(X_Linked_Size="5"), CORRUPT, "another file than it listed"),
    Row("a page in place of the file", body(status(200, {"Content-Type": "text/html"}, HTML)), CORRUPT, "expected 300000 bytes"),
    Row("a file that came compressed", body(whole_with({"Content-Encoding": "gzip"})), CORRUPT, "compressed"),
    Row("an endless file", body(endless({}, b"x" * 65536)), CORRUPT, "more comes than the file has"),
    # What is no HTTP
    Row("endless headers", api(endless_headers), CORRUPT, "headers"),
    Row("another protocol", api(raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")), CORRUPT, "rules of HTTP"),
    Row("bytes without headers", api(raw(b"\x00\x01\x02" * 100)), CORRUPT, "rules of HTTP"),
    Row("an interim answer first", api(lambda r: (r.raw(b"HTTP/1.1 100 Continue\r\n\r\n"), False)[-1], 1)),
    # Who may
    Row("no such model", api(status(401, {"X-Error-Code": "RepoNotFound"})), NOT_FOUND, "the hub has no model"),
    Row("a gated model", api(status(403, {"X-Error-Code": "GatedRepo"})), NO_ACCESS, "accept its terms on "),
    Row("a file of a gated model", on("file", SMALL, status(403, {"X-Error-Code": "GatedRepo"})), NO_ACCESS, "accept its terms on "),
    Row("a token that is wrong", api(status(401, {"X-Error-Message": "Invalid credentials in Authorization header"})), NO_ACCESS, "does not accept the token of HF_TOKEN"),
    Row("a token that may not", api(status(403)), NO_ACCESS, "does not give"),
    Row("no such revision", api(status(404, {"X-Error-Code": "RevisionNotFound"})), NOT_FOUND, 'no revision "main"'),
    Row("a file that is gone", on("file", SMALL, status(404, {"X-Error-Code": "EntryNotFound"})), NOT_FOUND, 'no file "config.json"'),
    # What is unusual, and right
    Row("a file of no bytes", None, change=set_file("vocab.txt", b"")),
    Row("connections that end after each answer", lambda r: r.close() and False),
]
