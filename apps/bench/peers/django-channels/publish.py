"""Sends what it reads, a line each: `<run> <text>` to the group of a run; `!` is answered when all before it has been sent."""

import asyncio
import os
import sys

from channels_redis.core import RedisChannelLayer


async def main():
    layer = RedisChannelLayer(hosts=[os.environ["REDIS_URL"]])
    reader = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    rest = b""
    while data := await reader.read(2**20):
        *lines, rest = (rest + data).split(b"\n")
        said = [line.decode().split(" ", 1) for line in lines if line != b"!"]
        await asyncio.gather(
            *(layer.group_send(run, {"type": "event", "text": text}) for run, text in said)
        )
        for _ in range(lines.count(b"!")):
            print("sent", flush=True)


asyncio.run(main())
