"""Expands iCalendar files with python3-icalendar and recurring_ical_events. Reads and writes JSON."""
import json, sys, datetime as dt
import icalendar, recurring_ical_events

def ms(value):
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day, tzinfo=dt.timezone.utc)
    return round(value.timestamp() * 1000)

results = []
for job in json.load(sys.stdin):
    found = {}
    try:
        calendar = icalendar.Calendar.from_ical(open(job['file'], encoding='utf-8', newline='').read())
        start = dt.datetime.fromtimestamp(job['startTs'] / 1000, dt.timezone.utc)
        end = dt.datetime.fromtimestamp(job['endTs'] / 1000, dt.timezone.utc)
        for event in recurring_ical_events.of(calendar).between(start, end):
            found.setdefault(str(event['UID']), []).append([ms(event['DTSTART'].dt), ms(event['DTEND'].dt) if 'DTEND' in event else ms(event['DTSTART'].dt)])
    except Exception as error:
        found = {'error': repr(error)}
    results.append(found)
json.dump(results, sys.stdout)
