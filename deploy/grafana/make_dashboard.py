#!/usr/bin/env python3
"""Writes akidb-embed.json, the Grafana dashboard: panels as a table here, Grafana's own words for them there.

    deploy/grafana/make_dashboard.py            rewrites the file
    deploy/grafana/make_dashboard.py --check    fails where it is another one
"""

import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("akidb-embed.json")
SELECTED = 'job=~"$job", instance=~"$instance"'
MODEL = SELECTED + ', model=~"$model"'
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def quantile(share: float, metric: str) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket{{{MODEL}}}[$__rate_interval])))"


def rate(metric: str, by: str = "", selected: str = MODEL) -> str:
    total = f"sum by ({by})" if by else "sum"
    return f"{total} (rate({metric}{{{selected}}}[$__rate_interval]))"


def mean(metric: str) -> str:
    return f"{rate(metric + '_sum')} / {rate(metric + '_count')}"


OVERLOAD = rate("akidb_embed_rejections_total", selected=SELECTED + ', reason="overloaded"')
REQUESTS = rate("akidb_embed_http_requests_total", selected=SELECTED)

# (title, unit, [(expression, legend)], what it says)
STATS = [
    ("Models ready", "none", [(f"sum(akidb_embed_model_ready{{{MODEL}}})", "")], "Models that can serve, over all instances"),
    ("Requests", "reqps", [(REQUESTS, "")], "HTTP requests of every route"),
    ("Texts", "none", [(rate("akidb_embed_texts_total"), "")], "Texts embedded in a second"),
    ("Tokens", "none", [(rate("akidb_embed_tokens_total"), "")], "Tokens embedded in a second, special tokens included"),
    ("p99", "s", [(quantile(0.99, "akidb_embed_request_duration_seconds"), "")], "From a request's arrival to its vectors"),
    ("Refused as overload", "percentunit", [(f"{OVERLOAD} / {REQUESTS}", "")], "Share of requests that got a 429"),
    ("Cut texts", "percentunit", [(f"{rate('akidb_embed_truncated_texts_total')} / {rate('akidb_embed_texts_total')}", "")],
     "Share of texts that were longer than the model takes"),
    ("Memory", "bytes", [(f"sum(process_resident_memory_bytes{{{SELECTED}}})", "")], "Resident, over all instances"),
]

ROWS = [
    ("Latency", [
        ("Request duration", "s", [(quantile(q, "akidb_embed_request_duration_seconds"), f"p{q * 100:g}") for q in (0.5, 0.9, 0.99)],
         "From a request's arrival to its vectors"),
        ("Where the time goes", "s", [(mean(f"akidb_embed_{phase}_duration_seconds"), phase) for phase in ("tokenize", "queue", "compute")],
         "Means of a request. The queue is the longest wait of its texts; compute is its share of forward passes."),
        ("Wait for a forward pass", "s", [(quantile(q, "akidb_embed_queue_duration_seconds"), f"p{q * 100:g}") for q in (0.5, 0.99)],
         "What grows first when more comes in than is computed"),
    ]),
    ("Work", [
        ("Texts a second", "none", [(rate("akidb_embed_texts_total", "model"), "{{model}}")], ""),
        ("Tokens a second", "none", [(rate("akidb_embed_tokens_total", "model"), "{{model}}")], ""),
        ("Texts in a request", "none", [(quantile(q, "akidb_embed_request_texts"), f"p{q * 100:g}") for q in (0.5, 0.99)], ""),
        ("Tokens in a request", "none", [(quantile(q, "akidb_embed_request_tokens"), f"p{q * 100:g}") for q in (0.5, 0.99)], ""),
        ("Saved work", "percentunit",
         [(f"{rate('akidb_embed_cache_hits_total')} / ({rate('akidb_embed_cache_hits_total')} + {rate('akidb_embed_cache_misses_total')})", "found in the cache"),
          (f"{rate('akidb_embed_duplicate_texts_total')} / {rate('akidb_embed_texts_total')}", "twice in a request")],
         "Texts that were not computed; the cache is off unless --text-cache-mib is set"),
        ("Cut texts", "percentunit",
         [(f"{rate('akidb_embed_truncated_texts_total', 'model')} / {rate('akidb_embed_texts_total', 'model')}", "{{model}}")], ""),
    ]),
    ("HTTP", [
        ("Requests by status", "reqps", [(rate("akidb_embed_http_requests_total", "status", SELECTED), "{{status}}")], ""),
        ("Requests by route", "reqps", [(rate("akidb_embed_http_requests_total", "method, route", SELECTED), "{{method}} {{route}}")], ""),
        ("Requests by wire format", "reqps", [(rate("akidb_embed_http_requests_total", "family", SELECTED), "{{family}}")], ""),
        ("Refused before a model", "reqps", [(f"{rate('akidb_embed_rejections_total', 'reason', SELECTED)} > 0", "{{reason}}")], ""),
        ("Ended as an error", "reqps", [(f"{rate('akidb_embed_failures_total', 'code', SELECTED)} > 0", "{{code}}")], ""),
        ("Connections", "none", [(f"sum(akidb_embed_http_connections{{{SELECTED}}})", "open"),
                                 (rate("akidb_embed_http_connections_refused_total", selected=SELECTED), "refused a second")], ""),
    ]),
    ("Load and process", [
        ("Under way", "none", [(f"sum(akidb_embed_in_flight_requests{{{SELECTED}}})", "requests"),
                               (f"sum(akidb_embed_in_flight_texts{{{SELECTED}}})", "texts")], "Admitted and not answered"),
        ("Bytes under way", "bytes", [(f"sum by (instance) (akidb_embed_in_flight_bytes{{{SELECTED}}})", "{{instance}}")],
         "Of the bodies of admitted requests"),
        ("Processor time", "none", [(rate("process_cpu_seconds_total", "instance", SELECTED), "{{instance}}")], "Cores in use"),
        ("Resident memory", "bytes", [(f"process_resident_memory_bytes{{{SELECTED}}}", "{{instance}}"),
                                      (f"akidb_embed_cache_bytes{{{SELECTED}}}", "{{instance}}, text cache")], ""),
        ("Descriptors and threads", "none", [(f"process_open_fds{{{SELECTED}}}", "{{instance}} descriptors"),
                                             (f"process_threads{{{SELECTED}}}", "{{instance}} threads")], ""),
        ("State", "none", [(f"akidb_embed_model_ready{{{MODEL}}}", "{{instance}} {{model}} ready"),
                           (f"akidb_embed_draining{{{SELECTED}}}", "{{instance}} draining")], ""),
    ]),
]


