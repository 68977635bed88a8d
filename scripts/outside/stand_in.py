"""The simulator as a process, the official client pointed at it, and an application that checks every signature."""

import json
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "a-token-for-the-oracle"
OFFICE = "+442071838750"
CALLER = "+447700900123"


class MultiDict(dict):
    """A form with repeated names, as web frameworks hand it to the validator."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = pairs

    def getall(self, name):
        return [value for known, value in self.pairs if known == name]


class Elsewhere(TwilioHttpClient):
    """The official transport, but for the host it talks to."""

    def __init__(self, base):
        super().__init__(timeout=30)
        self.base = base

    def request(self, method, url, *arguments, **more):
        asked = urlsplit(url)
        there = self.base + asked.path + (f"?{asked.query}" if asked.query else "")
        return super().request(method, there, *arguments, **more)


class Application:
    """Answers with the document that a path was given, and has the official validator look at each request."""

    def __init__(self):
        self.documents = {}
        self.checked = 0
        self.wrong = []
        self.lock = threading.Lock()
        validator = RequestValidator(TOKEN)
        application = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # The answer's two writes would wait for each other.
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def respond(self, pairs):
                url = f"http://{self.headers['Host']}{self.path}"
                good = validator.validate(url, MultiDict(pairs), self.headers.get("X-Twilio-Signature", ""))
                with application.lock:
                    application.checked += 1
                    if not good:
                        application.wrong.append((self.command, url, pairs))
                    verbs = application.documents.get(urlsplit(self.path).path, "")
                if callable(verbs):
                    verbs = verbs(url, dict(pairs))
                body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.respond([])

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.respond(parse_qsl(body, keep_blank_values=True))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class StandIn:
    """The simulator, its control API, and its clock."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, ACCOUNT, TOKEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.base = self.process.stdout.readline().strip()
        self.client = Client(ACCOUNT, TOKEN, http_client=Elsewhere(self.base))

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            f"{self.base}/sim/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def settle(self):
        assert self.control("GET", "idle?wait_ms=20000")["idle"], "the simulator does not come to rest"

    def seconds(self, seconds):
        self.settle()
        self.control("POST", "clock/advance", {"by_ms": int(seconds * 1000)})
        self.settle()

    def dial(self, caller=CALLER):
        leg = self.control("POST", "dial", {"from": caller, "to": OFFICE})["leg"]
        self.settle()
        return leg

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
