// BullMQ as the benchmark's worker or pusher; see README.md.
//
// usage: node bullmq.mjs MODULES SOCKET worker CONCURRENCY
//        node bullmq.mjs MODULES SOCKET push
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [modules, path, role, concurrency] = process.argv.slice(2);
const { Queue, Worker } = createRequire(`${modules}/package.json`)("bullmq");
const now = () => Number(process.hrtime.bigint());
const say = (line) => process.stdout.write(`${line}\n`);
const lines = createInterface({ input: process.stdin });

const fresh = () => ({
  count: 0, again: 0, first_ns: 0, last_ns: 0, pickups_ns: [], lateness_us: [], steps_ns: [],
});

if (role === "worker") {
  let seen = fresh();
  const worker = new Worker(
    "bench",
    async (job) => {
      const at = now();
      seen.first_ns ||= at;
      seen.last_ns = at;
      seen.count += 1;
      if (job.data.since) seen.pickups_ns.push(Math.max(0, at - job.data.since));
    },
    { connection: { path, maxRetriesPerRequest: null }, concurrency: Number(concurrency) },
  );
  await worker.waitUntilReady();
  say("ready");
  lines.on("line", (question) => {
    if (question === "count") return say(seen.count);
    say(JSON.stringify(seen));
    seen = fresh();
  });
  lines.on("close", () => process.exit(0));
} else {
  const queue = new Queue("bench", {
    connection: { path },
    defaultJobOptions: { removeOnComplete: true },
  });
  await queue.waitUntilReady();
  say("ready");
  for await (const line of lines) {
    const [what, ...numbers] = line.split(" ");
    if (what === "stream") {
      const [rate, count] = numbers.map(Number);
      const first = now() + 20e6;
      const adding = [];
      for (let number = 0; number < count; number += 1) {
        const since = Math.floor(first + (number * 1e9) / rate);
        // A timer is exact to a millisecond only.
        for (let left = since - now(); left > 0; left = since - now()) {
          await new Promise((next) => (left > 2e6 ? setTimeout(next, 1) : setImmediate(next)));
        }
        adding.push(queue.add("job", { since }));
      }
      await Promise.all(adding);
    } else {
      for (let left = Number(numbers[0]); left > 0; left -= 500) {
        const some = Array.from({ length: Math.min(500, left) }, () => ({ name: "job", data: {} }));
        await queue.addBulk(some);
      }
    }
    say("done");
  }
  process.exit(0);
}
