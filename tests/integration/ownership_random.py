# SPDX-License-Identifier: Apache-2.0
"""People, owners, staff and devices who do what chance says, all at once, against a real portal: on its HTTP interfaces, and
through the OEM account's events. Meanwhile and afterwards the properties are checked (ownership_properties.py).

    ownership_random.py --actions 100000 [--seed SEED] [--clients 24]

on SQLite; under tests/with_postgresql on PostgreSQL. A seed repeats the choices. What meets what also depends on the machine,
so a failure may need several runs to come again."""
import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import secrets
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import postgresql
from brokers import Mosquitto, Tap
from ownership_properties import (CODE, ENDED, FRESH, LABEL, LIVE, POWER_CYCLE, STAFF, History, Violations, check_answer, check_store,
                                  overdue, snapshot)
from patience import DEADLINE
from portal import Portal, store_change, store_url
from sandbox import Sandbox, eventually

API = "/api/v1/registrations"
CONCEALED, WRONG = "7K3M-9QXT-2A4D", "AAAA-BBBB-CCCC"
FORM, JSON, CSV = "application/x-www-form-urlencoded", "application/json", "text/csv"
PRODUCTS = {"a": LABEL, "b": LABEL | CODE, "c": LABEL | POWER_CYCLE, "d": LABEL | FRESH, "e": LABEL | CODE | STAFF}
NAMES = {CODE: "code", POWER_CYCLE: "power-cycle", FRESH: "fresh", STAFF: "staff"}
DEVICES, RENEWED, BATCH = 40, 6, 1000  # at once; new ones after each batch; actions between two checks in peace
EXPECTED = {200, 201, 202, 204, 303, 400, 403, 404, 409, 410, 413, 422, 429, 503}
HOUR, DAY = 3600_000, 86_400_000
AGES = (15_000, 240_000, HOUR, DAY, 8 * DAY, 15 * DAY)

WEIGHTS = {
    "register": 10, "register_in_a_browser": 8, "register_elsewhere": 2, "read": 8, "retry": 4, "cancel": 4, "code_right": 8,
    "code_wrong": 2, "challenge": 6, "power_cycle": 8, "ask": 8, "accept": 5, "deny": 4, "offer": 6, "take": 9, "revoke": 2,
    "release": 4, "erase": 1, "grant": 2, "refuse": 2, "staff_release": 1, "connect": 12, "disconnect": 5, "events_out_of_order": 3,
    "unlist": 1, "list_again": 2, "time_passes": 3, "at_once": 2,
}


def sections(key_file):
    """Of the portal's configuration: a product for each set of proofs, told by the first character of the name."""
    products = {f"product__{first}": {"name": f"Product {first}", "identifiers": first,
                                      "proof": ", ".join(["label"] + [NAMES[bit] for bit in NAMES if proofs & bit])}
                for first, proofs in PRODUCTS.items()}
    return {"claim": {"schedule": "1h", "default_endpoint": "sandbox"}, "inventory": {"code_key_file": key_file},
            "endpoint__far": {"address": "127.0.0.9", "port": "1"}, **products}


class Device:
    def __init__(self, first, chance):
        self.thing = first + f"{chance.getrandbits(124):031x}"
        self.tokens, self.links, self.version = [], [], itertools.count(1)

    def some(self, chance):
        """The token of one of its registrations, rather a new one; None: it has none."""
        tokens = list(self.tokens)
        return chance.choice(tokens[-6:] if chance.random() < 0.8 else tokens) if tokens else None


