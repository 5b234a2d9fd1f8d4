"""Leave of Text Embeddings Inference's source what needs the crates' registry alone: HTTP and the ONNX Runtime backend.

usage: tei_without_candle.py SOURCE_DIR      a copy of the source of 1.8.3; its manifests are changed in place

Candle and two more crates come from git there, the tests' too; ONNX Runtime, which its crate downloads, is loaded at
run time instead (ORT_DYLIB_PATH). No line of Rust is changed.
"""

import re
import sys
from pathlib import Path

CHANGES = {
    "Cargo.toml": [
        (r"^\[patch\.crates-io\]\n(.+\n)+", ""),
        (r'^ *"backends/(candle|python|grpc-client)",\n', ""),
        (r"^(candle|cudarc|intel-mkl)\S* = .*\n", ""),
    ],
    "backends/Cargo.toml": [
        (r"^text-embeddings-backend-(candle|python).*\n", ""),
        (r"^(python|candle|cuda|metal|mkl|accelerate|flash-attn|flash-attn-v1) = .*\n", ""),
    ],
    "backends/ort/Cargo.toml": [(r'"download-binaries", "half", "onednn", "ndarray"', '"half", "ndarray", "load-dynamic"')],
    "router/Cargo.toml": [
        (r"^insta = .*\n", ""),
        (r"^(cudarc|intel-mkl-src) = .*\n", ""),
        (r"^(metal|mkl|accelerate|python|candle|candle-cuda\S*|static-linking|dynamic-linking) = .*\n", ""),
        (r"^default = .*", 'default = ["http", "ort"]'),
    ],
}

source = Path(sys.argv[1])
for name, changes in CHANGES.items():
    text = (source / name).read_text()
    for pattern, instead in changes:
        text, count = re.subn(pattern, instead, text, flags=re.MULTILINE)
        if count == 0:
            raise SystemExit(f"{name} is not that of 1.8.3: nothing matches {pattern}")
    (source / name).write_text(text)
(source / "rust-toolchain.toml").unlink()  # names one that may not be here
