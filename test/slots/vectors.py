"""Writes vectors.json: slot queries, and the answers that the contract requires.

    python3 vectors.py [vectors.json]          needs Python 3.9 or newer, and tzdata from 2025 on

The oracle implements the contract sentence by sentence, plainly and not fast. It has no sets of intervals: it searches
the moments of a date, a gap and a rule's bound minute by minute, and compares each slot of the grid with each rule and
each event by itself. Zones come from zoneinfo; all of them change their clocks on whole minutes.
The seed is fixed: two runs write the same file.
"""

import json
import random
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


# ------------------------------------------------------------------------------------------------- clocks and dates

@lru_cache(maxsize=None)
def clock(zone, minute):
    """Returns the local date and minute of the day in a zone, at a minute since the epoch."""
    shown = datetime.fromtimestamp(minute * 60, timezone.utc).astimezone(ZoneInfo(zone))
    return shown.date(), shown.hour * 60 + shown.minute


def minutes_around(day):
    """Every minute that belongs to a date in any zone, and some before and after."""
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc).timestamp()) // 60
    return range(noon - 40 * 60, noon + 40 * 60)


@lru_cache(maxsize=None)
def first_moment(zone, day):
    """None if the zone skipped the date."""
    return next((minute * MINUTE for minute in minutes_around(day) if clock(zone, minute)[0] == day), None)


@lru_cache(maxsize=None)
def first_moment_of_next(zone, day):
    return next(minute * MINUTE for minute in minutes_around(day) if clock(zone, minute)[0] > day)


@lru_cache(maxsize=None)
def window_of(zone, first, last):
    """Returns the first moment of one date, and the first moment after the last moment of another."""
    start = next(minute for minute in minutes_around(first) if clock(zone, minute)[0] >= first)
    end = max(minute for minute in minutes_around(last) if clock(zone, minute)[0] <= last) + 1
    return start * MINUTE, end * MINUTE


@lru_cache(maxsize=None)
def moment_of_bound(zone, day, hours, minutes):
    if hours == 24:
        return first_moment_of_next(zone, day)
    wanted = (day, hours * 60 + minutes)
    for minute in minutes_around(day):
        if clock(zone, minute) == wanted:
            return minute * MINUTE  # the first pass
    for minute in minutes_around(day):
        if clock(zone, minute) > wanted:
            return minute * MINUTE  # it was in a gap, which ends here


@lru_cache(maxsize=None)
def grid_of(zone, day, interval):
    """Returns each instant at which the clock shows the date and a multiple of the interval after midnight."""
    found = []
    for minute in minutes_around(day):
        shown, minute_of_day = clock(zone, minute)
        until_next = -minute_of_day * MINUTE % interval
        if shown == day and until_next < MINUTE:
            found.append(minute * MINUTE + until_next)
    return found


