#!/usr/bin/env python3
"""deploy/ held against its tools and against a running server.

    tests/deploy/deploy_test.py BUILD-FOLDER [unittest options]

Needs promtool, hadolint (scripts/setup.sh deploy brings both), systemd-analyze and PyYAML.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PROGRAM: Path


def tool(name: str) -> str:
    cache = os.environ.get("AKIDB_EMBED_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache",
                                                        "akidb-embedding")
    found = shutil.which(name, path=f"{cache}/tools:{os.environ['PATH']}")
    assert found, f"{name} is missing: scripts/setup.sh deploy"
    return found


def run(*command: str, where: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=120)


def metrics_of_a_server() -> set[str]:
    """Names on /metrics after a request that succeeded and one that did not."""
    process = subprocess.Popen([PROGRAM, "serve", "--provider", "hash", "--port", "0"], stderr=subprocess.PIPE, text=True)
    try:
        url = ""
        for line in process.stderr:
            if match := re.search(r"http://127\.0\.0\.1:\d+", line):
                url = match[0]
            if url and "is ready" in line:
                break
        body = json.dumps({"inputs": ["a text"]}).encode()
        headers = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url + "/v1/akidb/embed", body, headers)).read()
        page = urllib.request.urlopen(url + "/metrics").read().decode()
    finally:
        process.terminate()
        process.communicate()
    return set(re.findall(r"^([a-z_]+)(?:\{| )", page, re.MULTILINE))


def metrics_in(text: str) -> set[str]:
    return set(re.findall(r"\b((?:akidb_embed|te|process)_[a-z_]+)\b(?!\s*=)", text))


class Prometheus(unittest.TestCase):
    def test_rules_are_valid_and_fire_as_they_should(self):
        where = DEPLOY / "prometheus"
        for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"],
                          ["check", "config", "prometheus.yml"]):
            ended = run(tool("promtool"), *arguments, where=where)
            self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_every_alert_is_tested(self):
        rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]
        tests = yaml.safe_load((DEPLOY / "prometheus/alerts_test.yml").read_text())["tests"]
        fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case.get("exp_alerts")}
        self.assertEqual({rule["alert"] for rule in rules}, fired)

    def test_metrics_are_the_servers(self):
        known = metrics_of_a_server()
        self.assertGreater(len(known), 40)
        for file in ("prometheus/alerts.yml", "prometheus/alerts_test.yml", "grafana/akidb-embed.json"):
            named = metrics_in((DEPLOY / file).read_text())
            self.assertTrue(named)
            self.assertEqual(named - known, set(), file)


class Grafana(unittest.TestCase):
    def test_dashboard_is_up_to_date(self):
        ended = run(sys.executable, "deploy/grafana/make_dashboard.py", "--check")
        self.assertEqual(ended.returncode, 0, ended.stderr)

    def test_panels_are_whole_and_do_not_overlap(self):
        panels = json.loads((DEPLOY / "grafana/akidb-embed.json").read_text())["panels"]
        taken = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells
            self.assertTrue(panel["type"] == "row" or all(target["expr"] for target in panel["targets"]))

    def test_queries_are_promql(self):
        """promtool reads each query as a rule; Grafana's variables stand for something first."""
        panels = json.loads((DEPLOY / "grafana/akidb-embed.json").read_text())["panels"]
        queries = [target["expr"] for panel in panels for target in panel.get("targets", [])]
        rules = [{"record": f"query_{i}", "expr": query.replace("$__rate_interval", "5m")} for i, query in enumerate(queries)]
        text = yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})
        ended = subprocess.run([tool("promtool"), "check", "rules", "--lint=none", "/dev/stdin"], input=text, text=True,
                               capture_output=True)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)


