"""Writes vectors.json: recurrences, and their instances according to RFC 5545, 3.3.10.

    python3 vectors.py [vectors.json]          needs python-dateutil, and tzdata from 2022 on

The oracle implements the RFC's table a second time, plainly and not fast: it checks every day of every period.
While it runs, it is compared with the instances that the RFC prints (3.8.5.3), and with the days that dateutil
returns, except where dateutil contradicts the table (see `dateutil_can`). Zones come from zoneinfo, whose fold=0 is
the RFC's rule for times in a gap and in an overlap. The seed is fixed: two runs write the same file.
"""

import json
import random
import sys
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import rrule

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December"]
DAY = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# ---------------------------------------------------------------------------------------------------- the oracle

def ms(moment):
    return (moment - EPOCH) // timedelta(milliseconds=1)


def instant(day, time, zone, fold=0):
    return ms(datetime.combine(day, time, ZoneInfo(zone)).replace(fold=fold).astimezone(timezone.utc))


def split(weekday):
    return WEEKDAYS.index(weekday[-3:]), int(weekday[:-3] or 0)


def month_of(value):
    return value if isinstance(value, int) else MONTHS.index(value) + 1


@lru_cache(maxsize=None)
def week_numbers(year, wkst):
    """Each day of the week-numbering year: its week's number, and the same counted from the end."""
    first = date(year, 1, 1)
    while first.weekday() != wkst:
        first -= timedelta(1)
    weeks = []
    while True:
        week = [first + timedelta(i) for i in range(7)]
        in_year = sum(day.year == year for day in week)
        if in_year >= 4:
            weeks.append(week)
        elif weeks:
            break
        first += timedelta(7)
    return {day: (i + 1, i - len(weeks)) for i, week in enumerate(weeks) for day in week}


def week_number(day, wkst):
    return next(weeks[day] for year in (day.year - 1, day.year, day.year + 1)
                if day in (weeks := week_numbers(year, wkst)))


@lru_cache(maxsize=None)
def days_of_month(year, month):
    first = date(year, month, 1)
    return [day for i in range(31) if (day := first + timedelta(i)).month == month]


@lru_cache(maxsize=None)
def days_of_year(year):
    return [day for month in range(1, 13) for day in days_of_month(year, month)]


def both_ends(index, things):
    """Returns the position of an index, counted from the start and from the end of a list."""
    return {index + 1, index - len(things)}


def matches(day, rule, start, wkst):
    freq = rule["freq"]
    month, year = days_of_month(day.year, day.month), days_of_year(day.year)
    has = {name for name in rule if name.startswith("by") and rule[name]}

    # The start supplies every part that the rule leaves open.
    if not has & {"bymonthday", "byyearday", "byweekday"}:
        if freq == "weekly" or "byweekno" in has:
            if day.weekday() != start.weekday():
                return False
        elif freq == "monthly" or (freq == "yearly" and "bymonth" in has):
            if day.day != start.day:
                return False
        elif freq == "yearly":
            if (day.month, day.day) != (start.month, start.day):
                return False

    if "bymonth" in has and day.month not in map(month_of, rule["bymonth"]):
        return False
    if "byweekno" in has and not set(week_number(day, wkst)) & set(rule["byweekno"]):
        return False
    if "byyearday" in has and not both_ends((day - year[0]).days, year) & set(rule["byyearday"]):
        return False
    if "bymonthday" in has and not both_ends(day.day - 1, month) & set(rule["bymonthday"]):
        return False
    if "byweekday" in has:
        wanted = {ordinal for weekday, ordinal in map(split, rule["byweekday"]) if weekday == day.weekday()}
        among = month if freq == "monthly" or "bymonth" in has else year
        if wanted and 0 not in wanted:
            same = [other for other in among if other.weekday() == day.weekday()]
            wanted &= both_ends(same.index(day), same)
        if not wanted:
            return False
    return True


