"""What tests/openapi does in Python: fetches the description, damages one, and has the generated client read answers.

An answer is read when every value is of the type that the client promises, with nothing beside what it knows, and the
client writes the same again: each figure to the last digit, each time to the moment.
"""

import datetime
import enum
import hashlib
import importlib
import json
import pkgutil
import re
import sys
import types
import typing
import urllib.request
import uuid
from decimal import Decimal
from pathlib import Path

# What a client holds as it came: in these the keys are not ours to name.
OPEN = {"Services", "OpenapiResponse200", "ReadingFigures", "UsageSummaryQuantities", "UsageSummarySeries"}
MOST = 2**64 - 1


def fetch(url, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=20) as answer:
        Path(path).write_bytes(answer.read())


def damage(path, into):
    document = json.loads(Path(path).read_text())
    del document["info"]["title"]
    Path(into).write_text(json.dumps(document))


class Number(str):
    """A number of JSON as it is written."""


def as_written(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def hints(model):
    """The types of its attributes; the generated modules import each other for type checkers alone."""
    import generated.models
    from generated.types import Unset

    names = {**vars(generated.models), "datetime": datetime, "Unset": Unset}
    return typing.get_type_hints(model, localns=names)


def odd(value, hint, place="answer"):
    """Everything below that is not of the type that it should be."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        each = [list(odd(value, one, place)) for one in arguments]
        if all(each):
            yield from min(each, key=len)
    elif hint is typing.Any:
        return
    elif origin is list and isinstance(value, list):
        for number, item in enumerate(value):
            yield from odd(item, arguments[0], f"{place}[{number}]")
    elif origin is dict and isinstance(value, dict):
        for name, item in value.items():
            yield from odd(item, arguments[1], f"{place}.{name}")
    elif origin is None and hasattr(hint, "from_dict") and type(value) is hint:
        for name, own in hints(hint).items():
            item = getattr(value, name)
            if name == "additional_properties" and hint.__name__ not in OPEN and item:
                yield f"{place}: {', '.join(item)}: not described"
            yield from odd(item, own, f"{place}.{name}")
    elif hint is float and type(value) in (float, int):
        return
    elif origin is not None or type(value) is not hint:
        yield f"{place}: {value!r} is no {hint}"


def unlike(raw, back, place="answer"):
    """Where what the client writes again is another thing than what was read."""
    if isinstance(raw, Number):
        same = type(back) in (int, float) and Decimal(raw) == Decimal(repr(back))
        if not same or ("." not in raw and "e" not in raw.lower() and str(back) != raw):
            yield f"{place}: {raw} became {back!r}"
    elif isinstance(raw, dict) and isinstance(back, dict):
        for name in raw.keys() ^ back.keys():
            yield f"{place}.{name}: in one of them alone"
        for name in raw.keys() & back.keys():
            yield from unlike(raw[name], back[name], f"{place}.{name}")
    elif isinstance(raw, list) and isinstance(back, list) and len(raw) == len(back):
        for number, (one, other) in enumerate(zip(raw, back)):
            yield from unlike(one, other, f"{place}[{number}]")
    elif isinstance(raw, str) and isinstance(back, str) and raw != back:
        if moment(raw) is None or moment(raw) != moment(back):
            yield f"{place}: {raw} became {back}"
    elif raw != back:
        yield f"{place}: {raw!r} became {back!r}"


def moment(text):
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def wrong(text, parsed, model):
    """What is wrong with an answer that was read as this model."""
    return [*odd(parsed, model), *unlike(as_written(text), parsed.to_dict())]


def hold(text, parsed, model, of):
    found = wrong(text, parsed, model)
    if found:
        sys.exit(f"{of}: " + "; ".join(found[:5]))


class Reader:
    """The generated client, and what it has read."""

    def __init__(self, address, token):
        import generated.api

        options = {"trust_env": False}
        self.address, self.options = address, options
        self.client = self.known(token)
        walk = pkgutil.walk_packages(generated.api.__path__, "generated.api.")
        modules = [importlib.import_module(it.name) for it in walk if not it.ispkg]
        self.calls = {it.__name__.rsplit(".", 1)[1]: it.sync_detailed for it in modules}
        self.read = 0

    def known(self, token):
        from generated.client import AuthenticatedClient

        return AuthenticatedClient(
            self.address, token, timeout=20, raise_on_unexpected_status=True, httpx_args=self.options
        )

    def ask(self, call, status, model=None, client=None, **arguments):
        """Asks, and holds the answer against what is expected; gives the model, or the text."""
        import generated.models

        answer = self.calls[call](client=client or self.client, **arguments)
        if answer.status_code != status:
            sys.exit(f"{call}: {answer.status_code} in place of {status}")
        if model is None:
            if answer.parsed is not None or answer.content:
                sys.exit(f"{call}: a body with {status}")
        elif model is str:
            if answer.parsed != answer.content.decode() or not answer.parsed:
                sys.exit(f"{call}: another text")
        else:
            hold(answer.content, answer.parsed, getattr(generated.models, model), f"{call} {status}")
        self.read += 1
        return answer

    def unchanged(self, call, **named):
        """Asks for a body that it holds; another round may have ended in between, and made another body."""
        for _ in range(5):
            tag = self.ask(call, 200, "Usage", **named).headers["etag"]
            answer = self.calls[call](client=self.client, if_none_match=tag, **named)
            if answer.status_code == 304 and answer.parsed is None and not answer.content:
                return
        sys.exit(f"{call}: a body that is known is sent again")


class Fault:
    """What is to be answered while this goes wrong in the demo."""

    def __init__(self, name):
        no_storage, no_compute = "half-output" in name, "panel-500" in name
        self.usage = {(False, False): 200, (True, False): 200, (False, True): 502, (True, True): 503}[
            no_storage, no_compute
        ]
        self.status = "partial" if no_storage else "complete"
        self.ready = not no_storage and not no_compute


def read(path, address, token, name):
    document = json.loads(Path(path).read_text())
    each = [operation for item in document["paths"].values() for operation in item.values()]
    operations = {operation["operationId"]: operation for operation in each}
    reader, fault = Reader(address, token), Fault(name)
    if operations.keys() != reader.calls.keys():
        sys.exit(f"the client lacks {operations.keys() ^ reader.calls.keys()}")
    for call in ("cluster_usage", "usage_cluster", "named_cluster_usage"):
        named = {"name": "cluster2"} if call == "named_cluster_usage" else {}
        if fault.usage == 200:
            usages(reader, fault, call, named)
        else:
            reader.ask(call, fault.usage, "Problem", **named)
    listed = reader.ask("clusters", 200, "Clusters").parsed.clusters
    if [it.name for it in listed] != ["cluster1", "cluster2"]:
        sys.exit("clusters: others are listed")
    reader.ask("health", 200, "Health")
    if fault.ready:
        reader.ask("ready", 200, "Readiness")
    elif not reader.ask("ready", 503, "Problem").parsed.missing:
        sys.exit("ready: nothing is missing")
    reader.ask("raw", 200, str, name="cluster1")
    reader.ask("metrics", 200, str)
    tag = reader.ask("openapi", 200, "OpenapiResponse200").headers["etag"]
    reader.ask("openapi", 304, if_none_match=tag)
    kept(reader, fault)
    for call, operation in operations.items():
        parts = {it["name"] for it in operation.get("parameters", []) if it["in"] == "path"}
        words = {"name": "cluster1", "month": "2020-02", "id": str(uuid.UUID(int=0))}
        words = {part: words[part] for part in parts}
        # What these cannot do without.
        words |= {
            "usage_history": {"from_": "2020-02-01", "to": "2020-02-02"},
            "usage_summary": {"from_": "2020-02-01", "to": "2020-02-02"},
            "readings": {"at": "2020-02-01"},
        }.get(call, {})
        if "security" in operation:
            reader.ask(call, 401, "Problem", client=reader.known("wrong"), **words)
        if "name" in parts:
            reader.ask(call, 404, "Problem", **{**words, "name": "another"})
    print(f"{name}: {reader.read} answers, each as it was sent")


def kept(reader, fault):
    """What is kept of this very minute, page by page, and the text behind each reading."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    hour = datetime.timedelta(hours=1)
    window = {"from_": (now - hour).isoformat(), "to": (now + hour).isoformat(), "name": "cluster1"}
    month, limits = f"{now:%Y-%m}", {"limit": 1, "step": types.SimpleNamespace(value="raw")}
    listed = reader.ask("usage_history", 200, "History", **window, **limits).parsed
    if fault.usage == 503:
        # Nothing was read, and so nothing is kept.
        if listed.points or listed.next_cursor:
            sys.exit("usage_history: what nobody has read")
        return
    if len(listed.points) != 1:
        sys.exit("usage_history: nothing was kept")
    if listed.next_cursor:
        more = {"cursor": listed.next_cursor, **limits}
        again = reader.ask("usage_history", 200, "History", **window, **more).parsed
        if again.points == listed.points:
            sys.exit("usage_history: the next page is the same")
    reader.ask("usage_history", 200, "History", **window)
    reader.ask("usage_summary", 200, "UsageSummary", **window)
    reader.ask("usage_summary", 200, "UsageSummary", name="cluster1", period=month)
    reader.ask("usage_summary", 400, "Problem", name="cluster1")
    periods = reader.ask("periods", 200, "Periods", name="cluster1").parsed.periods
    if month not in [it.period for it in periods]:
        sys.exit(f"periods: {month} is not there")
    reader.ask("period", 200, "Period", name="cluster1", month=month)
    reader.ask("period", 404, "Problem", name="cluster1", month="2020-02")
    reader.ask("close_period", 409, "Problem", name="cluster1", month=month)
    reader.ask("readings", 200, "StandingReadings", name="cluster1", at=now.isoformat())
    one = {"name": "cluster1", "id": str(listed.points[0].reading_id)}
    reader.ask("reading", 200, "KeptReading", **one)
    text = reader.calls["reading_text"](client=reader.client, **one)
    if text.status_code != 200 or hashlib.sha256(text.content).hexdigest() != text.headers["x-vhi-sha256"]:
        sys.exit("reading_text: another text")
    reader.read += 1


def usages(reader, fault, call, named):
    answer = reader.ask(call, 200, "Usage", **named)
    if answer.parsed.status.value != fault.status:
        sys.exit(f"{call}: {answer.parsed.status}")
    reader.unchanged(call, **named)
    whole = fault.status == "complete"
    # The client knows but one word, and takes whatever has a value for it.
    word = lambda value: {"require": types.SimpleNamespace(value=value), **named}
    answer = reader.ask(call, 200 if whole else 503, "Usage" if whole else "Problem", **word("complete"))
    if not whole and answer.parsed.type_.value != "urn:vhi-usage:not_complete":
        sys.exit(f"{call}: {answer.parsed.type_}")
    reader.ask(call, 400, "Problem", **word("some"))


def agreed(*paths):
    """Bodies that are agreed upon, and the greatest figures that there can be; then some that must not pass."""
    from generated.models import Usage

    for path in paths:
        text = Path(path).read_text()
        hold(text, Usage.from_dict(json.loads(text)), Usage, path)
    for figure in (MOST, MOST - 1, 2**53 + 1):
        text = re.sub(r'("bytes": *)[0-9]+', rf"\g<1>{figure}", text)
        hold(text, Usage.from_dict(json.loads(text)), Usage, f"{figure} bytes")
    planted = json.loads(text)
    planted["planted"] = 1
    rounded = json.loads(text, parse_int=float)
    for other in (planted, rounded, {**json.loads(text), "total_vms": "many"}):
        if not wrong(text, Usage.from_dict(other), Usage):
            sys.exit("what is not the answer passes for it")
    print(f"{len(paths)} agreed bodies, and figures up to {MOST}")


if __name__ == "__main__":
    {"fetch": fetch, "damage": damage, "read": read, "agreed": agreed}[sys.argv[1]](*sys.argv[2:])
