"""Writes crates/hours/data/holidays.txt from the Python package `holidays`; see the README beside this file.

Usage: generate.py FILE        writes the data
       generate.py --check FILE  says whether the file is what this version of the package gives
"""

import datetime
import hashlib
import pathlib
import re
import sys
import warnings

import holidays

# One span for all places, so that one warning tells when it ends. It begins where the tests against other
# libraries' published answers begin.
FIRST, LAST = 2013, 2037
ENGLISH = ("en_GB", "en_US")

# "Boxing Day (observed)", "(observed, estimated)", "(estimated)", "(substituted from 05/18/2013)", …
SUBSTITUTE = re.compile(r" \((?:observed|in lieu|substitute day|observed, estimated)\)$")
ESTIMATED = re.compile(r" \((?:observed, )?estimated\)$")
SWAPPED = re.compile(r"^(.*?) ?\(substituted from (\d\d)/(\d\d)/(\d{4})\)$")


def language(country):
    """English where the package has it, else the country's own language."""
    entity = holidays.country_holidays(country)
    known = entity.supported_languages or ()
    return next((code for code in ENGLISH if code in known), entity.default_language)


def listed(country, region, observed):
    """Every (date, name) of a place."""
    with warnings.catch_warnings():
        # That a country's own data are shorter is written down below.
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            country,
            subdiv=region,
            years=range(FIRST, LAST + 1),
            language=language(country),
            observed=observed,
        )
    return {
        (date, name)
        for date in found
        if FIRST <= date.year <= LAST
        for name in found.get_list(date)
    }


def place(country, region):
    """{(kind, name): {dates}} of a place: `=` a holiday on its own day, `>` the day off in its stead."""
    own = listed(country, region, False)
    entries = {}
    for date, name in own | listed(country, region, True):
        kind = "=" if (date, name) in own else ">"
        if SUBSTITUTE.search(name):
            kind = ">"
        estimated = "~" if ESTIMATED.search(name) else ""
        swapped = SWAPPED.match(name)
        if swapped:
            # Work is moved to another day, here and there by decree: the day itself says where it came from.
            kind = ">"
            name = swapped[1] or "Day off"
        name = ESTIMATED.sub("", SUBSTITUTE.sub("", name)).strip()
        assert name and not re.search(r"[\t\n]", name), (country, region, date, name)
        entries.setdefault((kind + estimated, name), set()).add(date)
    return entries


def years(numbers):
    """13-19,21,23-37 from two-digit years."""
    numbers = sorted(numbers)
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{a:02}" if a == b else f"{a:02}-{b:02}" for a, b in runs)


def dates(days):
    """1225 for the same day of every year, else 1225:13-19,21 and so on, by day."""
    by_day = {}
    for day in days:
        by_day.setdefault(f"{day.month:02}{day.day:02}", set()).add(day.year % 100)
    every = set(range(FIRST % 100, LAST % 100 + 1))
    return " ".join(
        text if numbers == every else f"{text}:{years(numbers)}"
        for text, numbers in sorted(by_day.items())
    )


def generate():
    countries = holidays.list_supported_countries(include_aliases=False)
    sets, names, blocks = {}, {}, []

    def line(sign, kind, name, days):
        shared = sets.setdefault(dates(days), len(sets))
        named = names.setdefault(name, len(names))
        return f"{sign}{kind}{named}.{shared}"

    for country in sorted(countries):
        end = min(LAST, holidays.country_holidays(country).end_year)
        base = place(country, None)
        known = [(key, days) for key, days in sorted(base.items(), key=lambda e: (min(e[1]), e[0]))]
        blocks.append([f"{country}\t{end}"] + [line("", key[0], key[1], days) for key, days in known])
        for region in sorted(countries[country]):
            here = place(country, region)
            lines = []
            for key in sorted(set(base) | set(here)):
                more, less = here.get(key, set()) - base.get(key, set()), base.get(key, set()) - here.get(key, set())
                if more:
                    lines.append(line("+", key[0], key[1], more))
                if less:
                    lines.append(line("-", key[0], key[1], less))
            blocks.append([f"{country}-{region}\t{end}"] + lines)

    out = [
        "# Public holidays, made by scripts/holidays/generate.py; do not edit. crates/hours/data/README.md explains.",
        f"source holidays {holidays.__version__}",
        f"years {FIRST} {LAST}",
        f"names {len(names)}",
        *names,
        f"dates {len(sets)}",
        *sets,
        f"places {len(blocks)}",
        *(" ".join(block) for block in blocks),
    ]
    return "\n".join(out) + "\n"


def main():
    check = sys.argv[1:2] == ["--check"]
    path = pathlib.Path(sys.argv[-1])
    text = generate().encode()
    digest = hashlib.sha256(text).hexdigest()
    if check:
        same = path.read_bytes() == text
        print(f"{path}: {'as generated' if same else 'NOT what holidays ' + holidays.__version__ + ' gives'}")
        sys.exit(0 if same else 1)
    path.write_bytes(text)
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")
    print(f"{path}: {len(text)} bytes, holidays {holidays.__version__}, {FIRST} to {LAST}")


main()
