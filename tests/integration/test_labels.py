# SPDX-License-Identifier: Apache-2.0
"""Photographs of labels at the portal: what is read, what is refused in which words, and what it costs when decoders die
or hang. The reading itself is tested below decode/."""
import concurrent.futures
import http.client
import io
import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
import zlib
from pathlib import Path

from PIL import Image

from patience import DEADLINE
from portal import Portal, PortalCase
from sandbox import Sandbox, eventually, random_thing

DECODE, READ = "/api/v1/labels/decode", "/api/v1/labels/read"
URL = "https://register.example.com"
MEBIBYTE = 1024 * 1024
AT_A_TIME = 64  # pictures that wait


def code(text):
    """A picture of the code alone, as Debian's qrencode draws it."""
    png = subprocess.run(["qrencode", "-s", "6", "-o", "-", text], check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(png)).convert("RGBA").convert("L")


def picture_of(*texts):
    """The codes side by side."""
    codes = [code(text) for text in texts]
    whole = Image.new("L", (sum(each.width for each in codes) + 40, max(each.height for each in codes) + 40), 255)
    left = 20
    for each in codes:
        whole.paste(each, (left, 20))
        left += each.width
    return whole


def picture(*texts, kind="PNG"):
    out = io.BytesIO()
    picture_of(*texts).save(out, kind)
    return out.getvalue()


def blank(kind="PNG"):
    out = io.BytesIO()
    Image.new("L", (320, 240), 200).save(out, kind)
    return out.getvalue()


def png_of_size(width, height):
    """Nothing but a header that promises much."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def decoders(portal):
    def alive(pid):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            return stat.rsplit(")", 1)[1].split()[0] != "Z" and "expresslink-dec" in stat
        except OSError:
            return False
    found = set()
    for task in Path(f"/proc/{portal.process.pid}/task").iterdir():
        try:
            found.update(int(each) for each in (task / "children").read_text().split())
        except OSError:
            pass
    return sorted(pid for pid in found if alive(pid))


def animated():
    frames = [Image.new("L", (64, 64), level) for level in (0, 255)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def zxing_code(kind, text):
    """A code of a kind that is not read, with room around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "code.png"
        subprocess.run(["ZXingWriter", "-size", "300x120" if kind != "DataMatrix" else "200x200", kind, text, path], check=True)
        image = Image.open(path).convert("L")
    whole = Image.new("L", (640, 480), 255)
    whole.paste(image, (150, 150))
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def printers_jpeg(text, inverted):
    """CMYK, as Photoshop writes it, or without Adobe's marker and the other way round."""
    out = io.BytesIO()
    inks = picture_of(text).convert("CMYK")
    if inverted:
        inks = Image.merge("CMYK", [band.point(lambda level: 255 - level) for band in inks.split()])
    inks.save(out, "JPEG", quality=90)
    if not inverted:
        return out.getvalue()
    bytes_ = out.getvalue()
    marker = bytes_.index(b"\xff\xee")
    return bytes_[:marker] + bytes_[marker + 2 + int.from_bytes(bytes_[marker + 2:marker + 4], "big"):]


class Case(PortalCase):
    @classmethod
    def sections(cls):
        return {"http": {"public_url": URL}, "labels": {"pictures_per_minute": "0"}}

    def post(self, body, query="", path=DECODE, **headers):
        return self.portal.request("POST", path + query, body, headers)

    def assert_refused(self, answer, status, reason):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["reason"], reason)
        self.assertEqual(answer.json["status"], status)
        self.assertTrue(answer.json["detail"].endswith("."))
        return answer.json["detail"]


