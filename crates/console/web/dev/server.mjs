// A stand-in for the realtime service, for pictures only: the built console, and one scene of dev/scenes.mjs told in
// frames as they travel. `node dev/server.mjs [port] [scene]`.
import { createServer } from "node:http";
import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { scenes } from "./scenes.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** A WAV file: so many seconds of nothing, as telephones carry it. */
function silentSound(seconds) {
  const size = seconds * 8_000;
  const bytes = Buffer.alloc(44 + size, 128);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + size, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8_000, 24);
  bytes.writeUInt32LE(8_000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(size, 40);
  return bytes;
}

/** Serves `scene` on a free port, or on `port`. */
export function serve(scene, port = 0) {
  const at = Date.now();
  let silent = false;
  let deaf = false;
  /** What was asked of it beyond reading, for tests. */
  const asked = [];
  /** How each page that is connected is told of an event. */
  const pages = new Set();
  const { snapshot, office, then = [], answers = {}, messages = {} } = scene(at);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const say = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (silent && pathname.startsWith("/api/")) return request.socket.destroy();
    if (request.method !== "GET") asked.push({ path: pathname, key: request.headers["idempotency-key"] });
    if (pathname === "/api/v1/live") return say(200, snapshot);
    if (pathname === "/api/v1/tickets") return say(200, { ticket: "picture" });
    if (pathname === "/api/v1/demo") return say(200, { simulatorUrl: `http://${request.headers.host}` });
    if (pathname.startsWith("/sim/v1/")) return say(201, { leg: "CA0" });
    const answer = /^\/api\/v1\/calls\/([^/]+)\/answer$/.exec(pathname);
    if (answer) {
      const [status, body] = answers[answer[1]] ?? [503, { result: "away" }];
      if (status === 0) return; // Never answered.
      return say(status, body);
    }
    const message = /^\/api\/v1\/calls\/([^/]+)\/recording$/.exec(pathname);
    if (message) {
      const [status, result] = messages[message[1]] ?? [200];
      if (status === 0) return; // Never answered.
      if (status !== 200) return say(status, { result });
      response.writeHead(200, { "content-type": "audio/x-wav" });
      return response.end(silentSound(9));
    }
    if (pathname === "/api/v1/hours/overrides") {
      // What an empty reason or a time that has passed gets, and what somebody gets whom nobody answers.
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        if (JSON.parse(body).reason === "no answer") return say(503, { result: "away" });
        const faults = [
          { field: "until", problem: "expected a time to come, found today 03:00" },
          { field: "reason", problem: "expected a line of 1 to 200 characters" },
        ];
        say(400, { result: "faults", faults });
      });
      return;
    }
    if (pathname.startsWith("/api/")) return say(200, { result: "done" });
    let file = join(dist, pathname);
    try {
      if (!statSync(file).isFile()) throw new Error("a folder");
    } catch {
      file = join(dist, "index.html");
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...SECURITY });
    response.end(readFileSync(file));
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "switchboard.v1.json" });
  server.on("upgrade", (request, socket, head) => {
    if (silent) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (line) => {
      let offset = Number(snapshot.offset);
      const send = (frame) => line.readyState === 1 && line.send(JSON.stringify(frame));
      const timers = [];
      line.once("message", () => {
        const position = { epoch: snapshot.epoch, offset: String(offset) };
        send({ hello: { position, agentId: "anna", nowMs: String(Date.now()), heartbeatMs: 1000 } });
        send({ snapshot });
        send({ office });
        pages.add((event) => send({ event: { offset: String(++offset), event: { atMs: String(Date.now()), ...event } } }));
        timers.push(setInterval(() => send({ heartbeat: { nowMs: String(Date.now()), offset: String(offset), ...(deaf && { stale: true }) } }), 1000));
        for (const [afterMs, event] of then) {
          const tell = () => send({ event: { offset: String(++offset), event: { atMs: String(Date.now()), ...event } } });
          timers.push(setTimeout(tell, afterMs));
        }
      });
      line.on("close", () => timers.forEach(clearInterval));
    });
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        asked,
        /** Something happens; later pages do not know it. */
        tell(event) {
          for (const page of pages) page(event);
        },
        /** The network is gone. */
        cut() {
          silent = true;
          for (const line of sockets.clients) line.terminate();
        },
        /** It is back, with everything as it was at first. */
        mend() {
          silent = false;
        },
        /** The server's own memory is gone. */
        deafen() {
          deaf = true;
        },
        close() {
          for (const line of sockets.clients) line.terminate();
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      }),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , port = "5180", name = "seven"] = process.argv;
  const { url } = await serve(scenes[name], Number(port));
  console.log(`${name} at ${url}; scenes: ${Object.keys(scenes).join(", ")}`);
}