class Layout:
    """Places panels on Grafana's grid of 24 columns."""

    def __init__(self):
        self.panels, self.x, self.y = [], 0, 0

    def add(self, panel: dict, width: int, height: int) -> None:
        if self.x + width > 24:
            self.x, self.y = 0, self.y + height
        panel |= {"id": len(self.panels) + 1, "gridPos": {"x": self.x, "y": self.y, "w": width, "h": height}}
        self.panels.append(panel)
        self.x += width

    def new_line(self, height: int) -> None:
        self.x, self.y = 0, self.y + height


def panel(kind: str, title: str, unit: str, queries: list, description: str) -> dict:
    letters = "ABCDEFGH"
    targets = [{"refId": letters[i], "datasource": SOURCE, "expr": expression, "legendFormat": legend or "__auto"}
               for i, (expression, legend) in enumerate(queries)]
    made = {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets,
            "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []}}
    if kind == "timeseries":
        made["fieldConfig"]["defaults"]["custom"] = {"fillOpacity": 8, "lineWidth": 1, "showPoints": "never"}
        made["options"] = {"tooltip": {"mode": "multi", "sort": "desc"}, "legend": {"showLegend": True, "placement": "bottom"}}
    else:
        made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "area", "colorMode": "none"}
    return made


def variable(name: str, metric: str, label: str) -> dict:
    query = f"label_values({metric}, {name})" if name == "job" else f'label_values({metric}{{job=~"$job"}}, {name})'
    return {"name": name, "label": label, "type": "query", "datasource": SOURCE, "query": query, "refresh": 2,
            "includeAll": True, "multi": True, "current": {"text": ["All"], "value": ["$__all"]}, "sort": 1}


def dashboard() -> dict:
    layout = Layout()
    for title, unit, queries, description in STATS:
        layout.add(panel("stat", title, unit, queries, description), 3, 4)
    layout.new_line(4)
    for title, panels in ROWS:
        layout.add({"type": "row", "title": title, "collapsed": False, "panels": []}, 24, 1)
        layout.new_line(1)
        for name, unit, queries, description in panels:
            layout.add(panel("timeseries", name, unit, queries, description), 8, 8)
        layout.new_line(8)
    return {
        "uid": "akidb-embed", "title": "akidb-embed", "tags": ["akidb", "embedding"], "schemaVersion": 39, "version": 1,
        "editable": True, "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "current": {}},
            variable("job", "akidb_embed_model_ready", "Job"),
            variable("instance", "akidb_embed_model_ready", "Instance"),
            variable("model", "akidb_embed_model_ready", "Model"),
        ]},
        "annotations": {"list": [{
            "name": "Starts", "datasource": SOURCE, "enable": True, "iconColor": "orange", "titleFormat": "start of {{instance}}",
            "expr": f"changes(process_start_time_seconds{{{SELECTED}}}[1m]) > 0"}]},
        "panels": layout.panels,
    }


def main() -> int:
    text = json.dumps(dashboard(), indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        if not FILE.exists() or FILE.read_text() != text:
            print(f"{FILE.name} is not what make_dashboard.py writes: run it", file=sys.stderr)
            return 1
        return 0
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
