// The wire between a browser and the event service, to be cut.

import { connect, createServer } from "node:net";

/** Listens on a free port and carries bytes to wherever `to` says. */
export async function wire() {
  let port = 0;
  let broken = "";
  const pairs = new Set();

  function gone(pair) {
    pairs.delete(pair);
    for (const end of pair) end.destroy();
  }

  const server = createServer((here) => {
    if (broken === "refused" || port === 0) return here.destroy();
    const there = connect(port, "127.0.0.1");
    const pair = [here, there];
    pairs.add(pair);
    for (const [from, into] of [pair, [there, here]]) {
      from.setNoDelay(true);
      from.on("data", (bytes) => broken || into.write(bytes));
      from.on("error", () => gone(pair));
      from.on("close", () => gone(pair));
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    to(other) {
      port = other;
    },
    /** Bytes vanish and nobody is told: a cable that was pulled. */
    cut() {
      broken = "silent";
    },
    /** Connections break, and new ones are refused: a server that is gone. */
    refuse() {
      broken = "refused";
      for (const pair of [...pairs]) gone(pair);
    },
    /** New connections work. Those that lost bytes never will again. */
    mend() {
      if (broken === "silent") for (const pair of [...pairs]) pair.dead = true;
      broken = "";
      for (const pair of [...pairs]) if (pair.dead) silence(pair);
    },
    async close() {
      for (const pair of [...pairs]) gone(pair);
      await new Promise((done) => server.close(done));
    },
  };

  /** It hangs on, open and mute, as a connection does whose way is gone. */
  function silence([here, there]) {
    for (const end of [here, there]) {
      end.removeAllListeners("data");
      end.resume();
    }
  }
}