def date_of(zone, instant):
    return clock(zone, instant // MINUTE)[0]


# ----------------------------------------------------------------------------------------------------- the contract

def parsed(text):
    return date(*map(int, text.split("-")))


def intervals_on(rules, day):
    by_date = [rule for rule in rules if rule["variant"]["type"] == "Date" and parsed(rule["variant"]["value"]) == day]
    by_weekday = [rule for rule in rules if rule["variant"]["value"] == WEEKDAYS[day.weekday()]]
    return [interval for rule in (by_date or by_weekday) for interval in rule["intervals"]]


def open_minutes(schedule, window):
    """Returns every minute in which a schedule is open. All bounds are on whole minutes."""
    found = set()
    day = date_of("UTC", window[0]) - timedelta(3)
    while day <= date_of("UTC", window[1]) + timedelta(3):
        for interval in intervals_on(schedule["rules"], day):
            start, end = (moment_of_bound(schedule["timezone"], day, time["hours"], time["minutes"])
                          for time in (interval["start"], interval["end"]))
            found.update(range(start // MINUTE, end // MINUTE))
        day += timedelta(1)
    return found


def overlap(a, b, c, d):
    """Returns whether [a, b) overlaps [c, d)."""
    return a < d and b > c


def is_available(host, blocking, opened, s, e):
    """Rule 1."""
    if host["availability"] == "Schedule":
        return all(minute in opened for minute in range(s // MINUTE, (e - 1) // MINUTE + 1))
    if host["availability"] == "Calendar":
        free = [event for event in host["events"] if event["calendar"] == "A" and not event["busy"]]
        points = {s} | {event["end"] for event in free if s <= event["end"] < e}
        covered = all(any(event["start"] <= point < event["end"] for event in free) for point in points)
        return covered and not any(overlap(s, e, event["start"], event["end"])
                                   for event in blocking if event["calendar"] == "A" and event["busy"])
    return False


def can_take(question, host, opened, s):
    e = s + question["duration"]
    group = question["multiPerson"]["variant"] == "group"
    blocking = [event for event in host["events"] if event["start"] < event["end"]
                and not (group and event["service"] == "S" and (event["start"], event["end"]) == (s, e))]
    before, after = host["buffers"]["S"]
    if not is_available(host, blocking, opened, s, e):
        return False
    for event in blocking:
        is_busy = event["busy"] and event["calendar"] in host["busy"]
        if is_busy or event["service"]:  # rule 2
            if overlap(s - before, e + after, event["start"], event["end"]):
                return False
        if event["service"]:  # rule 3
            its_before, its_after = host["buffers"].get(event["service"], (0, 0))
            if overlap(s, e, event["start"] - its_before, event["end"] + its_after):
                return False
    now, closest, furthest = question["now"], host["closest"], host["furthest"]  # rule 4
    return now + closest <= s and (furthest is None or s <= now + furthest)


def slots_of(question):
    zone, duration = question["zone"], question["duration"]
    first, last = map(parsed, question["dates"])
    window = window_of(zone, first, last)
    hosts, variant = question["hosts"], question["multiPerson"]["variant"]
    opened = {host["id"]: open_minutes(host["schedule"], window) for host in hosts if host["availability"] == "Schedule"}
    answer = {}
    for day in (first + timedelta(n) for n in range((last - first).days + 1)):
        slots = []
        for start in grid_of(zone, day, question["interval"]):
            if window[0] <= start and start + duration <= window[1]:
                ids = [host["id"] for host in hosts if can_take(question, host, opened.get(host["id"]), start)]
                if variant != "roundRobinAlgorithm" and len(ids) < len(hosts):
                    ids = []
                if variant == "group":
                    taken = sum(session["taken"] for session in question["sessions"]
                                if (session["start"], session["duration"]) == (start, duration))
                    if taken >= question["multiPerson"]["data"]:
                        ids = []
                if ids:
                    slots.append([start, "".join(ids)])
        if slots:
            answer[day.isoformat()] = slots
    return answer


# -------------------------------------------------------------------------------------------------------- questions

vectors = []


def add(name, zone, first, last, hosts, *, now=None, interval=30 * MINUTE, duration=30 * MINUTE, multi=None, sessions=(),
        short=False):
    day_text = (lambda day: f"{day.year}-{day.month}-{day.day}") if short else date.isoformat
    question = {"name": name, "zone": zone, "dates": [day_text(first), day_text(last)], "interval": interval,
                "duration": duration, "now": window_of(zone, first, last)[0] - DAY if now is None else now,
                "multiPerson": multi or {"variant": "roundRobinAlgorithm", "data": "availability"},
                "sessions": list(sessions), "hosts": hosts}
    answer = slots_of(question)
    vectors.append({**question, "answer": answer})
    return answer


def time(minutes):
    return {"hours": minutes // 60, "minutes": minutes % 60}


def between(*bounds):
    return [{"start": time(start), "end": time(end)} for start, end in bounds]


def every_day(*bounds):
    return [{"variant": {"type": "WDay", "value": day}, "intervals": between(*bounds)} for day in WEEKDAYS]


def on_date(day, *bounds):
    return {"variant": {"type": "Date", "value": day.isoformat()}, "intervals": between(*bounds)}


def host(ident="a", *, schedule=None, calendar=False, events=(), busy="B", buffers=None, closest=0, furthest=None):
    availability = "Schedule" if schedule else "Calendar" if calendar else "Empty"
    return {"id": ident, "availability": availability, **({"schedule": schedule} if schedule else {}), "events": list(events),
            "busy": busy, "buffers": {"S": (0, 0), **(buffers or {})}, "closest": closest, "furthest": furthest}


def event(start, end, calendar="B", busy=True, service=None):
    return {"start": start, "end": end, "calendar": calendar, "busy": busy, "service": service}


def open_between(start, end):
    return event(start, end, "A", False)


# Zones with a clock change, its date, and its minute of the day.
CHANGES = [
    ("Europe/Oslo", (2024, 3, 31), 120), ("Europe/Oslo", (2024, 10, 27), 120),
    ("America/New_York", (2024, 3, 10), 120), ("America/New_York", (2024, 11, 3), 60),
    ("America/Sao_Paulo", (2018, 11, 4), 0), ("America/Sao_Paulo", (2018, 2, 17), 1380),
    ("Australia/Lord_Howe", (2024, 4, 7), 90), ("Australia/Lord_Howe", (2024, 10, 6), 120),
    ("Pacific/Chatham", (2024, 4, 7), 165), ("Pacific/Chatham", (2024, 9, 29), 165),
    ("Africa/Cairo", (2024, 4, 26), 0), ("Africa/Cairo", (2024, 10, 31), 1380),
    ("Asia/Beirut", (2024, 3, 31), 0), ("Asia/Beirut", (2024, 10, 26), 1380),
    ("America/Havana", (2024, 3, 10), 0), ("America/Havana", (2024, 11, 3), 0),
    ("America/Santiago", (2024, 9, 8), 0), ("Asia/Tehran", (2022, 3, 22), 0),
    ("Australia/Eucla", (2008, 10, 26), 120), ("Australia/Eucla", (2009, 3, 29), 120),
    ("America/St_Johns", (2006, 4, 2), 0), ("America/St_Johns", (2006, 10, 29), 0), ("America/St_Johns", (2006, 10, 28), 1380),
    ("Antarctica/Casey", (2010, 3, 5), 60), ("Pacific/Apia", (2011, 12, 30), 0), ("Pacific/Fakaofo", (2011, 12, 30), 600),
    ("Antarctica/Troll", (2012, 3, 25), 60),
]
ODD = ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Eucla", "Pacific/Chatham", "Australia/Lord_Howe", "Pacific/Apia",
       "America/St_Johns", "Pacific/Marquesas", "UTC"]


def bounds_at_changes():
    """Schedules with a bound before, in and after each gap and overlap, and on midnight."""
    for i, (zone, day, minute) in enumerate(CHANGES):
        day = date(*day)
        for offset in (-30, 0, 20, 30, 45, 60):
            bound = min(max(minute + offset, 0), 1439)
            begins = bound < 30 or (offset + i) % 2 == 0 and offset != 30
            hours = (bound, min(bound + 90, 1440)) if begins else (max(bound - 60, 0), bound)
            hosts = [host(schedule={"timezone": zone, "rules": [on_date(day, hours)]})]
            add(f"bounds: {zone} {day} {offset:+}", zone, day - timedelta(1), day + timedelta(1), hosts,
                interval=15 * MINUTE, duration=[10, 15, 20][i % 3] * MINUTE, short=i % 2 == 0)
        viewer = ODD[i % len(ODD)]
        late = [on_date(day - timedelta(1), (1320, 1440)), on_date(day, (0, 90), (1350, 1440)), on_date(day + timedelta(1), (0, 60))]
        add(f"bounds: {zone} {day} over midnight", zone, day - timedelta(1), day + timedelta(1),
            [host(schedule={"timezone": zone, "rules": late})], duration=75 * MINUTE)
        add(f"bounds: {zone} {day} seen from {viewer}", viewer, day - timedelta(1), day + timedelta(1),
            [host(schedule={"timezone": zone, "rules": late})], duration=45 * MINUTE, interval=25 * MINUTE)
        add(f"bounds: {zone} {day} whole dates", zone, day - timedelta(1), day + timedelta(1),
            [host(schedule={"timezone": zone, "rules": every_day((0, 1440))})], duration=24 * HOUR, interval=2 * HOUR)


def grids_at_changes():
    """Queries in zones whose clocks change on the queried dates. The host is free for some hours around midnight."""
    for i, (zone, day, minute) in enumerate(CHANGES):
        day = date(*day)
        middle = (first_moment(zone, day) or first_moment_of_next(zone, day)) + minute * MINUTE
        free = [open_between(middle - 3 * HOUR, middle + 3 * HOUR)]
        for first, last in ((-1, 1), (0, 0), (-1, -1), (1, 1)):
            add(f"grid: {zone} {day} {first} … {last}", zone, day + timedelta(first), day + timedelta(last),
                [host(calendar=True, events=free)], interval=[20, 35, 45][i % 3] * MINUTE, duration=[20, 60][i % 2] * MINUTE)
    for zone in ODD:
        for first, last in ((date(2024, 2, 28), date(2024, 3, 1)), (date(2023, 12, 31), date(2023, 12, 31))):
            midnight = first_moment(zone, last)
            add(f"grid: {zone} {last}", zone, first, last, interval=50 * MINUTE, duration=HOUR, short=True,
                hosts=[host(calendar=True, events=[open_between(midnight - 5 * HOUR, midnight + 5 * HOUR + 1)])])


def edges():
    """One rule at a time, at the millisecond at which its result changes."""
    zone, day = "Asia/Kathmandu", date(2025, 3, 3)
    noon = first_moment(zone, day) + 12 * HOUR
    slot = (noon, noon + HOUR)
    free = open_between(noon - HOUR, noon + 3 * HOUR)
    buffers = {"S": (10 * MINUTE, 20 * MINUTE), "T": (15 * MINUTE, 5 * MINUTE), "W": (5 * MINUTE, 40 * MINUTE)}

    def edge(name, events=(), **more):
        given = {"calendar": True, "buffers": buffers, **{key: more.pop(key) for key in ("closest", "furthest") if key in more}}
        add(f"edge: {name}", zone, day, day, [host(events=[free, *events], **given)], interval=HOUR, duration=HOUR, **more)

    for service in (None, "S", "T", "U", "W"):
        for calendar in ("B", "X", "A"):
            for side in (-1, 1):
                for gap in (0, 5, 10, 15, 20, 40):
                    for ms in (-1, 0):
                        if (gap * 7 + ms + side + ord(calendar)) % 3 and calendar != "B":
                            continue
                        width = gap * MINUTE + ms
                        start, end = (slot[0] - width - 7, slot[0] - width) if side < 0 else (slot[1] + width, slot[1] + width + 7)
                        edge(f"{service} in {calendar}, {width} ms {'before' if side < 0 else 'after'}",
                             [event(start, end, calendar, True, service)])
    for service in (None, "S", "T"):
        edge(f"no duration, {service}", [event(noon + MINUTE, noon + MINUTE, "B", True, service)])
        edge(f"no duration in the availability, {service}", [event(noon + MINUTE, noon + MINUTE, "A", True, service)])
        edge(f"not busy, {service}", [event(noon, noon + HOUR, "B", False, service)])
        edge(f"touching in the availability, {service}", [event(noon + 3 * HOUR, noon + 4 * HOUR, "A", False, service)])
    for off in (-1, 0, 1):
        edge(f"closest {off}", now=noon - 45 * MINUTE, closest=45 * MINUTE + off)
        edge(f"furthest {off}", now=noon - 45 * MINUTE, furthest=45 * MINUTE + off)
        edge(f"nearest is furthest {off}", now=noon - 45 * MINUTE, closest=45 * MINUTE, furthest=45 * MINUTE + off)
        edge(f"now {off}", now=noon + off)
        for name, start, end in (("begins", noon + off, noon + HOUR), ("ends", noon, noon + HOUR + off)):
            add(f"edge: the availability {name} {off}", zone, day, day, interval=HOUR, duration=HOUR,
                hosts=[host(calendar=True, events=[open_between(start, end)])])
    last = window_of(zone, day, day)[1]
    for off in (-1, 0, 1):
        for end in (day, day + timedelta(1)):
            add(f"edge: the window's end {off}, to {end}", zone, day, end, interval=HOUR, duration=HOUR + off,
                hosts=[host(calendar=True, events=[open_between(last - 2 * HOUR, last + 2 * HOUR)])])
    add("edge: a Date rule closes the date", "Europe/Oslo", date(2025, 1, 6), date(2025, 1, 8), interval=HOUR, duration=HOUR,
        hosts=[host(schedule={"timezone": "Europe/Oslo", "rules": [*every_day((540, 660)), on_date(date(2025, 1, 7))]})])
    add("edge: a Date rule stands in place", "Europe/Oslo", date(2025, 1, 6), date(2025, 1, 8), interval=HOUR, duration=HOUR,
        hosts=[host(schedule={"timezone": "Europe/Oslo", "rules": [on_date(date(2025, 1, 7), (600, 720), (1380, 1440)), *every_day((540, 660))]})])
    add("edge: nobody", zone, day, day, [])
    add("edge: a collective of nobody", zone, day, day, [], multi={"variant": "collective"})
    add("edge: Empty", zone, day, day, [host()])


def groups():
    """Sessions with seats: open to others at exactly their slot, and busy for every other slot that overlaps them."""
    zone, day = "Australia/Eucla", date(2025, 5, 5)
    noon = first_moment(zone, day) + 12 * HOUR
    free = open_between(noon - 2 * HOUR, noon + 4 * HOUR)
    for gap in (0, 10, 30):
        for calendar in ("A", "B", "X"):
            for others in ((), (HOUR,), (HOUR + 30 * MINUTE,), (HOUR + gap * MINUTE,), (HOUR + gap * MINUTE - MINUTE,), (-HOUR - gap * MINUTE, HOUR)):
                for taken in (1, 3):
                    if taken == 3 and others:
                        continue
                    starts = [noon, *(noon + other for other in others)]
                    booked = [event(start, start + HOUR, calendar, True, "S") for start in starts]
                    hosts = [host("a", calendar=True, events=[free, *booked], buffers={"S": (gap * MINUTE, 5 * MINUTE)}),
                             host("b", calendar=True, events=[free, *(booked if gap else booked[1:])])][:2 if calendar == "B" else 1]
                    sessions = [{"start": start, "duration": HOUR, "taken": taken} for start in starts]
                    add(f"group: {taken} taken in {calendar}, gap {gap}, others {others}", zone, day, day, hosts,
                        interval=[30, 10][gap == 10] * MINUTE, duration=HOUR, multi={"variant": "group", "data": 3}, sessions=sessions)
    for name, booked, session in (
            ("another duration", event(noon, noon + 2 * HOUR, "B", True, "S"), {"start": noon, "duration": 2 * HOUR, "taken": 1}),
            ("full in another duration", event(noon, noon + 2 * HOUR, "X", True, "S"), {"start": noon, "duration": 2 * HOUR, "taken": 9}),
            ("another service", event(noon, noon + HOUR, "B", True, "T"), None),
            ("no service", event(noon, noon + HOUR), None),
            ("made directly", event(noon, noon + HOUR, "B", True, "S"), None),
            ("made directly, not busy", event(noon, noon + HOUR, "A", False, "S"), None),
            ("full in another duration, without an event", open_between(noon, noon), {"start": noon, "duration": 2 * HOUR, "taken": 2}),
            ("full without an event", open_between(noon, noon + HOUR), {"start": noon, "duration": HOUR, "taken": 2})):
        for variant in ({"variant": "group", "data": 2}, {"variant": "collective"}):
            add(f"group: {name}, {variant['variant']}", zone, day, day, interval=HOUR, duration=HOUR, multi=variant,
                hosts=[host(calendar=True, events=[free, booked])], sessions=[session] if session else [])


ZONES = ["UTC", "Europe/Oslo", "Europe/London", "America/New_York", "America/Sao_Paulo", "America/Havana", "Africa/Cairo",
         "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney",
         "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Asia/Tokyo"]


def random_host(dice, ident, window):
    def around(least, most):
        start = dice.randrange(window[0] - 12 * HOUR, window[1] + 12 * HOUR)
        start -= dice.choice([start % (15 * MINUTE), start % (15 * MINUTE), start % MINUTE, 0])
        return start, start + dice.randint(least, most) * dice.choice([15 * MINUTE, 15 * MINUTE, MINUTE, 1])

    events = [event(*around(0, 8), dice.choice("ABBX"), dice.random() < 0.8, dice.choice([None, None, "S", "T", "U"]))
              for _ in range(dice.randint(0, 8))]
    shape = dice.choice(["Schedule", "Schedule", "Calendar"])
    schedule = None
    if shape == "Calendar":
        events += [open_between(*around(8, 60)) for _ in range(dice.randint(1, 4))]
    else:
        def some():
            cuts = sorted(dice.sample(range(0, 1441, dice.choice([5, 30, 60])), 2 * dice.randint(1, 3)))
            return list(zip(cuts[::2], cuts[1::2]))

        rules = [{"variant": {"type": "WDay", "value": day}, "intervals": between(*some())}
                 for day in WEEKDAYS if dice.random() < 0.7]
        first = date_of("UTC", window[0])
        rules += [on_date(first + timedelta(n), *(some() if dice.random() < 0.6 else [])) for n in range(3) if dice.random() < 0.3]
        schedule = {"timezone": dice.choice(ZONES), "rules": rules}
    buffers = {service: (dice.choice([0, 0, 5, 30]) * MINUTE, dice.choice([0, 0, 10, 45]) * MINUTE) for service in "ST"}
    return host(ident, schedule=schedule, calendar=shape == "Calendar", events=events, buffers=buffers,
                closest=dice.choice([0, 0, 36 * HOUR]), furthest=dice.choice([None, None, 3 * DAY, 50 * HOUR + 1]))


def random_vectors(dice, number):
    while number:
        zone = dice.choice(ZONES)
        changes = [change for change in CHANGES if change[0] == zone]
        first = date(2003, 1, 1) + timedelta(dice.randrange(8000))
        if changes and dice.random() < 0.5:
            first = date(*dice.choice(changes)[1]) - timedelta(dice.randint(0, 1))
        last = first + timedelta(dice.choice([0, 1, 1, 2]))
        window = window_of(zone, first, last)
        hosts = [random_host(dice, ident, window) for ident in "abcd"[:dice.choice([1, 1, 2, 3, 4])]]
        duration = dice.choice([15, 30, 45, 60, 90, 180]) * MINUTE + dice.choice([0, 0, 0, 1])
        interval = dice.choice([20, 30, 45, 60, 90, 120]) * MINUTE + dice.choice([0, 0, 0, 1])
        multi = dice.choice([None, None, {"variant": "collective"}, {"variant": "group", "data": 2}])
        grid = [start for n in range((last - first).days + 1) for start in grid_of(zone, first + timedelta(n), interval)]
        sessions = [{"start": start, "duration": duration, "taken": dice.randint(1, 2)}
                    for start in sorted(set(dice.choices(grid, k=3)))] if multi and grid else []
        for session in sessions:
            for one in hosts:
                one["events"].append(event(session["start"], session["start"] + duration, dice.choice("ABX"), True, "S"))
        answer = add("random", zone, first, last, hosts, now=window[0] - dice.choice([0, DAY, DAY + 1]), interval=interval,
                     duration=duration, multi=multi, sessions=sessions, short=dice.random() < 0.3)
        if answer and sum(map(len, answer.values())) < 40 or dice.random() < 0.05:
            number -= 1
        else:
            vectors.pop()


def short(vector):
    """A vector in the form of the file: rules as [day, [start, end], …] in minutes, events as lists."""
    def minutes(bound):
        return bound["hours"] * 60 + bound["minutes"]

    def short_host(one):
        schedule = one.pop("schedule", None)
        rules = schedule and {"zone": schedule["timezone"], "rules": [
            [rule["variant"]["value"], *([minutes(pair["start"]), minutes(pair["end"])] for pair in rule["intervals"])]
            for rule in schedule["rules"]]}
        return {**one, **({"schedule": rules} if rules else {}), "events": [list(event.values()) for event in one["events"]]}

    return {**vector, "hosts": [short_host(one) for one in vector["hosts"]]}


def main():
    bounds_at_changes()
    grids_at_changes()
    edges()
    groups()
    random_vectors(random.Random(1440), 280)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("vectors.json")
    target.write_text("[\n" + ",\n".join(json.dumps(short(vector), separators=(",", ":")) for vector in vectors) + "\n]\n")
    kinds = Counter((vector["name"].split(":")[0], bool(vector["answer"])) for vector in vectors)
    zones = {vector["zone"] for vector in vectors}
    print(f"{len(vectors)} vectors in {len(zones)} zones")
    for kind in sorted({kind for kind, _ in kinds}):
        print(f"  {kind}: {kinds[kind, True]}, and {kinds[kind, False]} without slots")


main()