class Refused(Case):
    def test_a_picture_without_a_code(self):
        for kind in ("PNG", "JPEG", "WEBP"):
            detail = self.assert_refused(self.post(blank(kind), "?lang=en"), 422, "no_code")
            self.assertEqual(detail, "We could not find a code. Move closer and find better light.")
        self.assertIn("Kein Code", self.assert_refused(self.post(blank(), "?lang=de"), 422, "no_code"))

    def test_what_is_no_picture(self):
        for body in (b"", b"x", b"<html>", bytes(MEBIBYTE), b"BM" + bytes(100), os.urandom(5000)):
            self.assert_refused(self.post(body), 422, "unknown_format")

    def test_what_people_send_instead_of_a_photo_is_named(self):
        """(reason, what the sentence says in English and in German)"""
        upload = (b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
                  + blank() + b"\r\n--x--\r\n")
        for body, reason, english, german in (
                (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "heic", "HEIC", "HEIC"),
                (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(500), "avif", "AVIF", "AVIF"),
                (b"GIF89a" + bytes(100), "gif", "GIF", "GIF"), (b"II*\0" + bytes(100), "tiff", "TIFF", "TIFF"),
                (b"%PDF-1.7\n", "pdf", "PDF", "PDF"), (animated(), "animated", "animated", "animiert"),
                (upload, "form", "bytes of the picture", "Bytes des Bildes"),
                (zxing_code("Code128", "SN12345678"), "barcode", "barcode", "Strichcode"),
                (zxing_code("EAN-13", "4006381333931"), "barcode", "barcode", "Strichcode"),
                (zxing_code("DataMatrix", random_thing()), "data_matrix", "Data Matrix", "Data-Matrix")):
            with self.subTest(reason):
                self.assertIn(english, self.assert_refused(self.post(body, "?lang=en"), 422, reason))
                self.assertIn(german, self.assert_refused(self.post(body, "?lang=de"), 422, reason))

    def test_a_picture_that_is_cut_off_or_damaged(self):
        whole = picture(f"{URL}/r/{random_thing()}")
        jpeg = picture(f"{URL}/r/{random_thing()}", kind="JPEG")
        for body in (whole[:-20], whole[:len(whole) // 2], jpeg[:len(jpeg) // 2], whole[:60] + os.urandom(200)):
            self.assert_refused(self.post(body), 422, "broken")

    def test_a_header_that_promises_too_much(self):
        self.assert_refused(self.post(png_of_size(65500, 65500)), 422, "too_large")

    def test_more_bytes_than_are_taken(self):
        head = f"POST {DECODE} HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * MEBIBYTE + 1}\r\n\r\n"
        self.assertTrue(self.portal.raw(head.encode()).startswith(b"HTTP/1.1 413 "))
        connection = http.client.HTTPConnection(*self.portal.address, timeout=DEADLINE)
        self.addCleanup(connection.close)
        connection.request("POST", DECODE, (bytes(MEBIBYTE) for _ in range(11)), encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 413)

    def test_a_picture_is_posted(self):
        self.assertEqual(self.portal.get(DECODE).status, 405)

    def test_a_text_that_is_none(self):
        for body in (b"", b"{", b"[]", b'{"text":1}', b'{"Text":"x"}', b'{"text":"a\\u0000b"}'):
            answer = self.post(body, path=READ, **{"Content-Type": "application/json"})
            self.assertEqual(answer.status, 400, answer)


class Codes(Case):
    def test_a_label_of_ours(self):
        for kind in ("PNG", "JPEG", "WEBP"):
            thing = random_thing()
            answer = self.post(picture(f"{URL}/r/{thing}", kind=kind), **{"Content-Type": "image/anything"})
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.headers["Content-Type"], "application/json")
            self.assertEqual(answer.json, {"text": f"{URL}/r/{thing}", "identifier": thing})

    def test_a_jpeg_for_printers(self):
        for inverted in (False, True):
            thing = random_thing()
            answer = self.post(printers_jpeg(f"{URL}/r/{thing}", inverted))
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["identifier"], thing)

    def test_the_number_of_a_shops_barcode(self):
        answer = self.portal.post_json(READ + "?lang=en", {"text": "4006381333931"}).json
        self.assertEqual(answer["problem"]["reason"], "shop_barcode")
        self.assertIn("the shop’s barcode", answer["problem"]["detail"])

    def test_what_is_around_a_text_does_not_count(self):
        thing = random_thing()
        for text in (f"\ufeff{URL}/r/{thing}", f"{thing}\0", f"\0\0{thing}\0", f"\u200bUID:{thing}\u200b\r\n", f"\u00a0{thing}\u2060"):
            answer = self.portal.post_json(READ, {"text": text})
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["identifier"], thing, repr(text))

    def test_what_was_read_can_be_claimed(self):
        thing = random_thing()
        identifier = self.post(picture(thing.upper())).json["identifier"]
        self.assertEqual(self.portal.claim(identifier)["thing_name"], thing)

    def test_a_label_of_another_maker(self):
        text = f"https://example.net/r/{random_thing()}"
        answer = self.post(picture(text), "?lang=en")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json, {"text": text, "identifier": None, "problem": {
            "reason": "foreign", "detail": "This code is not from one of our products. Scan the label that shows the"
                                           " device ID."}})
        self.assertIn("keinem unserer Produkte", self.post(picture(text), "?lang=de").json["problem"]["detail"])

    def test_a_text_that_no_page_could_hold(self):
        text = 'WIFI:S:"<script>\\;\u00e4\u20ac;;'
        answer = self.post(picture(text))
        self.assertEqual((answer.json["text"], answer.json["identifier"]), (text, None))

    def test_a_label_beside_another_code(self):
        thing = random_thing()
        answer = self.post(picture("https://example.net/manual", f"{URL}/r/{thing}")).json
        self.assertEqual((answer["text"], answer["identifier"]), (f"{URL}/r/{thing}", thing))
        self.assertEqual(set(answer["texts"]), {"https://example.net/manual", f"{URL}/r/{thing}"})

    def test_the_same_label_twice(self):
        thing = random_thing()
        self.assertEqual(self.post(picture(f"{URL}/r/{thing}", f"{URL}/r/{thing}")).json["identifier"], thing)

    def test_labels_of_two_devices(self):
        answer = self.post(picture(*(f"{URL}/r/{random_thing()}" for _ in range(2)))).json
        self.assertIsNone(answer["identifier"])
        self.assertEqual(answer["problem"]["reason"], "several")

    def test_a_label_of_ours_that_cannot_be_right(self):
        answer = self.post(picture(f"{URL}/r/0011")).json
        self.assertIsNone(answer["identifier"])
        self.assertEqual(answer["problem"]["reason"], "too short")

    def test_what_the_browser_has_read_itself(self):
        thing = random_thing()
        for text, identifier in ((f"{URL}/r/{thing}", thing), (thing, thing), ("https://example.net/", None)):
            answer = self.portal.post_json(READ, {"text": text})
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual((answer.json["text"], answer.json["identifier"]), (text, identifier))