def periods(rule, start, wkst):
    """Yields the days of each period of the rule, from the period of the start on."""
    step = rule["interval"]
    k = 0
    while True:
        if rule["freq"] == "daily":
            yield [start + timedelta(k * step)]
        elif rule["freq"] == "weekly":
            first = start - timedelta((start.weekday() - wkst) % 7) + timedelta(7 * k * step)
            yield [first + timedelta(i) for i in range(7)]
        elif rule["freq"] == "monthly":
            months = start.year * 12 + start.month - 1 + k * step
            yield days_of_month(months // 12, months % 12 + 1)
        else:
            yield days_of_year(start.year + k * step)
        k += 1


def days(rule, start, wkst, last):
    """Returns the days of the series in order, up to `last`, ignoring `until`."""
    found = []
    for period in periods(rule, start, wkst):
        if period[0] > last:
            return found
        chosen = [day for day in period if matches(day, rule, start, wkst)]
        if rule.get("bysetpos"):
            chosen = [day for i, day in enumerate(chosen) if both_ends(i, chosen) & set(rule["bysetpos"])]
        for day in chosen:
            if start <= day <= last:
                found.append(day)
                if len(found) == rule.get("count"):
                    return found


def starts(series, last):
    """Returns all starts up to a day, including those in `exdates`."""
    zone, rule, start_ts = ZoneInfo(series["zone"]), series["recurrence"], series["startTs"]
    local = (EPOCH + timedelta(milliseconds=start_ts)).astimezone(zone)
    wkst = WEEKDAYS.index(series["weekStart"])
    found = []
    for day in days(rule, local.date(), wkst, last):
        ts = start_ts if day == local.date() else instant(day, local.time(), series["zone"])
        if ts <= rule.get("until", ts) and ts not in found[-1:]:
            found.append(ts)
    return found


def in_window(series, window, last):
    begin, end = window
    return [ts for ts in starts(series, last)
            if ts < end and (ts + series["duration"] > begin or ts >= begin) and ts not in series["exdates"]]


# ------------------------------------------------------------------------------------------------------ dateutil

def dateutil_can(rule):
    """False where dateutil 2.9 is known to contradict the RFC's table."""
    by_day = [split(value)[1] for value in rule.get("byweekday", [])]
    if any(by_day) and not all(by_day):
        return False  # plain and ordinal weekdays are intersected, not united
    if rule["freq"] == "weekly" and rule.get("bysetpos"):
        return False  # positions count from the start in a first, partial week (dateutil #1398)
    if rule.get("byweekno"):
        if any(abs(number) > 51 or number in (1, -1) for number in rule["byweekno"]):
            return False  # the turn of the year (dateutil #1537)
        if not any(rule.get(name) for name in ("byweekday", "bymonthday", "byyearday")):
            return False  # gives all days of the week, not the start's
    if rule.get("bysetpos"):
        if len({abs(n) for n in rule["bysetpos"]}) != len(rule["bysetpos"]):
            return False  # a day found from both ends counts twice
        if any(n < -1 for n in rule["bysetpos"]):
            return False  # a position out of range picks the first day
    return True


def by_dateutil(rule, start, wkst, last):
    names = ("interval", "count", "bymonthday", "byyearday", "byweekno", "bysetpos")
    options = {name: rule[name] for name in names if rule.get(name)}
    if rule.get("bymonth"):
        options["bymonth"] = [month_of(value) for value in rule["bymonth"]]
    if rule.get("byweekday"):
        options["byweekday"] = [rrule.weekday(day, ordinal or None) for day, ordinal in map(split, rule["byweekday"])]
    found = rrule.rrule(getattr(rrule, rule["freq"].upper()), dtstart=datetime.combine(start, datetime.min.time()),
                        wkst=wkst, until=datetime.combine(last, datetime.min.time()) if "count" not in rule else None,
                        **options)
    return [day for moment in found if (day := moment.date()) <= last]


# ----------------------------------------------------------------------------------------------------- the cases

vectors = []
checked_by_dateutil = 0


def series_of(recurrence, zone, start_ts, week_start="Mon", duration=3_600_000, exdates=()):
    return {"zone": zone, "weekStart": week_start, "startTs": start_ts, "duration": duration,
            "recurrence": recurrence, "exdates": sorted(exdates)}


def check(series, last):
    global checked_by_dateutil
    rule = series["recurrence"]
    if not dateutil_can(rule):
        return
    start = (EPOCH + timedelta(milliseconds=series["startTs"])).astimezone(ZoneInfo(series["zone"])).date()
    wkst = WEEKDAYS.index(series["weekStart"])
    ours, theirs = days(rule, start, wkst, last), by_dateutil(rule, start, wkst, last)
    assert ours == theirs, (series, ours[:9], theirs[:9])
    checked_by_dateutil += 1


def add(name, series, window, last=None):
    last = last or (EPOCH + timedelta(milliseconds=window[1])).date() + timedelta(2)
    check(series, last)
    found = in_window(series, window, last)
    vectors.append({"name": name, **series, "window": window, "starts": found})
    return found


def dates(text):
    """'1997-09-02 04; 10-02' is 2 and 4 September and 2 October 1997; 02..05 is a range."""
    year = month = 0
    found = []
    for part in text.split(";"):
        for word in part.split():
            first, *_, to = word.split("..") if ".." in word else (word, None)
            numbers = [int(number) for number in first.split("-")]
            year, month, day = [year, month][:3 - len(numbers)] + numbers
            found += [date(year, month, n) for n in range(day, int(to or day) + 1)]
    return found


NEW_YORK = "America/New_York"


def new_york(text, hour=9):
    return [instant(day, datetime.min.time().replace(hour=hour), NEW_YORK) for day in dates(text)]


def rfc(name, rule, printed, start=None, week_start="Mon", exdates=()):
    """Adds an example of RFC 5545, 3.8.5.3, and compares it with the printed days, from the start to the last of them."""
    expected = new_york(printed)
    start_ts = new_york(start)[0] if start else expected[0]
    series = series_of(rule, NEW_YORK, start_ts, week_start, exdates=exdates)
    ends = "count" in rule or "until" in rule
    end = expected[-1] + (400 * DAY if ends else 1)
    assert add(f"rfc: {name}", series, [start_ts, end]) == expected, name


def utc(*parts):
    return ms(datetime(*parts, tzinfo=timezone.utc))


def rfc_examples():
    christmas = utc(1997, 12, 24)
    every = dict(interval=1)
    rfc("daily for 10", dict(freq="daily", count=10, **every), "1997-09-02..11")
    rfc("daily until December 24", dict(freq="daily", until=christmas, **every),
        "1997-09-02..30; 10-01..31; 11-01..30; 12-01..23")
    rfc("every other day", dict(freq="daily", interval=2),
        "1997-09-02 04 06 08 10 12 14 16 18 20 22 24 26 28 30; 10-02 04 06")
    rfc("every 10 days, 5 times", dict(freq="daily", interval=10, count=5), "1997-09-02 12 22; 10-02 12")
    januaries = "1998-01-01..31; 1999-01-01..31; 2000-01-01..31"
    until = utc(2000, 1, 31, 14)
    rfc("every day in January, yearly", dict(freq="yearly", until=until, bymonth=["January"], byweekday=WEEKDAYS, **every),
        januaries)
    rfc("every day in January, daily", dict(freq="daily", until=until, bymonth=[1], **every), januaries)
    tuesdays = "1997-09-02 09 16 23 30; 10-07 14 21 28; 11-04"
    rfc("weekly for 10", dict(freq="weekly", count=10, **every), tuesdays)
    rfc("weekly until December 24", dict(freq="weekly", until=christmas, **every), tuesdays + " 11 18 25; 12-02 09 16 23")
    rfc("every other week", dict(freq="weekly", interval=2),
        "1997-09-02 16 30; 10-14 28; 11-11 25; 12-09 23; 1998-01-06 20; 02-03 17", week_start="Sun")
    ten = "1997-09-02 04 09 11 16 18 23 25 30; 10-02"
    rfc("Tuesday and Thursday for 5 weeks, until", dict(freq="weekly", until=utc(1997, 10, 7), byweekday=["Tue", "Thu"], **every),
        ten, week_start="Sun")
    rfc("Tuesday and Thursday for 5 weeks, count", dict(freq="weekly", count=10, byweekday=["Tue", "Thu"], **every), ten,
        week_start="Sun")
    rfc("every other week on Mon, Wed, Fri until December 24",
        dict(freq="weekly", interval=2, until=christmas, byweekday=["Mon", "Wed", "Fri"]),
        "1997-09-01 03 05 15 17 19 29; 10-01 03 13 15 17 27 29 31; 11-10 12 14 24 26 28; 12-08 10 12 22", week_start="Sun")
    rfc("every other week on Tue, Thu, 8 times", dict(freq="weekly", interval=2, count=8, byweekday=["Tue", "Thu"]),
        "1997-09-02 04 16 18 30; 10-02 14 16", week_start="Sun")
    fridays = "1997-09-05; 10-03; 11-07; 12-05"
    rfc("first Friday for 10", dict(freq="monthly", count=10, byweekday=["1Fri"], **every),
        fridays + "; 1998-01-02; 02-06; 03-06; 04-03; 05-01; 06-05")
    rfc("first Friday until December 24", dict(freq="monthly", until=christmas, byweekday=["1Fri"], **every), fridays)
    rfc("every other month on the first and last Sunday",
        dict(freq="monthly", interval=2, count=10, byweekday=["1Sun", "-1Sun"]),
        "1997-09-07 28; 11-02 30; 1998-01-04 25; 03-01 29; 05-03 31")
    rfc("second-to-last Monday", dict(freq="monthly", count=6, byweekday=["-2Mon"], **every),
        "1997-09-22; 10-20; 11-17; 12-22; 1998-01-19; 02-16")
    rfc("third-to-last day", dict(freq="monthly", bymonthday=[-3], **every),
        "1997-09-28; 10-29; 11-28; 12-29; 1998-01-29; 02-26")
    rfc("2nd and 15th", dict(freq="monthly", count=10, bymonthday=[2, 15], **every),
        "1997-09-02 15; 10-02 15; 11-02 15; 12-02 15; 1998-01-02 15")
    rfc("first and last day", dict(freq="monthly", count=10, bymonthday=[1, -1], **every),
        "1997-09-30; 10-01 31; 11-01 30; 12-01 31; 1998-01-01 31; 02-01")
    rfc("every 18 months on the 10th to 15th", dict(freq="monthly", interval=18, count=10, bymonthday=[10, 11, 12, 13, 14, 15]),
        "1997-09-10..15; 1999-03-10..13")
    rfc("every Tuesday, every other month", dict(freq="monthly", interval=2, byweekday=["Tue"]),
        "1997-09-02 09 16 23 30; 11-04 11 18 25; 1998-01-06 13 20 27; 03-03 10 17 24 31")
    rfc("June and July", dict(freq="yearly", count=10, bymonth=["June", "July"], **every),
        "1997-06-10; 07-10; 1998-06-10; 07-10; 1999-06-10; 07-10; 2000-06-10; 07-10; 2001-06-10; 07-10")
    rfc("every other year in January, February, March", dict(freq="yearly", interval=2, count=10, bymonth=[1, 2, 3]),
        "1997-03-10; 1999-01-10; 02-10; 03-10; 2001-01-10; 02-10; 03-10; 2003-01-10; 02-10; 03-10")
    rfc("every third year on days 1, 100 and 200", dict(freq="yearly", interval=3, count=10, byyearday=[1, 100, 200]),
        "1997-01-01; 04-10; 07-19; 2000-01-01; 04-09; 07-18; 2003-01-01; 04-10; 07-19; 2006-01-01")
    rfc("20th Monday of the year", dict(freq="yearly", byweekday=["20Mon"], **every), "1997-05-19; 1998-05-18; 1999-05-17")
    rfc("Monday of week 20", dict(freq="yearly", byweekno=[20], byweekday=["Mon"], **every),
        "1997-05-12; 1998-05-11; 1999-05-17")
    rfc("Thursdays in March", dict(freq="yearly", bymonth=["March"], byweekday=["Thu"], **every),
        "1997-03-13 20 27; 1998-03-05 12 19 26; 1999-03-04 11 18 25")
    rfc("Thursdays in summer", dict(freq="yearly", byweekday=["Thu"], bymonth=[6, 7, 8], **every),
        "1997-06-05 12 19 26; 07-03 10 17 24 31; 08-07 14 21 28; 1998-06-04 11 18 25; 07-02 09 16 23 30; 08-06 13 20 27; "
        "1999-06-03 10 17 24; 07-01 08 15 22 29; 08-05 12 19 26")
    rfc("Friday the 13th", dict(freq="monthly", byweekday=["Fri"], bymonthday=[13], **every),
        "1998-02-13; 03-13; 11-13; 1999-08-13; 2000-10-13", start="1997-09-02", exdates=new_york("1997-09-02"))
    rfc("first Saturday after the first Sunday",
        dict(freq="monthly", byweekday=["Sat"], bymonthday=[7, 8, 9, 10, 11, 12, 13], **every),
        "1997-09-13; 10-11; 11-08; 12-13; 1998-01-10; 02-07; 03-07; 04-11; 05-09; 06-13")
    rfc("presidential election day",
        dict(freq="yearly", interval=4, bymonth=["November"], byweekday=["Tue"], bymonthday=[2, 3, 4, 5, 6, 7, 8]),
        "1996-11-05; 2000-11-07; 2004-11-02")
    rfc("third of Tuesday, Wednesday, Thursday",
        dict(freq="monthly", count=3, byweekday=["Tue", "Wed", "Thu"], bysetpos=[3], **every), "1997-09-04; 10-07; 11-06")
    rfc("second-to-last workday", dict(freq="monthly", byweekday=WEEKDAYS[:5], bysetpos=[-2], **every),
        "1997-09-29; 10-30; 11-27; 12-30; 1998-01-29; 02-26; 03-30")
    for week_start, printed in (("Mon", "1997-08-05 10 19 24"), ("Sun", "1997-08-05 17 19 31")):
        rfc(f"week start {week_start}", dict(freq="weekly", interval=2, count=4, byweekday=["Tue", "Sun"]), printed,
            week_start=week_start)
    rfc("an invalid date is ignored", dict(freq="monthly", bymonthday=[15, 30], count=5, **every),
        "2007-01-15 30; 02-15; 03-15 30")


def edge_cases():
    def edge(name, rule, start, end, zone="Europe/Oslo", week_start="Mon", begin=None, **more):
        ts = instant(date(*start), datetime.min.time().replace(hour=18, microsecond=250_000), zone)
        window = [ts if begin is None else instant(date(*begin), datetime.min.time(), zone),
                  instant(date(*end), datetime.min.time(), zone)]
        add(f"edge: {name}", series_of({"interval": 1, **rule}, zone, ts, week_start, **more), window)
        return ts

    edge("29 February yearly", dict(freq="yearly"), (1996, 2, 29), (2013, 1, 1))
    edge("29 February every fourth year, over 2100", dict(freq="yearly", interval=4), (2088, 2, 29), (2110, 1, 1))
    edge("the 31st monthly", dict(freq="monthly"), (2024, 1, 31), (2025, 4, 1))
    edge("the 31st every second month", dict(freq="monthly", interval=2), (2024, 1, 31), (2027, 1, 1))
    edge("30 February never", dict(freq="daily", bymonth=["February"], bymonthday=[30]), (2024, 1, 1), (2034, 1, 1))
    edge("29th to last day of February", dict(freq="monthly", bymonth=[2], bymonthday=[-29]), (2023, 1, 1), (2034, 1, 1))
    edge("the 366th day", dict(freq="yearly", byyearday=[366]), (2023, 1, 1), (2034, 1, 1))
    edge("the 366th day from the end", dict(freq="yearly", byyearday=[-366, -1]), (2023, 1, 1), (2034, 1, 1))
    edge("the fifth Monday", dict(freq="monthly", byweekday=["5Mon"]), (2024, 1, 1), (2025, 1, 1))
    edge("the fifth Friday from the end", dict(freq="monthly", byweekday=["-5Fri"]), (2024, 1, 1), (2025, 1, 1))
    edge("the 53rd Monday of the year", dict(freq="yearly", byweekday=["53Mon", "-53Sun"]), (2010, 1, 1), (2040, 1, 1))
    edge("an ordinal of the year beside one of all", dict(freq="yearly", byweekday=["-1Fri", "10Tue"]), (2024, 1, 1), (2027, 1, 1))
    edge("ordinals count in the months of bymonth", dict(freq="yearly", bymonth=[3, 10], byweekday=["-1Sun"]),
         (2020, 1, 1), (2025, 1, 1))
    edge("plain and ordinal weekdays unite", dict(freq="monthly", byweekday=["Mon", "1Tue"]), (2024, 1, 1), (2024, 4, 1))
    edge("an ordinal limits days of the month", dict(freq="monthly", byweekday=["2Fri"], bymonthday=[13]), (2024, 1, 1), (2031, 1, 1))
    edge("both ends of one day count once", dict(freq="monthly", byweekday=["1Mon"], bysetpos=[1, -1]), (2024, 1, 1), (2024, 7, 1))
    edge("a position out of range is no day", dict(freq="monthly", byweekday=["5Mon"], bysetpos=[-2, 1]), (2024, 1, 1), (2025, 1, 1))
    edge("positions count before the start too", dict(freq="weekly", byweekday=["Mon", "Wed", "Fri"], bysetpos=[2]),
         (2024, 2, 1), (2024, 3, 1))
    edge("positions in a month that began before the start", dict(freq="monthly", byweekday=WEEKDAYS[:5], bysetpos=[1, 12]),
         (2024, 1, 15), (2024, 4, 1))
    edge("position 2 of a day", dict(freq="daily", byweekday=["Mon"], bysetpos=[2]), (2024, 1, 1), (2024, 4, 1))
    edge("last position of a day", dict(freq="daily", byweekday=["Mon"], bysetpos=[-1]), (2024, 1, 1), (2024, 3, 1))
    for week_start in WEEKDAYS:
        for number in (1, 52, 53, -1, -52, -53):
            edge(f"week {number}, {week_start}", dict(freq="yearly", byweekno=[number], byweekday=WEEKDAYS),
                 (2019, 12, 25), (2022, 1, 12), week_start=week_start)
        edge(f"every other week, {week_start}", dict(freq="weekly", interval=2, byweekday=["Mon", "Sat", "Sun"]),
             (2024, 2, 29), (2024, 5, 1), week_start=week_start)
        edge(f"week numbers every third year, {week_start}", dict(freq="yearly", interval=3, byweekno=[1, 53], byweekday=["Thu", "Sun"]),
             (1998, 1, 1), (2020, 1, 1), week_start=week_start)
        edge(f"last position of the week, {week_start}", dict(freq="weekly", byweekday=WEEKDAYS, bysetpos=[-1]),
             (2024, 2, 29), (2024, 4, 15), week_start=week_start)
    edge("a week number takes the start's weekday", dict(freq="yearly", byweekno=[10, 20]), (2024, 1, 6), (2027, 1, 1))
    edge("a week number and a month", dict(freq="yearly", byweekno=[1, 5, 53], bymonth=[1]), (2015, 1, 1), (2031, 1, 1))
    edge("a week number and days of the month", dict(freq="yearly", byweekno=[10, 11], bymonthday=[8, 9]), (2020, 1, 1), (2030, 1, 1))
    edge("days of the year limit days of the month", dict(freq="yearly", byyearday=[32, 60, 61], bymonthday=[1, 29]),
         (2020, 1, 1), (2030, 1, 1))
    edge("days of the year limited by weekday", dict(freq="yearly", byyearday=list(range(1, 50)), byweekday=["Thu"]),
         (2020, 1, 1), (2023, 1, 1))
    edge("weekly in some months", dict(freq="weekly", bymonth=["March", "May"], byweekday=["Tue"]), (2024, 1, 1), (2025, 12, 1))
    edge("the start is no instance of its rule", dict(freq="weekly", byweekday=["Fri"], count=3), (2024, 1, 1), (2024, 3, 1))
    edge("a count runs out inside the window", dict(freq="daily", count=40), (2024, 1, 1), (2024, 4, 1), begin=(2024, 2, 1))
    edge("a count runs out before the window", dict(freq="daily", count=31), (2024, 1, 1), (2024, 4, 1), begin=(2024, 2, 2))
    edge("interval 10000 days", dict(freq="daily", interval=10_000), (1990, 1, 1), (2025, 1, 1))
    edge("interval 10000 weeks", dict(freq="weekly", interval=10_000), (1990, 1, 1), (2200, 1, 1))
    edge("twins in lists", dict(freq="monthly", byweekday=["1Mon", "1Mon"], bymonthday=[], bymonth=[5, "May"]),
         (2024, 1, 1), (2027, 1, 1))
    ts = edge("far from the start", dict(freq="weekly", interval=3, byweekday=["Tue", "Sat"]), (1970, 1, 2), (2299, 3, 1),
              begin=(2298, 12, 1))
    edge("running when the window begins", dict(freq="daily", interval=5), (2024, 1, 1), (2024, 3, 1), begin=(2024, 2, 1),
         duration=11 * DAY)
    edge("no duration", dict(freq="daily"), (2024, 1, 1), (2024, 1, 9), duration=0)
    ts = instant(date(2024, 1, 1), datetime.min.time().replace(hour=9), "Europe/Oslo")
    for name, until in (("on an instance", ts + 3 * DAY), ("just before one", ts + 3 * DAY - 1), ("before the start", ts - 1)):
        add(f"edge: until {name}", series_of(dict(freq="daily", interval=1, until=until), "Europe/Oslo", ts), [ts, ts + 9 * DAY])
    for name, rule in (("count first", dict(count=2, until=ts + 5 * DAY)), ("until first", dict(count=9, until=ts + 5 * DAY))):
        add(f"edge: {name}", series_of(dict(freq="daily", interval=1, **rule), "Europe/Oslo", ts), [ts, ts + 30 * DAY])
    add("edge: exdates are taken out after counting",
        series_of(dict(freq="daily", interval=1, count=5), "Europe/Oslo", ts, exdates=[ts, ts + 2 * DAY, ts + 2 * DAY + 1]),
        [ts, ts + 30 * DAY])
    for name, begin, end in (("ends at its start", -DAY, 0), ("ends just after its start", -DAY, 1),
                             ("begins at its end", 3_600_000, DAY), ("begins just before its end", 3_599_999, DAY)):
        for duration in (3_600_000, 0):
            shift = 0 if duration else -3_600_000 * (begin > 0)
            add(f"edge: window {name}, duration {duration}", series_of(dict(freq="yearly", interval=1), "Europe/Oslo", ts, duration=duration),
                [ts + begin + shift, ts + end])


def clock_changes():
    """Daily and yearly series over a clock change, at each half hour of the night."""
    changes = [
        ("Europe/Oslo", (2026, 3, 29)), ("Europe/Oslo", (2026, 10, 25)),
        ("America/New_York", (2025, 3, 9)), ("America/New_York", (2025, 11, 2)),
        ("Australia/Sydney", (2024, 4, 7)), ("Australia/Sydney", (2024, 10, 6)),
        ("Australia/Lord_Howe", (2024, 4, 7)), ("Australia/Lord_Howe", (2024, 10, 6)),
        ("Pacific/Chatham", (2024, 9, 29)), ("America/Sao_Paulo", (2018, 11, 4)), ("America/Sao_Paulo", (2018, 2, 17)),
        ("America/St_Johns", (2006, 4, 2)), ("America/St_Johns", (2006, 10, 28)), ("America/Havana", (2023, 3, 12)),
        ("Pacific/Apia", (2011, 12, 30)), ("Europe/Dublin", (2025, 10, 26)), ("Europe/Oslo", (2190, 3, 28)),
    ]
    for zone, day in changes:
        for half in (0, 1, 2, 3, 4, 5, 6, 19, 47):
            time = (datetime.min + timedelta(minutes=30 * half + 15 * (half % 2))).time()
            start = instant(date(*day) - timedelta(2), time, zone)
            rule = dict(freq="daily", interval=1, count=5)
            add(f"dst: {zone} {day[0]}, half hour {half}", series_of(rule, zone, start), [start - DAY, start + 9 * DAY])
    for zone, day, hour, minute in (("Europe/Oslo", (2026, 10, 25), 2, 30), ("America/New_York", (2025, 11, 2), 1, 0),
                                    ("Australia/Lord_Howe", (2024, 4, 7), 1, 45), ("America/St_Johns", (2006, 10, 28), 23, 30)):
        for fold in (0, 1):
            start = instant(date(*day), datetime.min.time().replace(hour=hour, minute=minute), zone, fold)
            add(f"dst: {zone} starts in pass {fold + 1}", series_of(dict(freq="daily", interval=1), zone, start),
                [start, start + 3 * DAY])
            add(f"dst: {zone} yearly from pass {fold + 1}", series_of(dict(freq="yearly", interval=1), zone, start),
                [start, start + 1200 * DAY])
    gap = utc(2026, 3, 29, 1, 30)
    for until in (gap - 1, gap):
        start = instant(date(2026, 3, 27), datetime.min.time().replace(hour=2, minute=30), "Europe/Oslo")
        add("dst: until in a gap compares instants",
            series_of(dict(freq="daily", interval=1, until=until), "Europe/Oslo", start), [start, start + 9 * DAY])


ZONES = ["UTC", "Europe/Oslo", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles", "America/St_Johns",
         "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland",
         "Pacific/Apia", "Pacific/Honolulu"]


def random_rule(dice):
    freq = dice.choice(["yearly", "yearly", "monthly", "monthly", "weekly", "daily"])
    rule = {"freq": freq, "interval": dice.choice([1, 1, 1, 2, 3, 4, dice.randint(1, 40)])}

    def some(low, high, most):
        return sorted({dice.choice([1, 1, -1]) * dice.randint(low, high) for _ in range(dice.randint(1, most))})

    if dice.random() < 0.35:
        months = dice.sample(range(1, 13), dice.randint(1, 5))
        rule["bymonth"] = [MONTHS[month - 1] for month in months] if dice.random() < 0.5 else months
    if freq != "weekly" and dice.random() < 0.35:
        rule["bymonthday"] = some(1, 31, 8)
    if freq == "yearly":
        if dice.random() < 0.25:
            rule["byweekno"] = dice.choice([some(1, 53, 5), some(50, 53, 3), some(1, 2, 2)])
        if dice.random() < 0.25:
            rule["byyearday"] = some(1, 366, 20)
    if dice.random() < 0.5:
        plain = dice.sample(WEEKDAYS, dice.randint(1, 5))
        if freq in ("monthly", "yearly") and "byweekno" not in rule and dice.random() < 0.6:
            high = 5 if freq == "monthly" or "bymonth" in rule else dice.choice([5, 53])
            plain = [dice.choice([f"{some(1, high, 1)[0]}{day}", f"{some(1, high, 1)[0]}{day}", day]) for day in plain]
        rule["byweekday"] = plain
    if len(rule) > 2 and dice.random() < 0.3:
        rule["bysetpos"] = some(1, dice.choice([2, 5, 30]), 3)
    return rule


def random_series(dice):
    zone = dice.choice(ZONES)
    start = ms(datetime(dice.randint(1990, 2024), 1, 1, tzinfo=timezone.utc)) + dice.randint(0, 366 * 24 * 12) * 300_000
    start += dice.choice([0, 0, 123])
    series = series_of(random_rule(dice), zone, start, dice.choice(WEEKDAYS), dice.choice([0, 1_800_000, 3_600_000, DAY, 40 * DAY]))
    end = dice.random()
    if end < 0.3:
        series["recurrence"]["count"] = dice.choice([1, 5, 20, 739])
    if 0.2 < end < 0.4:
        series["recurrence"]["until"] = start + dice.randint(0, 732) * DAY
    return series


def random_vectors(dice, number):
    while number:
        series = random_series(dice)
        first = (EPOCH + timedelta(milliseconds=series["startTs"])).date()
        last = first + timedelta(days=dice.choice([200, 1500, 4000]))
        found = starts(series, last)
        if not found and dice.random() < 0.97:
            continue
        # A window on the series with up to twelve starts, and both its edges near one of them.
        index = dice.randrange(len(found)) if found else 0
        edge = dice.choice([-DAY, -1, 0, 1, series["duration"], 5 * DAY])
        begin = max((found or [series["startTs"]])[index] + edge, 0)
        end = (found[index:] or [begin + DAY])[:12][-1] + dice.choice([0, 1, DAY])
        if end <= begin:
            continue
        if found and dice.random() < 0.15:
            series["exdates"] = sorted(set(dice.sample(found, min(len(found), 4))) | {found[index]})
        add("random", series, [begin, end], last + timedelta(400))
        number -= 1


def main():
    rfc_examples()
    edge_cases()
    clock_changes()
    random_vectors(random.Random(5545), 1200)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("vectors.json")
    target.write_text("[\n" + ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in vectors) + "\n]\n")
    print(f"{len(vectors)} vectors, {checked_by_dateutil} agreed with dateutil")


main()