class Client:
    """One thread's connections, which are kept, to portals that may die and come back at other addresses."""

    def __init__(self, world, chance):
        self.world, self.chance, self.open = world, chance, {}

    def close(self):
        for connection in self.open.values():
            connection.close()
        self.open = {}

    def send(self, method, path, body=None, kind=None, admin=False, headers=None):
        """The answer's status, headers and body; None: nobody knows whether it was done."""
        portal = self.chance.choice(self.world.portals)
        address = portal.admin if admin else portal.address
        connection = self.open.get(address)
        if connection is None:
            connection = self.open[address] = http.client.HTTPConnection(*address, timeout=DEADLINE)
        try:
            connection.request(method, path, body, {**({"Content-Type": kind} if kind else {}), **(headers or {})})
            answer = connection.getresponse()
            document = answer.read()
        except (OSError, http.client.HTTPException):
            self.open.pop(address).close()
            self.world.counts["cut off"] += 1
            self.world.up.wait(DEADLINE)
            return None
        self.world.counts[answer.status] += 1
        if answer.status not in EXPECTED:
            self.world.wrong.append(f"an answer that nobody expects: {method} {path} {answer.status} {document[:300]}")
        return answer.status, answer.headers, document

    def json(self, path, document, admin=False):
        return self.send("POST", path, json.dumps(document).encode(), JSON, admin)


