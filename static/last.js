// SPDX-License-Identifier: Apache-2.0
// Remembers the last registration on this device, so that the form leads back to it: the private address of its status
// page and the end of its device ID. It is kept in the browser only, until it is forgotten or no longer exists.
"use strict";

(() => {
  const KEY = "lastRegistration";
  const STATUS_PATH = /^\/registrations\/[0-9a-f]{32}$/;
  const END_LENGTH = 4;

  /** null: none, or the browser keeps nothing. */
  function read() {
    try {
      const last = JSON.parse(localStorage.getItem(KEY));
      return STATUS_PATH.test(last?.path) ? last : null;
    } catch {
      return null;
    }
  }

  function write(last) {
    try {
      if (last === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, JSON.stringify(last));
    } catch {
      // The browser keeps nothing.
    }
  }

  function forget() {
    write(null);
    document.documentElement.classList.remove("with-last");
  }

  function wire() {
    const { pathname } = location;
    const last = read();
    const line = document.getElementById("last");
    const status = document.querySelector("main[data-status]");
    const thing = document.querySelector(".thing code");
    if (status !== null && thing !== null) {
      write({ path: pathname, end: thing.textContent.slice(-END_LENGTH) });
    } else if ((status ?? document.querySelector("main[data-gone]")) !== null) {
      if (last?.path === pathname) forget(); // deleted, or no longer this person's
    } else if (line !== null && last !== null) {
      const link = line.querySelector("a");
      link.href = `${last.path}?lang=${document.documentElement.lang}`;
      link.querySelector("span").textContent = String(last.end);
      line.querySelector("button").addEventListener("click", () => {
        forget();
        document.getElementById("main").focus();
      });
    }
  }

  if (read() !== null) document.documentElement.classList.add("with-last");
  document.addEventListener("DOMContentLoaded", wire);
})();
