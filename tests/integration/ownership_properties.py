# SPDX-License-Identifier: Apache-2.0
"""What must hold of owners at every moment, checked in a store by code that shares nothing with the portal's. What the people
did is told by a History; the rules themselves: ownership/ownership.h."""
import contextlib
import json
import sqlite3
import threading
import time
from collections import Counter, defaultdict

import postgresql
from patience import patient

LABEL, CODE, POWER_CYCLE, FRESH, STAFF, HAND_OVER, AGAIN = (1 << place for place in range(7))
LIVE = {"waiting", "asking", "disputed"}
ENDED = {"former", "refused"}
STANDINGS = LIVE | ENDED | {"owner", "withdrawn", "lapsed"}
EVENT_LATE = patient(15)  # seconds from an event's publishing until the portal has received it, restarts included

TABLES = {
    "registrations": "token, claim_id, thing_name, standing, proofs, due_at, asked_at, cancelled_at",
    "devices": "thing_name, owner, owned_at",
    "ownership_events": "id, thing_name, kind, actor, token, proofs",
    "claims": "id, thing_name, state, ended_at, expires_at",
    "deliveries": "claim_id, due_at",
}


def snapshot(url):
    """The rows of all tables at one moment, as dictionaries, those of the events in their order."""
    if url.startswith("postgresql:"):
        parts = ", ".join(f"(SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM (SELECT {columns} FROM {table}) t) AS {table}"
                          for table, columns in TABLES.items())
        row, = postgresql.query(url, f"SELECT {parts}")
        found = dict(zip(TABLES, row, strict=True))
    else:
        with contextlib.closing(sqlite3.connect(f"file:{url.partition(':')[2]}?mode=ro", uri=True, isolation_level=None)) as database:
            database.row_factory = sqlite3.Row
            database.execute("BEGIN")
            found = {table: [dict(row) for row in database.execute(f"SELECT {columns} FROM {table}")]
                     for table, columns in TABLES.items()}
    found["ownership_events"].sort(key=lambda event: event["id"])
    return found


class Deeds:
    """What was done in the name of one registration, or with one device: noted before it is sent."""

    def __init__(self):
        self.counts, self.first, self.last = Counter(), {}, {}

    def add(self, what):
        now = time.monotonic()
        self.first.setdefault(what, now)
        self.last[what] = now
        self.counts[what] += 1