class Actor:
    """What one client does. Each method is an action of WEIGHTS. History is told before anything is sent."""

    def __init__(self, world, seed):
        self.world, self.history, self.chance = world, world.history, random.Random(seed)
        self.client = Client(world, self.chance)

    def act(self):
        device = self.chance.choice(self.world.devices)
        name, = self.chance.choices(list(WEIGHTS), WEIGHTS.values())
        self.world.counts[name] += 1
        getattr(self, name)(device)

    def _owner(self, device):
        """The owner's token, as staff reads it, or now and then another one."""
        answer = self.client.send("GET", f"/devices/{device.thing}", admin=True) if self.chance.random() < 0.8 else None
        owner = json.loads(answer[2])["owner"] if answer and answer[0] == 200 else None
        return owner or device.some(self.chance)

    def _act(self, device, path, note=None, body=b"", token=None):
        token = token or device.some(self.chance)
        if not token:
            return None
        if note:
            self.history.note(note, token)
        return self.client.send("POST", f"{API}/{token}/{path}", body, JSON if body else None)

    def _made(self, device, answer, token):
        if token and token not in device.tokens:
            self.history.made(token, device.thing)
            device.tokens.append(token)
        return answer

    # -- people

    def register(self, device, **more):
        answer = self.client.json(API, {"identifier": device.thing, **more})
        if answer and answer[0] == 202:
            self._made(device, answer, json.loads(answer[2])["token"])

    def register_elsewhere(self, device):
        self.register(device, endpoint="far")

    def _form(self, device, path, **fields):
        browser = self.chance.choice(self.world.browsers)
        answer = self.client.send("POST", path, urlencode(fields).encode(), FORM, headers={"Cookie": f"browser={browser}"})
        if answer and answer[0] == 303:
            self._made(device, answer, answer[1]["Location"].partition("?")[0].rpartition("/")[2])

    def register_in_a_browser(self, device):
        self._form(device, "/register", identifier=device.thing, lang="en")

    def read(self, device):
        token = device.some(self.chance)
        if token:
            self.client.send("GET", f"/registrations/{token}")

    def retry(self, device):
        self._act(device, "retry")

    def cancel(self, device):
        self._act(device, "cancel")

    def code_right(self, device):
        self._act(device, "proofs/code", "code", json.dumps({"code": CONCEALED}).encode())

    def code_wrong(self, device):
        self._act(device, "proofs/code", None, json.dumps({"code": WRONG}).encode())

    def challenge(self, device):
        self._act(device, "proofs/power-cycle", "challenge")

    def ask(self, device):
        self._act(device, "ask")

    def _answer(self, device, accept):
        token = self._owner(device)
        answer = self.client.send("GET", f"{API}/{token}") if token else None
        requests = json.loads(answer[2]).get("requests") if answer and answer[0] == 200 else None
        if not requests:
            return
        reference = self.chance.choice(requests)["request"]
        if accept:
            self.history.accepts(token, device.thing, reference)
        self.client.json(f"{API}/{token}/answers", {"request": reference, "accept": accept})

    def accept(self, device):
        self._answer(device, True)

    def deny(self, device):
        self._answer(device, False)

    def offer(self, device):
        self.history.note("offer", thing=device.thing)
        answer = self._act(device, "hand-over", token=self._owner(device))
        if answer and answer[0] == 201:
            device.links.append(json.loads(answer[2])["link"].rpartition("/")[2])

    def take(self, device):
        """Used links are used again."""
        links = list(device.links)
        if links:
            self.history.note("take", thing=device.thing)
            self._form(device, f"/hand-over/{self.chance.choice(links[-2:])}", lang="en")

    def revoke(self, device):
        self._act(device, "hand-over/revoke", token=self._owner(device))

    def release(self, device):
        body = json.dumps({"erase": True}).encode() if self.chance.random() < 0.3 else b""
        self._act(device, "release", None, body, self._owner(device))

    # -- operators

    def erase(self, device):
        token = device.some(self.chance)
        if token:
            self.history.note("erase", token)
            self.client.json("/erasures", {"token": token}, admin=True)

    def _decide(self, device, action):
        token = device.some(self.chance)
        if action != "release" and not token:
            return
        if action == "grant":
            self.history.note("grant", token)
        decision = {"action": action, "reason": "chance", **({} if action == "release" else {"registration": token})}
        self.client.json(f"/devices/{device.thing}/decisions", decision, admin=True)

    def grant(self, device):
        self._decide(device, "grant")

    def refuse(self, device):
        self._decide(device, "refuse")

    def staff_release(self, device):
        self._decide(device, "release")

    def unlist(self, device):
        self.client.send("DELETE", f"/inventory/{device.thing}", admin=True)

    def list_again(self, device):
        self.client.send("POST", "/inventory", f"thing_name,code\n{device.thing},{CONCEALED}\n".encode(), CSV, admin=True)

    def at_once(self, device):
        """Several of those who can change the owner, at the same moment."""
        others = [Actor(self.world, self.chance.random()) for _ in range(4)]
        acts = [self.chance.choice(("grant", "grant", "take", "accept", "release", "code_right")) for _ in others]
        threads = [threading.Thread(target=getattr(actor, act), args=(device,)) for actor, act in zip(others, acts, strict=True)]
        for thread in threads:
            thread.start()
        for thread, actor in zip(threads, others, strict=True):
            thread.join()
            actor.client.close()

    # -- devices

    def _event(self, device, kind, age=0.0, session="s"):
        self.history.note(kind, thing=device.thing)
        self.world.tap.say(f"$aws/events/presence/{kind}/{device.thing}",
                           {"clientId": device.thing, "timestamp": int((time.time() - age) * 1000), "eventType": kind,
                            "sessionIdentifier": session, "versionNumber": next(device.version)})

    def connect(self, device):
        for _ in range(self.chance.choice((1, 1, 2))):
            self._event(device, "connected")

    def disconnect(self, device):
        for _ in range(self.chance.choice((1, 1, 2))):
            self._event(device, "disconnected")

    def power_cycle(self, device):
        """The person does it when asked to, with a device that has been there for a while."""
        self.world.age(device, 15_000)
        self.challenge(device)
        self._event(device, "disconnected")
        self._event(device, "connected", session="t")

    def events_out_of_order(self, device):
        self._event(device, "connected", session="u")
        self._event(device, "disconnected", age=self.chance.choice((0.5, 3, 60)))

    # -- time

    def time_passes(self, device):
        self.world.age(device, self.chance.choice(AGES))


AGED = {"claims": ("accepted_at", "published_at", "provisioned_at", "connected_at", "ended_at", "expires_at"),
        "devices": ("owned_at", "arrived_at", "hand_over_until", "guess_at"),
        "registrations": ("accepted_at", "due_at", "asked_at", "challenge_at", "challenge_until", "challenge_off_at", "challenge_on_at")}


