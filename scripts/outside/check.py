"""The official package judges the simulator: check.py PATH-OF-THE-EXAMPLE-alone [WEBHOOKS]."""

import random
import sys
from urllib.parse import quote
from xml.sax.saxutils import escape

import resources
from stand_in import ACCOUNT, OFFICE, Application, StandIn

# What may stand in a query or a form, and what signers get wrong about it.
ODD = ["", "a b", "+44 20", "a+b", "1&2=3", "é", "日本", "%41", "~._-", "'\"<>", "#not a fragment", "/?:@", "🙂"]


def link(application, dice, path):
    """An address with a query in any of the spellings that an application may choose."""
    pairs = []
    for number in range(dice.randrange(4)):
        name, value = dice.choice("abcAB") + str(number % 2), dice.choice(ODD)
        value = quote(value, safe=dice.choice(["", "/:@", "~'"]))
        pairs.append(f"{name}={value.replace('%20', dice.choice(['%20', '+']))}")
    query = f"?{'&'.join(pairs)}" if pairs else ""
    return f"{application.url}{path}{query}{dice.choice(['', '', '#rc=2&rp=all'])}"


def webhooks(stand_in, application, count):
    """Calls that ask and ask, by GET and POST, with keys, odd queries and odd parameters."""
    dice = random.Random(1)

    def again(_url, _form):
        method = dice.choice(["GET", "POST"])
        url = escape(link(application, dice, "/again"), {'"': "&quot;"})
        if dice.randrange(4) == 0:
            return f'<Gather action="{url}" method="{method}" timeout="1" actionOnEmptyResult="true"/>'
        return f'<Redirect method="{method}">{url}</Redirect>'

    application.documents["/again"] = again
    application.documents["/voice"] = again
    began = application.checked
    browsers = 0
    while application.checked - began < count:
        for keep_port in (True, False):
            switches = stand_in.control("GET", "switches") | {"signed_with_port": keep_port}
            stand_in.control("PUT", "switches", switches)
            for _ in range(4):
                stand_in.control("POST", "dial", {"from": dice.choice([resources.DESK, "anonymous"]), "to": OFFICE})
                params = {dice.choice(["claim", "é", "a b", "Z", "="]): dice.choice(ODD) for _ in range(3)}
                stand_in.control("POST", "browsers/connect", {"identity": "agent_7", "params": params})
                browsers += 1
            stand_in.seconds(10)
        for leg in stand_in.control("GET", "legs"):
            if leg["ended_ms"] is None:
                stand_in.control("POST", "hang-up", {"leg": leg["id"]})
        stand_in.settle()
    return application.checked - began, browsers


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    application, stand_in = Application(), StandIn(program)
    try:
        number = {"number": OFFICE, "voice_url": f"{application.url}/voice", "status_callback": f"{application.url}/end"}
        browser = {"sid": "AP" + "0" * 31 + "1", "voice_url": f"{application.url}/voice"}
        stand_in.control("POST", "configure", {"numbers": [number], "application": browser})
        for resource in resources.ALL:
            resource(stand_in, application)
            print(f"{resource.__name__}: the official client has no complaint")
        checked, browsers = webhooks(stand_in, application, count)
        wrong = application.wrong
        print(f"{application.checked} webhooks, {checked} of them odd, {browsers} from browsers: {len(wrong)} signed wrongly")
        for command, url, pairs in wrong[:5]:
            print(command, url, pairs)
        return 1 if wrong else 0
    finally:
        stand_in.stop()


if __name__ == "__main__":
    assert ACCOUNT.startswith("AC")
    sys.exit(main())
