"""FastAPI over fastembed, as one would write it with care: what comes while the model works is its next batch.

usage: fastapi_server.py ONNX-FILE MODEL-FOLDER PORT      in the environment that bench/peers/setup.sh fastapi makes
"""

import asyncio
import contextlib
import sys
from pathlib import Path

import fastapi
import uvicorn
from fastapi.responses import ORJSONResponse
from pydantic import BaseModel

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers" / "adapters"))
import fastembed_peer

MOST = 64  # texts of a batch
_, _, embed = fastembed_peer.load(sys.argv[2], 1)
waiting = asyncio.Queue()


class Request(BaseModel):
    input: str
    model: str = ""


async def work():
    loop = asyncio.get_running_loop()
    while True:
        batch = [await waiting.get()]
        while len(batch) < MOST and not waiting.empty():
            batch.append(waiting.get_nowait())
        rows = await loop.run_in_executor(None, embed, [text for text, _ in batch], MOST)
        for (_, answer), row in zip(batch, rows):
            answer.set_result(row)


@contextlib.asynccontextmanager
async def worker(_):
    task = asyncio.create_task(work())
    yield
    task.cancel()


app = fastapi.FastAPI(lifespan=worker)


@app.post("/v1/embeddings")
async def embeddings(request: Request):
    answer = asyncio.get_running_loop().create_future()
    await waiting.put((request.input, answer))
    row = await answer
    return ORJSONResponse({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": row.tolist()}]})


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[3]), log_level="warning", loop="uvloop", http="httptools")
