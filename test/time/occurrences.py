"""Writes occurrences.json: series with exceptions, and their occurrences in windows, as two oracles agree on them.

    python3 occurrences.py [occurrences.json]     needs python3-recurring-ical-events, -icalendar, -dateutil and tzdata

The first oracle is recurring_ical_events, which reads the series as iCalendar, with EXDATE and RECURRENCE-ID. The second is
dateutil's rrule on the wall clock, with zoneinfo. A case that they do not agree on is left out, and counted. The seed is fixed.

A vector is [kind, zone, week start, start, duration, rule, exdates, overrides, window, occurrences]. An override is
[original start, start, duration]; an occurrence is [start, end, original start], or the start alone where it is as the series
says. Times are in milliseconds. A series of whole days is one of midnights in UTC.
"""

import json
import random
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil import rrule
from icalendar import Calendar

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HOUR, DAY = 3_600_000, 86_400_000
ZONES = ["Europe/Oslo", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Tokyo",
         "Pacific/Auckland", "America/Sao_Paulo", "Africa/Casablanca", "UTC"]
# Days on which clocks change, somewhere in these zones.
CHANGES = [datetime(2024, 3, 31), datetime(2024, 10, 27), datetime(2024, 3, 10), datetime(2024, 11, 3), datetime(2024, 4, 7),
           datetime(2024, 10, 6), datetime(2024, 9, 29)]


def ms(moment):
    return (moment.astimezone(timezone.utc) - EPOCH) // timedelta(milliseconds=1)


def at(ts, zone=timezone.utc):
    return (EPOCH + timedelta(milliseconds=ts)).astimezone(zone)


def rule_text(rule, week_start):
    parts = [f"FREQ={rule['freq'].upper()}", f"INTERVAL={rule['interval']}", f"WKST={CODES[WEEKDAYS.index(week_start)]}"]
    if "count" in rule:
        parts.append(f"COUNT={rule['count']}")
    if "until" in rule:
        parts.append(f"UNTIL={at(rule['until']):%Y%m%dT%H%M%SZ}")
    if "byweekday" in rule:
        parts.append("BYDAY=" + ",".join(day[:-3] + CODES[WEEKDAYS.index(day[-3:])] for day in rule["byweekday"]))
    for name in ("bymonthday", "bysetpos"):
        if name in rule:
            parts.append(f"{name.upper()}=" + ",".join(map(str, rule[name])))
    return ";".join(parts)


def starts(case, to):
    """The starts that the rule gives, by dateutil on the wall clock, and zoneinfo."""
    zone = ZoneInfo(case["zone"])
    local = at(case["start"], zone).replace(tzinfo=None)
    rule = {**case["rule"]}
    until = rule.pop("until", None)
    text = rule_text(rule, case["weekStart"])
    found = []
    for moment in rrule.rrulestr(text, dtstart=local):
        ts = ms(moment.replace(tzinfo=zone))
        if ts > to or (until is not None and ts > until):
            break
        found.append(ts)
    return found


def by_dateutil(case):
    begin, end = case["window"]
    moved = {original: (start, start + duration) for original, start, duration in case["overrides"]}
    far = max([end, *moved]) + 3 * DAY
    found = []
    for original in starts(case, far):
        if original in case["exdates"]:
            continue
        start, finish = moved.get(original, (original, original + case["duration"]))
        if start < end and finish > begin:
            found.append([start, finish, original])
    return sorted(found, key=lambda one: (one[0], one[2]))


def by_ical(case):
    zone, whole = ZoneInfo(case["zone"]), case["whole"]

    def local(ts):
        return f";VALUE=DATE:{at(ts):%Y%m%d}" if whole else f";TZID={case['zone']}:{at(ts, zone):%Y%m%dT%H%M%S}"

    def moment(ts):
        return f";VALUE=DATE:{at(ts):%Y%m%d}" if whole else f":{at(ts):%Y%m%dT%H%M%SZ}"

    def duration(length):
        return f"P{length // DAY}D" if whole else f"PT{length // 60_000}M"

    rule = rule_text(case["rule"], case["weekStart"])
    if whole and "until" in case["rule"]:
        rule = rule.replace("T000000Z", "")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", "UID:one", "DTSTAMP:20200101T000000Z",
             f"DTSTART{local(case['start'])}", f"DURATION:{duration(case['duration'])}", f"RRULE:{rule}"]
    lines += [f"EXDATE{local(ts)}" for ts in case["exdates"]] + ["END:VEVENT"]
    for original, start, length in case["overrides"]:
        lines += ["BEGIN:VEVENT", "UID:one", "DTSTAMP:20200101T000000Z", f"SUMMARY:{original}", f"RECURRENCE-ID{local(original)}",
                  f"DTSTART{moment(start)}", f"DURATION:{duration(length)}", "END:VEVENT"]
    calendar = Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]))
    found = []
    for event in recurring_ical_events.of(calendar).between(*map(at, case["window"])):
        start, end = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
        if whole:
            start = datetime(start.year, start.month, start.day, tzinfo=timezone.utc)
            end = datetime(end.year, end.month, end.day, tzinfo=timezone.utc)
        found.append([ms(start), ms(end), int(event["SUMMARY"]) if "SUMMARY" in event else ms(start)])
    return sorted(found, key=lambda one: (one[0], one[2]))


