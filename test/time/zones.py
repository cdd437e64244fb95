"""Writes zones.json: the names of the zones of the tz database on this machine, links included.

It omits posixrules and localtime, which distributions add, and Factory, which is a placeholder for a missing zone.
"""

import json
import zoneinfo
from pathlib import Path

names = sorted(zoneinfo.available_timezones() - {"Factory", "localtime", "posixrules"})
Path(__file__).with_name("zones.json").write_text(json.dumps(names, indent=2) + "\n")
