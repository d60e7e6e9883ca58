// SPDX-License-Identifier: Apache-2.0
// Offers to read the label in place of typing it. Loaded ahead of the page, so that the buttons are there when it is
// first drawn and nothing moves; what reads the label (scanner.js) comes later, in the version that this file has.
"use strict";

(() => {
  const { search } = new URL(document.currentScript.src);
  const hasCamera = Boolean(navigator.mediaDevices?.getUserMedia);

  let scanner = null;

  async function load() {
    const { Scanner } = await import(`/static/scanner.js${search}`);
    return new Scanner(document.getElementById("scanner-template"));
  }

  async function withScanner(use) {
    scanner ??= load();
    try {
      use(await scanner);
    } catch {
      scanner = null;
      document.getElementById("scan-trouble").showModal();
    }
  }

  function wire() {
    const photo = document.getElementById("scan-photo");
    const file = document.getElementById("scan-file");
    if (photo === null) return;
    const trouble = document.getElementById("scan-trouble");
    trouble.querySelector("button").addEventListener("click", () => trouble.close());
    trouble.addEventListener("close", () => document.getElementById("identifier").focus());
    document.getElementById("scan-camera").addEventListener("click", () => withScanner((each) => each.openCamera()));
    photo.addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      const [chosen] = file.files;
      if (chosen === undefined) return;
      withScanner((each) => each.openPhoto(chosen));
      file.value = ""; // The same one can be chosen again.
    });
  }

  if (typeof HTMLDialogElement !== "function") return;
  document.documentElement.classList.add("with-scan");
  if (hasCamera) document.documentElement.classList.add("with-camera");
  document.addEventListener("DOMContentLoaded", wire);
})();