def rule_of(pick):
    freq = pick(["daily", "weekly", "weekly", "monthly"])
    rule = {"freq": freq, "interval": pick([1, 1, 2, 3])}
    if freq == "weekly" and pick([True, False]):
        rule["byweekday"] = sorted({pick(WEEKDAYS) for _ in range(3)}, key=WEEKDAYS.index)
    if freq == "monthly":
        rule.update(pick([{}, {"bymonthday": [pick([1, 15, 28, -1])]}, {"byweekday": [pick(["1Mon", "2Tue", "-1Fri"])]},
                          {"byweekday": WEEKDAYS[:5], "bysetpos": [pick([1, -1])]}]))
    return rule


KINDS = ["moved within", "moved out", "moved in", "onto another", "over a change of clocks", "longer", "cancelled", "first and last"]


def case_of(kind, source, whole):
    pick = source.choice
    zone = "UTC" if whole else pick(ZONES)
    near = pick(CHANGES) if kind == "over a change of clocks" else datetime(2024, pick(range(1, 13)), pick(range(1, 29)))
    time = timedelta() if whole else timedelta(hours=pick([0, 1, 2, 3, 9, 18, 23]), minutes=pick([0, 30]))
    local = near - timedelta(days=pick(range(1, 30))) + time
    start = ms(local.replace(tzinfo=ZoneInfo(zone)))
    duration = DAY * pick([1, 1, 2, 3]) if whole else HOUR * pick([1, 2, 26])
    case = {"zone": zone, "weekStart": pick(["Mon", "Mon", "Sun"]), "start": start, "duration": duration, "rule": rule_of(pick),
            "whole": whole, "exdates": [], "overrides": []}
    case["window"] = [start, start + 400 * DAY]
    all_starts = starts(case, start + 400 * DAY)
    if all_starts[:1] != [start] or len(all_starts) < 8:
        return None
    if pick([True, False]):
        case["rule"]["count"] = pick(range(5, min(40, len(all_starts))))
        all_starts = all_starts[:case["rule"]["count"]]
    elif pick([True, False]):
        case["rule"]["until"] = all_starts[min(len(all_starts) - 1, pick(range(5, 40)))]
        all_starts = [ts for ts in all_starts if ts <= case["rule"]["until"]]
    middle = pick(range(1, len(all_starts) - 1))
    begin = all_starts[middle] - pick([0, DAY, 3 * DAY])
    end = begin + DAY * pick([7, 14, 31])
    if not whole:
        begin, end = begin - HOUR * pick([0, 5]), end + HOUR * pick([0, 7])
    case["window"] = [begin, end]
    inside = [ts for ts in all_starts if begin <= ts < end] or [all_starts[middle]]
    outside = [ts for ts in all_starts if not begin <= ts < end] or all_starts
    step = DAY if whole else HOUR

    def override(original, to, length=duration):
        if original not in [one[0] for one in case["overrides"]]:
            case["overrides"].append([original, to, length])

    if kind == "moved within":
        override(pick(inside), pick(inside) + step * pick([1, 2, -1]))
    elif kind == "moved out":
        for _ in range(2):
            override(pick(inside), pick([begin - 2 * duration, end, end + 9 * DAY, begin - 90 * DAY - duration]))
    elif kind == "moved in":
        for _ in range(2):
            override(pick(outside), pick([begin, begin - duration + step, end - step, begin + 2 * DAY]))
    elif kind == "onto another":
        one = pick(all_starts)
        override(one, pick([ts for ts in all_starts if ts != one]))
    elif kind == "over a change of clocks":
        change = ms(near.replace(tzinfo=ZoneInfo(zone)))
        override(pick(all_starts), change if whole else change + HOUR * pick([0, 1, 2, 3]) + HOUR // 2 * pick([0, 1]))
    elif kind == "longer":
        override(pick(all_starts), pick(inside) - step, duration + step * pick([1, 40]))
    elif kind == "cancelled":
        case["exdates"] = sorted(source.sample(all_starts, min(3, len(all_starts))))
        left = [ts for ts in all_starts if ts not in case["exdates"]]
        if left:
            override(pick(left), pick(case["exdates"]))
    else:
        override(all_starts[0], pick(inside) + step)
        override(all_starts[-1], pick(inside) - step)
    case["overrides"].sort()
    return case


def short(occurrence, duration):
    start, end, original = occurrence
    return start if original == start and end - start == duration else occurrence


def main(target):
    source = random.Random(22)
    vectors, kept, differ = [], Counter(), Counter()
    while min((kept[kind, whole] for kind in KINDS for whole in (False, True)), default=0) < 45:
        kind, whole = source.choice(KINDS), source.random() < 0.4
        if kept[kind, whole] >= 52:
            continue
        case = case_of(kind, source, whole)
        if not case:
            continue
        ours = by_dateutil(case)
        if ours != by_ical(case):
            differ[kind] += 1
            continue
        kept[kind, whole] += 1
        vectors.append([f"{kind}, whole days" if whole else kind, case["zone"], case["weekStart"], case["start"], case["duration"],
                        case["rule"], case["exdates"], case["overrides"], case["window"], [short(one, case["duration"]) for one in ours]])
    rows = ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in vectors)
    Path(target).write_text(f"[\n{rows}\n]\n")
    print(f"{len(vectors)} vectors; left out, because the oracles differ: {dict(differ)}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("occurrences.json"))
