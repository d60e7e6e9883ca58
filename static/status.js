// SPDX-License-Identifier: Apache-2.0
// Keeps the status page up to date: asks for the page's own address again and puts the new <main> in the place of the
// old one. Without this script the page refreshes itself.
"use strict";

const PERIOD_MS = 2000;
const PERIOD_MAX_MS = 15000;
const ANSWER_TIMEOUT_MS = 10000;

const announcement = document.getElementById("announcement");

let etag = null;
let failures = 0;
let timer = null;
let asking = null;

function currentMain() {
  return document.querySelector("main[data-status]");
}

function isSettled() {
  return currentMain().hasAttribute("data-settled");
}

function schedule() {
  clearTimeout(timer);
  if (isSettled() || document.hidden) return;
  const wait = Math.min(PERIOD_MS * 2 ** failures, PERIOD_MAX_MS);
  timer = setTimeout(ask, wait);
}

/** In the place of the advice: nothing moves. */
function tellConnection(lost) {
  const connection = document.getElementById("connection");
  currentMain().toggleAttribute("data-offline", lost);
  const text = lost ? connection.dataset.lost : "";
  if (connection.textContent !== text) connection.textContent = text;
}

/** What is left of the time to switch off and on; the server says it with every answer. */
let countdownEnd = 0;

function beginCountdown() {
  const countdown = document.getElementById("countdown");
  if (countdown === null) return;
  countdownEnd = performance.now() + Number(countdown.dataset.left);
  const before = document.getElementById("countdown-before");
  const clock = new Date(Date.now() + Number(countdown.dataset.left)).toLocaleTimeString(document.documentElement.lang);
  before.textContent = before.dataset.words.replace("{clock}", clock);
}

function showCountdown() {
  const countdown = document.getElementById("countdown");
  if (countdown === null) return;
  const seconds = Math.max(0, Math.ceil((countdownEnd - performance.now()) / 1000));
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (countdown.textContent !== text) countdown.textContent = text;
}

function restoreFocus(id) {
  const target = document.getElementById(id) ?? document.getElementById("headline");
  target.focus({ preventScroll: true });
}

function show(page) {
  const before = currentMain();
  const after = page.querySelector("main[data-status]");
  if (after === null) throw new Error("not a status page");
  if (before.isEqualNode(after)) return;
  const focused = before.contains(document.activeElement) ? document.activeElement.id : null;
  const headline = before.querySelector("h1").textContent;
  const typed = document.getElementById("code")?.value ?? "";
  before.replaceWith(document.adoptNode(after));
  document.title = page.title;
  beginCountdown();
  const code = document.getElementById("code");
  if (code !== null) code.value = typed;
  if (focused !== null) restoreFocus(focused);
  const news = after.querySelector("h1").textContent;
  if (news !== headline) announcement.textContent = news;
}

/** The page's own, in the language that it has. */
function address() {
  const own = new URL(location.href);
  own.searchParams.set("lang", document.documentElement.lang);
  return own.href;
}

async function fetchPage(signal) {
  const headers = { Accept: "text/html", "X-Requested-With": "fetch" };
  if (etag !== null) headers["If-None-Match"] = etag;
  const answer = await fetch(address(), { cache: "no-store", headers, signal });
  if (answer.status === 304) return tellConnection(false);
  // The registration is no longer kept: let the server say so in full.
  if (answer.status === 404 || answer.status === 410) return location.reload();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  tellConnection(false);
  show(page);
  etag = answer.headers.get("ETag");
}

async function ask() {
  if (asking !== null || isSettled()) return;
  const limit = new AbortController();
  const late = setTimeout(() => limit.abort(), ANSWER_TIMEOUT_MS);
  asking = limit;
  try {
    await fetchPage(limit.signal);
    failures = 0;
  } catch (error) {
    failures += 1;
    // Without a network at once; an answer that fails may well be better the next time.
    tellConnection(failures > 1 || error instanceof TypeError);
  }
  clearTimeout(late);
  asking = null;
  schedule();
}

function askNow() {
  clearTimeout(timer);
  if (!document.hidden) ask();
}

document.addEventListener("visibilitychange", askNow);
window.addEventListener("online", askNow);
window.addEventListener("offline", () => {
  if (!isSettled()) tellConnection(true);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) askNow();
});
schedule();
beginCountdown();
setInterval(showCountdown, 500);
