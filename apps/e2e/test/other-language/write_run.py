"""Writes a run as section 7 of PROTOCOL.md describes it, with nothing but redis-py.

Usage: write_run.py <redis url> <run id> complete|cancel

`complete` ends the run by itself; `cancel` waits until somebody asks the run to stop.
"""

import json
import sys
import threading
import time

import redis

url, run_id, ending = sys.argv[1:]
client = redis.Redis.from_url(url, decode_responses=True)
meta, segments, tail, live = (f"llmmon:{{{run_id}}}:{name}" for name in ("meta", "segments", "tail", "live"))
host = f"python-{run_id}"
inbox = f"llmmon:{{inbox-{host}}}:inbox"
DAY_MS, HOUR_MS = 86_400_000, 3_600_000


def now_ms():
    seconds, micros = client.time()
    return seconds * 1000 + micros // 1000


def claim():
    seconds, micros = client.time()
    epoch = str(seconds * 1_000_000 + micros)
    label = json.dumps({"chain": "python", "metadata": {"from": "redis-py"}, "tags": ["other"]})
    fields = {"state": "open", "epoch": epoch, "last": 0, "segments": 0, "opened": "new", "owner": host,
              "host": host, "hb": now_ms(), "label": label}
    client.hset(meta, mapping=fields)
    client.pexpire(meta, DAY_MS)
    return epoch


class Writer:
    def __init__(self):
        self.epoch = claim()
        self.last = 0
        self.lock = threading.Lock()

    def write(self, *events, closes=False):
        with self.lock:
            start = self.last + 1
            numbered = [{**event, "seq": start + i, "ts": now_ms()} for i, event in enumerate(events)]
            to = start + len(events) - 1
            batch = {"type": "events", "run_id": run_id, "epoch": self.epoch, "from": start, "to": to, "events": numbered}
            text = json.dumps(batch, ensure_ascii=False)
            # One writer, and one step: readers see all of it or nothing.
            with client.pipeline(transaction=True) as step:
                entry = {"from": start, "closes": int(closes), "text": text}
                step.xadd(tail, entry, id=f"{self.epoch}-{to}")
                step.hset(meta, mapping={"last": to, "hb": now_ms(), **({"state": "closed"} if closes else {})})
                for key in (meta, segments, tail):
                    step.pexpire(key, HOUR_MS if closes else DAY_MS)
                step.publish(live, text)
                step.execute()
            self.last = to


def token(delta, at, step_id):
    return {"update_type": "token", "channel": "text", "delta": delta, "at": at, "step_id": step_id}


writer = Writer()
cancelled = threading.Event()
letters = client.pubsub()
letters.subscribe(inbox)
letters.get_message(timeout=5)  # the confirmation


def answer_commands():
    for message in letters.listen():
        if message["type"] != "message":
            continue
        letter = json.loads(message["data"])
        writer.write({"update_type": "cancel_requested", "reason": letter["command"]["reason"]})
        reply = {"type": "answer", "id": letter["id"], "answer": "accepted"}
        client.publish(f"llmmon:{{inbox-{letter['replyTo']}}}:inbox", json.dumps(reply))
        cancelled.reason = letter["command"]["reason"]
        cancelled.set()


threading.Thread(target=answer_commands, daemon=True).start()
writer.write({"update_type": "start", "status": "started", "metadata": {"from": "redis-py"}, "chain": "python"})
writer.write({"update_type": "step_start", "step_id": "s1", "step_name": "count"})
at = 0
for number in range(300):
    # Text is counted in UTF-16 units: a sign beyond the basic plane is two.
    delta = f"{number} 🦉 "
    writer.write(token(delta, at, "s1"))
    at += len(delta.encode("utf-16-le")) // 2
    if number == 150:
        print("halfway", flush=True)
        time.sleep(0.2)
writer.write({"update_type": "step", "step_id": "s1", "step_name": "count", "step_status": "completed",
              "progress_percentage": 100, "intermediate_result": {"counted": 300}})
if ending == "cancel":
    print("waiting", flush=True)
    cancelled.wait()
    writer.write({"update_type": "cancelled", "status": "cancelled", "reason": cancelled.reason}, closes=True)
else:
    writer.write({"update_type": "complete", "status": "completed", "result": {"units": at}}, closes=True)
