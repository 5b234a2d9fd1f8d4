"""The programs that are compared, and how a program that speaks the line protocol is talked to."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("PEERS_HOME", Path.home() / ".cache" / "akidb-peers"))
MODEL = HOME / "models" / "minilm"
WORKLOADS = HOME / "work" / "workloads.json"
BATCH_SIZE = 32


def python(venv: str, adapter: str, *arguments: str) -> list[str]:
    interpreter = HOME / "venvs" / venv / "bin" / "python"
    return [str(interpreter), "-W", "ignore", str(HERE / "adapters" / adapter), *arguments]


def program(name: str) -> list[str]:
    return [str(HOME / "bin" / name)]


ST = "sentence_transformers_peer.py"
PEERS = {
    "st-torch": python("torch", ST, "torch"),
    "st-torch-bf16": python("torch", ST, "torch", "bfloat16"),
    "st-onnx": python("onnx", ST, "onnx", "model.onnx"),
    "st-onnx-fused": python("onnx", ST, "onnx", "model_fused.onnx"),
    "st-onnx-int8": python("onnx", ST, "onnx", "model_qint8.onnx"),
    "st-openvino-f32": python("openvino", ST, "openvino", "openvino_model.xml", "f32"),
    "st-openvino-default": python("openvino", ST, "openvino", "openvino_model.xml"),
    "st-openvino-int8": python(
        "openvino", ST, "openvino", "openvino_model_qint8_quantized.xml"
    ),
    "fastembed": python("fastembed", "fastembed_peer.py", "onnx/model.onnx"),
    "fastembed-int8": python("fastembed", "fastembed_peer.py", "onnx/model_qint8.onnx"),
    "ct2-f32": python("ctranslate2", "ctranslate2_peer.py", "float32"),
    "ct2-int8": python("ctranslate2", "ctranslate2_peer.py", "int8"),
    "ct2-bf16": python("ctranslate2", "ctranslate2_peer.py", "bfloat16"),
    "infinity-torch": python("infinity", "infinity_peer.py", "torch"),
    "infinity-optimum": python("infinity", "infinity_peer.py", "optimum"),
    "candle": program("candle-peer"),
    "candle-mkl": program("candle-peer-mkl"),
    "llama-cpp-f32": python("llama-cpp", "llama_cpp_peer.py", "minilm-f32.gguf"),
    "llama-cpp-q8": python("llama-cpp", "llama_cpp_peer.py", "minilm-q8_0.gguf"),
}


class PeerFailed(Exception):
    pass


def group_memory(group: int, field: str) -> int:
    """Bytes of /proc/PID/status, VmRSS (now) or VmHWM (peak), summed over the group's processes."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) != group:
                continue
            found = re.search(rf"{field}:\s+(\d+) kB", status.read_text())
        except (OSError, ProcessLookupError):
            continue
        total += int(found[1]) * 1024 if found else 0
    return total


def group_cpu_seconds(group: int) -> float:
    """Processor time of all threads that the group's processes have now."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) != group:
                continue
            total += sum(int((task / "schedstat").read_text().split()[0]) for task in (process / "task").iterdir())
        except (OSError, ProcessLookupError):
            continue
    return total / 1e9


class LineProcess:
    """A program that speaks the line protocol."""

    def __init__(self, command: list[str], threads: int):
        self.started = time.perf_counter()
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        environment |= {"RAYON_NUM_THREADS": str(threads)}
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def ask(self, request: dict) -> dict:
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            tail = " ".join(self.errors.read().split()[-40:])
            raise PeerFailed(f"ended with code {code}: {tail}")
        answer = json.loads(line)
        if not answer["ok"]:
            raise PeerFailed(answer.get("error", "said no more than that it failed"))
        return answer

    def embed(self, texts: list[str], **more) -> dict:
        return self.ask({"op": "embed", "texts": texts, "batch_size": BATCH_SIZE, **more})

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.errors.close()