class Limits(unittest.TestCase):
    def test_so_many_pictures_a_minute_and_the_next_is_not_even_received(self):
        with Sandbox() as sandbox, Portal(sandbox, labels={"pictures_per_minute": "3"}) as portal:
            for _ in range(3):
                self.assertEqual(portal.request("POST", DECODE, blank()).status, 422)
            # No byte of the body is ever sent.
            answer = portal.raw(f"POST {DECODE} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
                                f"Content-Length: {MEBIBYTE}\r\n\r\n".encode())
            self.assertTrue(answer.startswith(b"HTTP/1.1 429 "), answer)
            self.assertRegex(answer, rb"Retry-After: \d+\r\n")
            self.assertEqual(portal.post_json(READ, {"text": "x"}).status, 429)
            self.assertEqual(portal.post_json("/api/v1/registrations", {"identifier": random_thing()}).status, 202)

    def test_so_many_pictures_at_a_time(self):
        with Sandbox() as sandbox, Portal(sandbox, labels={"pictures_per_minute": "0", "decoders": "1"}) as portal:
            pid = eventually(lambda: decoders(portal), "the decoder")[0]
            os.kill(pid, signal.SIGSTOP)
            body = blank()
            head = f"POST {DECODE} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            held = []
            try:
                for _ in range(AT_A_TIME + 20):
                    held.append(socket.create_connection(portal.address, timeout=DEADLINE))
                    held[-1].sendall(head + body)
                eventually(lambda: portal.metric('pictures_given_up_total{reason="queue full"}') > 0, "too many wait")
                answer = portal.request("POST", DECODE, blank())
                self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "5"))
                self.assertEqual(portal.get("/").status, 200)
            finally:
                for each in held:
                    each.close()
            eventually(lambda: portal.request("POST", DECODE, blank()).status == 422, "the places come back")

    def test_without_decoders_people_type(self):
        with Sandbox() as sandbox, Portal(sandbox, labels={"decoders": "0"}) as portal:
            answer = portal.request("POST", DECODE, blank())
            self.assertEqual((answer.status, answer.headers["Retry-After"]), (503, "5"))
            self.assertEqual(decoders(portal), [])
            portal.claim(random_thing())


