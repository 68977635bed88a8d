"""python-dateutil judges how repeated events are followed: rules.py PATH-OF-THE-EXAMPLE-expand [RULES] [SEED]."""

import datetime as library
import random
import subprocess
import sys
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr

FIRST, LAST = 2020, 2040
# dateutil looks for the next occurrence up to here: a rule that is never met would keep it busy to the year 9999.
library.MAXYEAR = LAST
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(dice, values, most):
    """A list as a person or a program writes it: in no order, sometimes with something twice."""
    return ",".join(str(dice.choice(values)) for _ in range(dice.randint(1, most)))


def parts(dice, freq):
    """The parts of a rule that the standard allows for this frequency, FREQ last."""
    yield f"INTERVAL={dice.choice([1, 1, 2, 2, 3, 4, 5, 13])}" if dice.random() < 0.6 else ""
    yield f"WKST={dice.choice(WEEKDAYS)}" if dice.random() < 0.5 else ""
    by = 0
    if dice.random() < 0.35:
        by += 1
        yield f"BYMONTH={some(dice, range(1, 13), 4)}"
    weeks = freq == "YEARLY" and dice.random() < 0.2
    if weeks:
        by += 1
        # Whether the year before had 52 weeks or 53, dateutil counts with the length of the wrong year.
        yield f"BYWEEKNO={some(dice, [*range(1, 52), *range(-51, 0)], 3)}"
    if freq == "YEARLY" and dice.random() < 0.2:
        by += 1
        yield f"BYYEARDAY={some(dice, [*range(1, 367), *range(-366, 0)], 4)}"
    if freq != "WEEKLY" and dice.random() < 0.35:
        by += 1
        yield f"BYMONTHDAY={some(dice, [*range(1, 32), *range(-31, 0)], 4)}"
    listed = dice.random() < 0.6
    if listed:
        by += 1
        can = freq == "MONTHLY" or (freq == "YEARLY" and not weeks)
        # dateutil takes a list with both kinds for days that are of both, which there are none of.
        numbers = ["1", "2", "+3", "4", "5", "-1", "-2"] if can and dice.random() < 0.6 else [""]
        yield "BYDAY=" + ",".join(dice.choice(numbers) + dice.choice(WEEKDAYS) for _ in range(dice.randint(1, 5)))
    if by and (freq != "WEEKLY" or listed) and dice.random() < 0.35:
        yield f"BYSETPOS={some(dice, [1, 2, 3, -1, -2, 7], 2)}"
    end = dice.random()
    if end < 0.3:
        yield f"COUNT={dice.randint(1, 60)}"
    elif end < 0.6:
        yield f"UNTIL={date(FIRST, 1, 1) + timedelta(days=dice.randrange(4000)):%Y%m%d}"
    yield f"FREQ={freq}"


def occurrences(rule, start):
    found = rrulestr(rule, dtstart=datetime.combine(start, datetime.min.time()))
    after, before = datetime(FIRST, 1, 1), datetime(LAST, 12, 31)
    return [day.date() for day in found.between(after, before, inc=True)]


def case(dice):
    """A start that the rule meets, its parts in random order, and the days on which dateutil says it happens.

    What an event's first day is that its own rule does not meet, dateutil and the standard say differently.
    """
    while True:
        freq = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
        written = [part for part in parts(dice, freq) if part]
        dice.shuffle(written)
        rule = ";".join(written)
        begin = date(2017, 1, 1) + timedelta(days=dice.randrange(3000))
        open_ended = ";".join(part for part in written if not part.startswith(("COUNT", "UNTIL")))
        found = rrulestr(open_ended, dtstart=datetime.combine(begin, datetime.min.time()))
        start = found.after(datetime.combine(begin, datetime.min.time()), inc=True)
        if start is None or start.year > LAST:
            continue
        origin = start
        if "BYSETPOS" in rule and freq == "WEEKLY":
            # dateutil counts positions in the first week from the start on, the standard in the whole week.
            week = next((WEEKDAYS.index(part[5:]) for part in written if part.startswith("WKST")), 0)
            origin = start - timedelta(days=(start.weekday() - week) % 7)
        # The new start may have moved what the rule takes from its start.
        first = rrulestr(rule, dtstart=origin).after(origin, inc=True)
        days = occurrences(rule, origin.date())
        if days and first == start:
            return start.date(), rule, days


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    cases = [case(dice) for _ in range(count)]
    asked = "".join(f"{start:%Y%m%d}\t{rule}\n" for start, rule, _ in cases)
    run = subprocess.run([program], input=asked, capture_output=True, text=True, check=True, timeout=300)
    answers = run.stdout.splitlines()
    assert len(answers) == count, f"{count} rules, {len(answers)} answers"
    wrong = 0
    for (start, rule, days), answer in zip(cases, answers):
        expected = " ".join(f"{day:%Y%m%d}" for day in days)
        if answer != expected:
            wrong += 1
            if wrong <= 5:
                print(f"DTSTART:{start:%Y%m%d} RRULE:{rule}\n  dateutil {expected[:200]}\n  ours     {answer[:200]}")
    print(f"{count} random rules, {sum(len(days) for *_, days in cases)} days: {wrong} followed differently")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