class History:
    """What the people, staff and devices of a run have done so far. Any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.required = {}  # by thing
        self.accepted = {}  # tokens of registrations that were answered with 202: their things
        self.of_token, self.of_thing = defaultdict(Deeds), defaultdict(Deeds)
        self.asked_for = defaultdict(set)  # by thing: references of requests that owners accepted

    def note(self, what, token=None, thing=None):
        with self.lock:
            (self.of_token[token] if token else self.of_thing[thing]).add(what)

    def accepts(self, token, thing, reference):
        with self.lock:
            self.of_thing[thing].add("accept")
            self.of_token[token].add("accept")
            self.asked_for[thing].add(reference)

    def made(self, token, thing):
        with self.lock:
            self.accepted[token] = thing

    def of_accepted(self):
        with self.lock:
            return dict(self.accepted)

    def of_products(self):
        with self.lock:
            return dict(self.required)


class Violations(list):
    def unless(self, holds, property_, **facts):
        if not holds:
            self.append(f"{property_}: {json.dumps(facts, default=str)}")


def may_have(history, thing, token, proof):
    """Whether something that was done can have shown it."""
    own, device = history.of_token[token], history.of_thing[thing]
    if proof == CODE:
        return own.counts["code"] > 0
    if proof == FRESH:
        return device.counts["connected"] > 0
    if proof == STAFF:
        return own.counts["grant"] > 0
    if proof == HAND_OVER:
        return any(token.startswith(reference) for reference in history.asked_for[thing]) or device.counts["take"] > 0
    began = own.first.get("challenge")
    if began is None or (proof == AGAIN and own.counts["challenge"] < 2):
        return False
    return all(device.last.get(what, 0) > began - EVENT_LATE for what in ("connected", "disconnected"))


def check_registrations(rows, accepted, history, wrong):
    """accepted: the tokens that were answered with 202 before the rows were read, with their things."""
    required = history.of_products()
    known = {row["token"] for row in rows["registrations"]}
    for token, thing in accepted.items():
        wrong.unless(token in known or history.of_token[token].counts["erase"], "an accepted registration is lost", token=token, thing=thing)
    for row in rows["registrations"]:
        thing, token = row["thing_name"], row["token"]
        if thing not in required:
            continue
        wrong.unless(row["standing"] in STANDINGS, "a standing of no name", row=row)
        for proof in (CODE, POWER_CYCLE, FRESH, STAFF, HAND_OVER, AGAIN):
            with history.lock:
                wrong.unless(not row["proofs"] & proof or may_have(history, thing, token, proof), "a proof that nobody gave",
                             row=row, proof=proof, did=dict(history.of_token[token].counts), device=dict(history.of_thing[thing].counts))


def check_owners(rows, history, wrong):
    """Never two, and devices and registrations agree."""
    owners = defaultdict(list)
    for row in rows["registrations"]:
        if row["standing"] == "owner":
            owners[row["thing_name"]].append(row["token"])
    recorded = {row["thing_name"]: row["owner"] for row in rows["devices"] if row["owner"]}
    for thing in set(owners) | set(recorded):
        wrong.unless(owners[thing] == [recorded.get(thing)], "not exactly one owner", thing=thing, registrations=owners[thing],
                     device=recorded.get(thing))


def is_proven(event, required):
    return event["proofs"] & (STAFF | HAND_OVER) or event["proofs"] & required == required


def check_events(rows, history, wrong):
    """Ownership never moves silently: the events alone tell who owns each device. Each grant has its proofs."""
    required = history.of_products()
    owner, granted, by_link = {}, set(), Counter()
    for event in rows["ownership_events"]:
        thing, kind, actor, token = (event[name] for name in ("thing_name", "kind", "actor", "token"))
        if thing not in required:
            continue
        if kind == "ended":
            wrong.unless(thing in owner and owner[thing] == token, "ended, who did not own", event=event, owner=owner.get(thing))
            wrong.unless(actor != "portal", "taken from its owner by nobody", event=event)
            owner.pop(thing, None)
        if kind != "granted":
            continue
        wrong.unless(thing not in owner, "granted while another one owns", event=event, owner=owner.get(thing))
        wrong.unless(is_proven(event, required[thing]), "granted without the product's proof", event=event, required=required[thing])
        wrong.unless(not token or token not in granted, "granted again to one whose ownership had ended", event=event)
        owner[thing] = token
        granted.add(token)
        by_link[thing] += bool(actor == "person" and event["proofs"] & HAND_OVER)
    recorded = {row["thing_name"]: row["owner"] for row in rows["devices"] if row["owner"]}
    for thing in set(owner) | (set(recorded) & set(required)):
        wrong.unless(thing in recorded and thing in owner and owner[thing] == recorded[thing], "owned by another than the events say",
                     thing=thing, events=owner.get(thing), device=recorded.get(thing))
    for thing, count in by_link.items():
        wrong.unless(count <= history.of_thing[thing].counts["offer"], "more taken over than links were made", thing=thing, count=count)


def check_ways_out(rows, wrong):
    """Who asks is answered by a time; no open claim is forgotten. What is due: overdue()."""
    kept = {row["claim_id"] for row in rows["registrations"] if row["cancelled_at"] is None}
    sent = {row["claim_id"] for row in rows["deliveries"] if row["due_at"] is not None}
    claims = {row["id"]: row for row in rows["claims"]}
    for row in rows["registrations"]:
        wrong.unless(row["claim_id"] in claims, "a registration without a claim", row=row)
        if row["standing"] == "asking" and row["cancelled_at"] is None:
            wrong.unless(row["due_at"] and row["asked_at"], "asking without an end", row=row)
    for claim in rows["claims"]:
        if claim["ended_at"] is not None:
            continue
        wrong.unless(claim["id"] in kept, "an open claim that nobody waits for", claim=claim)
        wrong.unless(claim["id"] in sent, "an open claim that is sent no more", claim=claim)
        wrong.unless(claim["expires_at"], "an open claim without an end", claim=claim)


def overdue(url):
    """Registrations and claims whose time has passed while nothing has happened yet."""
    rows, now = snapshot(url), int(time.time() * 1000)
    return ([row for row in rows["registrations"] if row["standing"] in LIVE and row["due_at"] and row["due_at"] <= now] +
            [claim for claim in rows["claims"] if claim["ended_at"] is None and claim["expires_at"] <= now])


def check_store(url, history):
    """Violations of all properties that a store shows; the rows."""
    wrong, accepted = Violations(), history.of_accepted()
    rows = snapshot(url)
    check_registrations(rows, accepted, history, wrong)
    check_owners(rows, history, wrong)
    check_events(rows, history, wrong)
    check_ways_out(rows, wrong)
    return wrong, rows


SEEN_AT_THE_END = {"token", "standing", "erased_at", "next_action", "status_url"}


def check_answer(row, document, others, wrong):
    """What a registration reads of itself. others: the tokens of the device's other ones."""
    text = json.dumps(document)
    if row["standing"] in ENDED:
        wrong.unless(set(document) == SEEN_AT_THE_END and row["thing_name"] not in text, "a former owner reads of the device", row=row,
                     document=document)
    owns = row["standing"] == "owner"
    wrong.unless("requests" not in document or owns, "who does not own reads of others", row=row, document=document)
    wrong.unless((document.get("standing") == "owner") == owns, "it is shown as what it is not", row=row, document=document)
    wrong.unless(not any(other in text for other in others), "the key of another one", row=row, document=document)
    wrong.unless(row["standing"] in ENDED or document.get("next_action") not in (None, "none"), "a state without a way out", row=row,
                 document=document)
