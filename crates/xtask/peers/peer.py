"""RQ, arq and dramatiq as the benchmark's worker or pusher; see README.md.

usage: peer.py rq|arq|dramatiq SOCKET worker CONCURRENCY
       peer.py rq|arq|dramatiq SOCKET push
"""

import asyncio
import json
import os
import sys
import threading
import time

NAME, SOCKET, ROLE = sys.argv[1:4]


def say(line):
    print(line, flush=True)


class Recorder:
    """Notes starts, from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        self.seen = {
            "count": 0, "again": 0, "first_ns": 0, "last_ns": 0,
            "pickups_ns": [], "lateness_us": [], "steps_ns": [],
        }

    def note(self, since_ns):
        now = time.monotonic_ns()
        with self.lock:
            if not self.seen["count"]:
                self.seen["first_ns"] = now
            self.seen["last_ns"] = now
            self.seen["count"] += 1
            if since_ns:
                self.seen["pickups_ns"].append(max(0, now - since_ns))

    def answer(self, question):
        with self.lock:
            if question == "count":
                return str(self.seen["count"])
            taken = json.dumps(self.seen)
            self.clear()
            return taken


RECORDER = Recorder()


def answer_questions():
    """The end of the input is the order to stop."""
    for line in sys.stdin:
        say(RECORDER.answer(line.strip()))
    os._exit(0)


def job(since_ns):
    """What RQ finds by its name, in this very process."""
    RECORDER.note(since_ns)


async def arq_job(_context, since_ns):
    RECORDER.note(since_ns)


def rq_queue():
    import redis
    import rq

    # The worker imports this file under its own name.
    return rq.Queue("bench", connection=redis.Redis(unix_socket_path=SOCKET))


def arq_settings():
    from arq.connections import RedisSettings

    return RedisSettings(unix_socket_path=SOCKET)


def dramatiq_actor():
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker

    broker = RedisBroker(url="unix://" + SOCKET)
    dramatiq.set_broker(broker)
    return broker, dramatiq.actor(job, broker=broker)


def work(concurrency):
    threading.Thread(target=answer_questions, daemon=True).start()
    if NAME == "rq":
        import rq

        sys.modules["peer"] = sys.modules["__main__"]
        queue = rq_queue()
        # In its own process, without a fork a job: its fastest way.
        worker = rq.SimpleWorker([queue], connection=queue.connection)
        say("ready")
        worker.work(logging_level="WARNING")
    elif NAME == "arq":
        from arq.worker import Worker

        asyncio.set_event_loop(asyncio.new_event_loop())
        worker = Worker(
            functions=[arq_job], redis_settings=arq_settings(), max_jobs=concurrency,
            handle_signals=False, keep_result=0,
        )
        say("ready")
        worker.run()
    else:
        import dramatiq

        broker, _ = dramatiq_actor()
        worker = dramatiq.Worker(broker, worker_threads=concurrency)
        worker.start()
        say("ready")
        threading.Event().wait()


def pushing():
    """A function that enqueues one job."""
    if NAME == "rq":
        queue = rq_queue()
        return lambda since_ns: queue.enqueue("peer.job", since_ns, result_ttl=0)
    _, actor = dramatiq_actor()
    return actor.send


def push():
    enqueue = pushing()
    say("ready")
    for line in sys.stdin:
        what, *numbers = line.split()
        if what == "stream":
            rate, count = map(int, numbers)
            first = time.monotonic_ns() + 20_000_000
            for number in range(count):
                since = first + number * 1_000_000_000 // rate
                wait = since - time.monotonic_ns()
                if wait > 0:
                    time.sleep(wait / 1e9)
                enqueue(since)
        else:
            for _ in range(int(numbers[0])):
                enqueue(0)
        say("done")


async def arq_push():
    from arq.connections import create_pool

    pool = await create_pool(arq_settings())
    say("ready")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        what, *numbers = line.split()
        if what == "stream":
            rate, count = map(int, numbers)
            first = time.monotonic_ns() + 20_000_000
            for number in range(count):
                since = first + number * 1_000_000_000 // rate
                wait = since - time.monotonic_ns()
                if wait > 0:
                    await asyncio.sleep(wait / 1e9)
                await pool.enqueue_job("arq_job", since)
        else:
            for _ in range(int(numbers[0])):
                await pool.enqueue_job("arq_job", 0)
        say("done")


if ROLE == "worker":
    work(int(sys.argv[4]))
elif NAME == "arq":
    asyncio.run(arq_push())
else:
    push()