class Decoders(Case):
    """What stands between a picture and the portal."""

    def test_each_has_nothing_of_the_portals(self):
        eventually(lambda: self.portal.metric("decoders") == 2, "two decoders that are ready")
        for pid in decoders(self.portal):
            self.assertEqual(sorted(os.listdir(f"/proc/{pid}/fd"), key=int), ["0", "1", "2"])
            status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            self.assertEqual(status["Seccomp"].strip(), "2")
            self.assertEqual(status["NoNewPrivs"].strip(), "1")
            self.assertEqual(Path(f"/proc/{pid}/environ").read_bytes().strip(b"\0"), b"")

    def test_killing_them_under_load_costs_the_pictures_in_hand_alone(self):
        thing = random_thing()
        label = picture(f"{URL}/r/{thing}")
        done = threading.Event()
        replaced = self.portal.metric("decoders_replaced_total")

        def post(_):
            answers = []
            while not done.is_set():
                answers.append(self.post(label))
            return answers
        with concurrent.futures.ThreadPoolExecutor(6) as workers:
            running = [workers.submit(post, i) for i in range(6)]
            try:
                for round_number in range(10):
                    before = self.portal.metric('pictures_total{result="ok"}')
                    for pid in decoders(self.portal):
                        os.kill(pid, signal.SIGKILL)
                    eventually(lambda: self.portal.metric('pictures_total{result="ok"}') > before + 5,
                               "pictures are read again")
                    self.portal.claim(random_thing())
            finally:
                done.set()
            answers = [answer for each in running for answer in each.result()]
        for answer in answers:
            self.assertIn(answer.status, (200, 503), answer)
            if answer.status == 200:
                self.assertEqual(answer.json["identifier"], thing)
            else:
                self.assertEqual((answer.json["reason"], answer.headers["Retry-After"]), ("unavailable", "5"))
        lost = sum(answer.status == 503 for answer in answers)
        self.assertLessEqual(lost, 10 * 2, "one picture at most for each that was killed")
        self.assertGreaterEqual(self.portal.metric("decoders_replaced_total"), replaced + 10)
        self.assertEqual(self.post(label).json["identifier"], thing)

    def test_one_that_hangs_is_ended_and_costs_its_picture_alone(self):
        label = picture(f"{URL}/r/{random_thing()}")
        eventually(lambda: self.portal.metric("decoders") == 2, "two decoders that are ready")
        pids = decoders(self.portal)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            for answer in workers.map(lambda _: self.post(label), range(2)):
                self.assert_refused(answer, 422, "too_slow")
        self.assertEqual(self.post(label).status, 200)
        eventually(lambda: len(decoders(self.portal)) == 2 and not set(pids) & set(decoders(self.portal)),
                   "both were replaced")


class TheEnd(unittest.TestCase):
    def test_no_decoder_outlives_its_portal(self):
        for end in (Portal.stop, Portal.kill):
            with self.subTest(end.__name__), Sandbox() as sandbox, Portal(sandbox) as portal:
                pids = eventually(lambda: len(decoders(portal)) == 2 and decoders(portal), "two decoders")
                end(portal)
                eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "the decoders have ended")


if __name__ == "__main__":
    unittest.main()