class World:
    """Devices and a portal; two on a database of PostgreSQL, since one alone writes one thing after the other.
    `with World(seed) as world: world.run(1000)`"""

    def __init__(self, seed, clients=24, sandbox=None):
        self.seed, self.chance, self.clients, self.sandbox = seed, random.Random(seed), clients, sandbox
        self.history, self.counts, self.wrong = History(), Counter(), Violations()
        self.browsers = [f"{self.chance.getrandbits(128):032x}" for _ in range(8)]
        self.devices, self.actors, self._closing = [], [], contextlib.ExitStack()
        self.done, self.up = 0, threading.Event()
        self.up.set()
        self.session, self.session_lock = None, threading.Lock()

    def __enter__(self):
        with contextlib.ExitStack() as closing:
            sandbox = self.sandbox or closing.enter_context(Sandbox())
            oem = closing.enter_context(Mosquitto(sandbox, "oem", tap=True))
            self.tap = closing.enter_context(Tap(oem, "nothing/of/it"))
            self.url = store_url(sandbox, f"owners-{secrets.token_hex(4)}")
            if self.url.startswith("postgresql:"):
                self.session = closing.enter_context(postgresql.Session(self.url))
            key = sandbox.state / "owners-key"
            key.write_text("0123456789abcdef" * 4 + "\n")
            key.chmod(0o600)
            self.portals = [closing.enter_context(Portal(sandbox, store={"url": self.url}, **sections(key)))]
            self.portals[0].log_has("endpoint.connected")  # the far one never is
            if self.session:
                self.portals.append(closing.enter_context(Portal(sandbox, store={"url": self.url}, **sections(key))))
            self.actors = [Actor(self, f"{self.seed}-{number}") for number in range(self.clients)]
            for actor in self.actors:
                closing.callback(actor.client.close)
            self._closing = closing.pop_all()
        self.renew(DEVICES)
        return self

    def __exit__(self, *_):
        self._closing.close()

    def renew(self, count):
        """New devices for the oldest ones."""
        new = [Device(self.chance.choice(list(PRODUCTS)), self.chance) for _ in range(count)]
        with self.history.lock:
            self.history.required.update({device.thing: PRODUCTS[device.thing[0]] for device in new})
        for device in new:
            self.actors[0].list_again(device)
        self.devices = (self.devices + new)[-DEVICES:]

    def age(self, device, ms):
        """As if all that is known of the device had happened so much earlier."""
        statements = [f"UPDATE {table} SET {', '.join(f'{name} = {name} - {ms}' for name in names)} WHERE thing_name = '{device.thing}'"
                      for table, names in AGED.items()]
        if not self.session:
            for statement in statements:
                store_change(self.url, statement)
            return
        with self.session_lock:
            told = self.session.say("; ".join(["BEGIN", *statements, "COMMIT"]))
        if "ERROR" in told and "deadlock" not in told:  # the portal may hold the locks the other way round
            raise AssertionError(told)

    # -- running

    def run(self, actions, kill=False):
        """So many at once; with kill, the portal dies in between. False: a property is violated."""
        ticket = iter(range(actions))
        over = threading.Lock()

        def work(actor):
            while not self.wrong:
                with over:
                    if next(ticket, None) is None:
                        return
                    self.done += 1
                actor.act()
        with ThreadPoolExecutor(self.clients) as pool:
            running = [pool.submit(work, actor) for actor in self.actors]
            if kill:
                self._kill_after(self.done + self.chance.randrange(actions // 2), running)
            self.check_store()  # while they run
            for each in running:
                each.result()
        return self.check()

    def _kill_after(self, done, running):
        eventually(lambda: self.done >= done or all(each.done() for each in running), "half of the actions", 10 * DEADLINE)
        self.up.clear()
        portal = self.chance.choice(self.portals)
        portal.kill()
        self.counts["killed"] += 1
        portal.start()
        self.up.set()

    # -- checking

    def check_store(self):
        found, rows = check_store(self.url, self.history)
        self.wrong += found
        return rows

    def check(self):
        """In peace: what the store has, what each token of the devices reads. True: all is well."""
        for portal in self.portals:
            if portal.process.poll() is not None:
                self.wrong.append(f"the portal has ended: {portal.lines[-5:]}")
                return False
        try:
            eventually(lambda: not overdue(self.url), lambda: overdue(self.url)[:3])
        except AssertionError as problem:
            self.wrong.append(f"its time has passed, and nothing happens: {problem}")
        rows = self.check_store()
        before = {row["token"]: row for row in rows["registrations"]}
        asked = [(device, token) for device in self.devices for token in device.tokens]
        with ThreadPoolExecutor(self.clients) as pool:
            answers = list(pool.map(self._read, asked, itertools.cycle(self.actors)))
        after = {row["token"]: row for row in snapshot(self.url)["registrations"]}
        for (device, token), answer in zip(asked, answers, strict=True):
            if answer and before.get(token) == after.get(token):  # time may have changed it
                self._check_answer(device, token, after.get(token), answer)
        return not self.wrong

    def _read(self, asked, _actor):
        client = Client(self, random.Random(self.seed))
        try:
            answer = client.send("GET", f"{API}/{asked[1]}")
            page = client.send("GET", f"/registrations/{asked[1]}")
            return answer and page and (*answer, page[2])
        finally:
            client.close()

    def _check_answer(self, device, token, row, answer):
        self.wrong.unless((answer[0] == 404) == (row is None), "shown, and erased, or lost", token=token, row=row, status=answer[0])
        if row and answer[0] == 200:
            check_answer(row, json.loads(answer[2]), [other for other in device.tokens if other != token], self.wrong)
            self.wrong.unless(row["standing"] not in ENDED or device.thing.encode() not in answer[3],
                              "a former owner reads of the device on the page", row=row)

    def decide_all(self):
        """Staff ends whatever is open: nothing is left that nobody could end."""
        live = {row["token"]: row["thing_name"] for row in snapshot(self.url)["registrations"]
                if row["standing"] in LIVE and row["cancelled_at"] is None}
        answers = {}
        for token, thing in live.items():
            decision = {"action": "refuse", "registration": token, "reason": "the end"}
            answers[token] = self.actors[0].client.json(f"/devices/{thing}/decisions", decision, admin=True)
        for row in snapshot(self.url)["registrations"]:
            if row["token"] in answers:
                ended = row["standing"] not in LIVE or row["cancelled_at"] or row["due_at"] is None  # and its claim has ended
                self.wrong.unless(ended, "staff cannot end it", row=row, answer=answers[row["token"]])
        return self.check()


def seed_of(given=None):
    """As given, or EXPRESSLINK_TEST_SEED, or a new one."""
    return given or os.environ.get("EXPRESSLINK_TEST_SEED") or secrets.token_hex(4)


def run_all(world, actions, report=lambda text: None):
    """In batches. The portal is killed in the first, and now and then. Returns whether all is well."""
    began = time.monotonic()
    fine = True
    while fine and world.done < actions:
        fine = world.run(min(BATCH, actions - world.done), kill=world.done == 0 or world.chance.random() < 0.25)
        report(f"{world.done} actions, {world.done / (time.monotonic() - began):.0f}/s, seed {world.seed}")
        world.renew(RENEWED)
    return fine and world.decide_all()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", type=int, default=100_000)
    parser.add_argument("--seed")
    parser.add_argument("--clients", type=int, default=24)
    given = parser.parse_args()
    seed = seed_of(given.seed)
    print(f"seed {seed}", flush=True)
    with World(seed, given.clients) as world:
        fine = run_all(world, given.actions, lambda text: print(text, flush=True))
        print(f"{world.done} actions; {dict(sorted(world.counts.items(), key=str))}")
        for each in world.wrong[:20]:
            print(each)
    print("every property held" if fine else f"{len(world.wrong)} violations; repeat with --seed {seed}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
