# SPDX-License-Identifier: Apache-2.0
"""Nothing grows for ever: registrations come and go, and the store takes no more room after many rounds of them than after
a few. Each round has the same number of rows at its end, however quick the machine is: one portal keeps what has ended, and
the next one removes it. bench/run has a million of them, under one portal."""
import http.client
import json
import os
import secrets
import threading
import unittest

import postgresql
from patience import DEADLINE, fewer
from portal import Portal, store_url, stored
from sandbox import Sandbox, eventually

ROUNDS, A_ROUND, THREADS = 6, fewer(2500), 4
TABLES = ("claims", "deliveries", "registrations")
SLACK = 16  # pages; random keys do not fill pages alike


class Soak(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enterContext(Sandbox())
        self.url = store_url(self.sandbox)
        self.is_sqlite = self.url.startswith("sqlite:")
        self.problems = []

    def portal(self, **retention):
        return Portal(self.sandbox, claim={"window": "1s"}, retention=retention, log={"requests": "no"})

    def pages(self):
        """Of each table with its indexes, also of those that have no rows for a registration; with SQLite, of the file."""
        if self.is_sqlite:
            path = self.url.partition(":")[2]
            return {"file": os.path.getsize(path) // stored(self.url, "PRAGMA page_size")[0][0]}
        return dict(stored(self.url, "SELECT relname, pg_total_relation_size(oid) / 8192 AS pages FROM pg_class"
                                     " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))

    def rows(self):
        return {table: stored(self.url, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}

    def register(self, address, count):
        connection = http.client.HTTPConnection(*address, timeout=DEADLINE)
        for _ in range(count):
            body = json.dumps({"identifier": secrets.token_hex(16),
                               "contact": {"name": "Somebody", "email": f"{secrets.token_hex(8)}@example.com"}})
            connection.request("POST", "/api/v1/registrations", body, {"Content-Type": "application/json",
                                                                       "Idempotency-Key": secrets.token_hex(16)})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 202:
                self.problems.append(text)
        connection.close()

    def fill(self):
        with self.portal() as portal:
            threads = [threading.Thread(target=self.register, args=(portal.address, A_ROUND // THREADS)) for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(self.problems, [])
            eventually(lambda: portal.metric('claims{state="expired"}') == A_ROUND // THREADS * THREADS,
                       lambda: f"all have ended: {portal.metrics()}")

    def remove(self):
        with self.portal(ended_claims="1ms") as portal:
            eventually(lambda: portal.metric('claims{state="expired"}') == 0, lambda: f"all are removed: {portal.metrics()}")
        self.assertEqual(self.rows(), dict.fromkeys(TABLES, 0))
        if not self.is_sqlite:
            postgresql.execute(self.url, "VACUUM")  # as autovacuum does within minutes

    def test_it_ends_at_a_steady_size(self):
        pages = []
        for _ in range(ROUNDS):
            self.fill()
            self.assertGreater(min(self.rows().values()), A_ROUND * 0.9)
            pages.append(self.pages())
            self.remove()
        for name, now in pages[-1].items():
            before = pages[ROUNDS // 2 - 1][name]
            by_time = name not in ("file", *TABLES)  # as many transactions as a minute has; on a slow machine it is not over yet
            self.assertLessEqual(now, (3 * before if by_time else before) + SLACK, f"{name}: {pages}")
            if name in ("file", *TABLES):
                self.assertGreater(before, SLACK * 3, f"{name} is too small to tell: {pages}")


if __name__ == "__main__":
    unittest.main()