class Units(unittest.TestCase):
    UNIT = DEPLOY / "systemd/akidb-embed.service"

    def test_unit_is_valid(self):
        folder = PROGRAM.parent / "units"
        folder.mkdir(exist_ok=True)
        self.addCleanup(shutil.rmtree, folder)
        units = []
        for source in (self.UNIT, self.UNIT.with_suffix(".socket")):
            units.append(folder / source.name)
            units[-1].write_text(source.read_text().replace("/usr/local/bin/akidb-embed", str(PROGRAM)))
        ended = run("systemd-analyze", "verify", "--man=no", *map(str, units))
        self.assertEqual((ended.returncode, ended.stderr.strip()), (0, ""))

    def test_settings_are_read(self):
        text = (DEPLOY / "systemd/serve.conf").read_text()
        used = re.sub(r"^# (?=[a-z-]+ = |\[\[)", "", text, flags=re.MULTILINE)
        self.assertNotEqual(used, text)
        for settings in (text, used):
            file = PROGRAM.parent / "deploy-serve.toml"
            file.write_text(settings)
            self.addCleanup(file.unlink, missing_ok=True)
            ended = run(str(PROGRAM), "serve", "--config", str(file), "--port", "70000")
            self.assertIn("--port: expected", ended.stderr)

    def test_unit_is_hardened(self):
        ended = run("systemd-analyze", "security", "--offline=yes", "--threshold=20", str(self.UNIT))
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def test_flags_are_the_programs(self):
        flags = set(re.findall(r"--([a-z-]+)", run(str(PROGRAM), "serve", "--help").stdout))
        named = {name for name in re.findall(r"^#? ?([a-z-]+) = ", (DEPLOY / "systemd/serve.conf").read_text(), re.MULTILINE)}
        everywhere = "".join(path.read_text() for path in sorted(DEPLOY.rglob("*")) if path.suffix not in (".json", ".py") and path.is_file())
        named |= {name.lower().replace("_", "-") for name in re.findall(r"AKIDB_EMBED_([A-Z_]+)", everywhere)}
        self.assertGreaterEqual(len(named), 6)
        self.assertEqual(named - flags, set())


class Containers(unittest.TestCase):
    def test_dockerfile(self):
        ended = run(tool("hadolint"), "deploy/docker/Dockerfile")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        text = (DEPLOY / "docker/Dockerfile").read_text()
        for source in re.findall(r"^COPY ([\w./]+) ", text, re.MULTILINE):
            self.assertTrue((ROOT / source).exists(), source)

    def test_compose_mounts_what_is_there(self):
        compose = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())
        for service in compose["services"].values():
            for port in service["ports"]:
                self.assertTrue(port.startswith("127.0.0.1:"), port)
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                there = (DEPLOY / "docker" / source).exists() if source.startswith(".") else source in compose["volumes"]
                self.assertTrue(there, volume)

    def test_kubernetes_probes_are_routes_that_are_open(self):
        deployment, service, grpc_service = yaml.safe_load_all((DEPLOY / "kubernetes/akidb-embed.yaml").read_text())
        pod = deployment["spec"]["template"]
        container = pod["spec"]["containers"][0]
        probes = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
        self.assertEqual(probes, {"startupProbe": "/ready", "readinessProbe": "/ready", "livenessProbe": "/live"})
        for each in (service, grpc_service):
            self.assertEqual(each["spec"]["selector"], pod["metadata"]["labels"])
            named = {port["name"] for port in container["ports"]}
            self.assertLessEqual({port["targetPort"] for port in each["spec"]["ports"]}, named)
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounted, {volume["name"] for volume in pod["spec"]["volumes"]})
        help_text = run(str(PROGRAM), "serve", "--help").stdout
        grace = int(re.search(r"--drain-seconds.*?(\d+)\]?\s", help_text, re.DOTALL)[1])
        self.assertGreater(pod["spec"]["terminationGracePeriodSeconds"], grace + 5)


def main() -> None:
    global PROGRAM
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    arguments, rest = parser.parse_known_args()
    PROGRAM = arguments.build.resolve() / "akidb-embed"
    outcome = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - failed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or outcome.testsRun == 0 else 0)


if __name__ == "__main__":
    main()
