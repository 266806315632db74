"""Asks a server as clients of CloudStack do: cases in JSON on standard input, answers in JSON on standard output, in their order.

A case: client (cs or libcloud), key, secret, command, params, method (get or post); an answer: ok and what the client gave, or refused with the
status and the text that it made of the refusal.
"""

import json
import sys
from urllib.parse import urlsplit

from cs import CloudStack, CloudStackApiException
from libcloud.common.types import InvalidCredsError, ProviderError
from libcloud.compute.drivers.cloudstack import CloudStackNodeDriver


def by_cs(endpoint, case):
    client = CloudStack(endpoint=endpoint, key=case["key"], secret=case["secret"], method=case.get("method", "get"))
    try:
        return {"ok": getattr(client, case["command"])(**case.get("params", {}))}
    except CloudStackApiException as refusal:
        return {"refused": refusal.error["errorcode"], "text": refusal.error["errortext"]}


def by_libcloud(endpoint, case):
    url = urlsplit(endpoint)
    driver = CloudStackNodeDriver(case["key"], case["secret"], secure=False, host=url.hostname, port=url.port, path=url.path)
    try:
        if case["command"] == "list_locations":
            return {"ok": [zone.name for zone in driver.list_locations()]}
        if case["command"] == "ex_list_projects":
            return {"ok": [project.name for project in driver.ex_list_projects()]}
        return {"ok": driver._sync_request(case["command"], params=case.get("params", {}))}
    except InvalidCredsError:
        return {"refused": 401, "text": ""}
    except ProviderError as refusal:
        return {"refused": refusal.http_code, "text": refusal.value}


asked = json.load(sys.stdin)
clients = {"cs": by_cs, "libcloud": by_libcloud}
json.dump([clients[case["client"]](asked["endpoint"], case) for case in asked["cases"]], sys.stdout)
