#!/usr/bin/env python3
"""What akidb-embed serve lets others see: logs of requests, spans for a collector, and no secret in any of them."""

import http.server
import json
import queue
import re
import sys
import threading
import unittest

from life_test import GUARD, Served, embed

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


class Other:
    """An HTTP server of somebody else: keeps what it is sent, and answers as it is told to."""

    def __init__(self, status=200, answer=b"{}"):
        self.requests = queue.Queue()
        other = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                other.requests.put((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def ask(server, text, **headers):
    """Status of an /embed request on a connection of its own."""
    connection = server.connect()
    try:
        return embed(connection, text, **headers)[0]
    finally:
        connection.close()


def get(server, path, **headers):
    connection = server.connect()
    connection.request("GET", path, headers=headers)
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def spans_of(body):
    resource = json.loads(body)["resourceSpans"][0]
    spans = resource["scopeSpans"][0]["spans"]
    for span in spans:
        span["attributes"] = {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}
    return spans


class Logs(unittest.TestCase):
    def test_json_has_a_line_for_each_request(self):
        with Served("--log-requests", "--log-format", "json") as server:
            ask(server, ["one", "two words"], **{"X-Request-Id": "mine-1", "traceparent": PARENT})
            ask(server, 7, **{"X-Request-Id": "mine-2"})
            get(server, "/secret/path?key=canary", **{"X-Request-Id": "mine-3"})
            self.assertEqual(server.stop(), 0)
            lines = [json.loads(line) for line in server.lines]  # every line is JSON
        first, second, third = (line for line in lines if line["message"] == "request")
        self.assertLessEqual({"time": first["time"], "level": "info", "request_id": "mine-1", "door": "http", "method": "POST",
                              "route": "/embed", "status": 200, "trace_id": TRACE, "model": "hash", "texts": 2,
                              "truncated_texts": 0}.items(), first.items())
        self.assertGreater(first["tokens"], 2)
        self.assertGreater(first["duration_us"], 0)
        self.assertEqual((second["request_id"], second["status"], second["error"]), ("mine-2", 422, "invalid_argument"))
        self.assertEqual((third["route"], third["status"], third["error"]), ("none", 404, "not_found"))
        self.assertNotIn("canary", "".join(server.lines))

    def test_requests_are_not_logged_unless_asked_for(self):
        with Served() as server:
            ask(server, "hello")
            self.assertEqual(server.stop(), 0)
            self.assertFalse(any("/embed" in line for line in server.lines), server.lines)


class Traces(unittest.TestCase):
    def test_spans_go_to_the_collector(self):
        with Other() as collector, Served("--otlp-endpoint", collector.url, AKIDB_EMBED_OTLP_HEADERS="x-canary=canary-33") as server:
            ask(server, "a text kx7w", traceparent=PARENT, tracestate="vendor=1")
            ask(server, "a text kx7w")
            ask(server, "a text kx7w", traceparent=PARENT[:-1] + "0")  # its caller keeps no spans
            self.assertEqual(server.stop(), 0)  # sends what waits
            spans = []
            while not collector.requests.empty():
                path, headers, body = collector.requests.get()
                self.assertEqual((path, headers["x-canary"]), ("/v1/traces", "canary-33"))
                self.assertNotIn(b"kx7w", body)
                spans += spans_of(body)
            self.assertNotIn("canary-33", "".join(server.lines))
        self.assertEqual(len(spans), 2)
        taken, own = spans
        self.assertEqual((taken["traceId"], taken["parentSpanId"], taken["traceState"]), (TRACE, SPAN, "vendor=1"))
        self.assertEqual((taken["name"], taken["kind"]), ("POST /embed", 2))
        self.assertEqual(taken["attributes"]["http.response.status_code"], "200")
        self.assertEqual(taken["attributes"]["akidb.model"], "hash")
        self.assertGreater(int(taken["endTimeUnixNano"]), int(taken["startTimeUnixNano"]))
        self.assertNotIn("parentSpanId", own)
        self.assertRegex(own["traceId"], "^[0-9a-f]{32}$")
        self.assertNotEqual(own["traceId"], TRACE)

    def test_a_collector_that_fails_costs_spans_and_nothing_else(self):
        for endpoint in (Other(status=500), None):
            with endpoint or Other() as collector:
                url = collector.url
                if endpoint is None:  # nobody listens there
                    collector.server.server_close()
                with Served("--otlp-endpoint", url, "--log-format", "json") as server:
                    for _ in range(50):
                        self.assertEqual(ask(server, "hello"), 200)
                    server.wait_for("spans are dropped")
                    dropped = re.search(r'akidb_embed_spans_total\{result="dropped"\} (\d+)', get(server, "/metrics"))
                    self.assertGreater(int(dropped[1]), 0)
                    self.assertEqual(server.stop(), 0)

    def test_remote_models_are_asked_in_the_callers_trace(self):
        answer = json.dumps({"object": "list", "model": "m", "data": [{"index": 0, "embedding": [0.6, 0.8]}],
                             "usage": {"prompt_tokens": 1, "total_tokens": 1}}).encode()
        flags = ("--provider", "remote", "--model", "m")
        with Other(answer=answer) as model:
            with Served(*flags, "--endpoint", model.url + "/v1") as server:
                model.requests.get(timeout=GUARD)  # the health check
                ask(server, "hello", traceparent=PARENT, tracestate="vendor=1")
                headers = model.requests.get(timeout=GUARD)[1]
                self.assertEqual((headers["traceparent"], headers["tracestate"]), (PARENT, "vendor=1"))
                ask(server, "hello")
                self.assertNotIn("traceparent", model.requests.get(timeout=GUARD)[1])
                self.assertEqual(server.stop(), 0)
            with Other() as collector, Served(*flags, "--endpoint", model.url + "/v1", "--otlp-endpoint", collector.url) as server:
                model.requests.get(timeout=GUARD)
                ask(server, "hello", traceparent=PARENT)
                passed = model.requests.get(timeout=GUARD)[1]["traceparent"]
                self.assertEqual(server.stop(), 0)
                span, = spans_of(collector.requests.get(timeout=GUARD)[2])
            self.assertEqual(passed, f"00-{TRACE}-{span['spanId']}-01")  # ours is the parent of theirs

    def test_wrong_settings_exit_2(self):
        for flags, message in (
            (("--otlp-endpoint", "collector:4318"), "--otlp-endpoint: "),
            (("--otlp-endpoint", "http://localhost:1", "--otlp-headers", "canary"), "--otlp-headers: expected NAME=VALUE"),
        ):
            with self.assertRaises(AssertionError) as raised:
                Served(*flags)
            self.assertIn(message, str(raised.exception))
            self.assertNotIn("canary", str(raised.exception))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
