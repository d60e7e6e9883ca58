// SPDX-License-Identifier: Apache-2.0
// The field for the device ID: shown in groups as on the label, and counted. Register is the page's main button once
// something is in the field; until then it is the scanner's. Loaded ahead of the page, so that nothing moves.
"use strict";

(() => {
  const GROUP = 4;
  const CHECK = 2;
  const ROWS_MAX = 8;
  const LIKE_AN_ID = /^([0-9A-Za-z\s-]*)(\/[0-9A-Za-z\s]*)?$/;

  const withoutSpace = (text) => text.replace(/\s+/g, "");
  const countLetters = (text) => text.replace(/[^0-9A-Za-z]/g, "").length;

  /** "Device", "ID": a word without digits that no ID of hexadecimal digits can contain. */
  function hasWords(text) {
    return text.split(/\s+/).some((part) => /[g-z]/i.test(part) && !/\d/.test(part));
  }

  /** {name, check} without spaces; null for text that is more than an ID, or two of them, which stays as it is. */
  function parse(text, wanted) {
    const found = text.match(LIKE_AN_ID);
    if (found === null || hasWords(text) || countLetters(text) >= 2 * wanted) return null;
    return { name: withoutSpace(found[1]), check: withoutSpace(found[2] ?? "") };
  }

  /** As printed on labels: a dash belongs to the group before it. */
  function inGroups({ name, check }) {
    const groups = name.match(new RegExp(`[^-]{1,${GROUP}}-?|-`, "g")) ?? [];
    if (check !== "") groups.push(check.length > 1 ? `/\u00a0${check.slice(1)}` : check); // On one line.
    return groups.join(" ");
  }

  function wire() {
    const field = document.getElementById("identifier");
    if (field === null || field.type === "hidden") return;
    const count = document.getElementById("identifier-count");
    const wanted = Number(field.dataset.digits);

    function tell() {
      const text = field.value;
      field.form.classList.toggle("filled", text.trim() !== "");
      field.rows = 2;
      while (field.scrollHeight > field.clientHeight && field.rows < ROWS_MAX) field.rows += 1;
      const id = wanted ? parse(text, wanted) : null;
      const length = id === null ? 0 : countLetters(id.name + id.check);
      const all = id !== null && (length > wanted || id.check !== "") ? wanted + CHECK : wanted;
      const isCounted = id !== null || text.trim() === "";
      count.textContent = wanted && isCounted
        ? count.dataset.count.replace("{length}", length).replace("{wanted}", all) : "";
    }

    /** The caret stays behind the character that it was behind. */
    function regroup() {
      const id = wanted ? parse(field.value, wanted) : null;
      const grouped = id === null ? field.value : inGroups(id);
      if (grouped !== field.value) {
        let before = withoutSpace(field.value.slice(0, field.selectionStart)).length;
        field.value = grouped;
        let caret = 0;
        for (; before > 0; caret += 1) if (grouped[caret].trim() !== "") before -= 1;
        if (document.activeElement === field) field.setSelectionRange(caret, caret);
      }
      tell();
    }

    field.addEventListener("input", (event) => (event.isComposing ? tell() : regroup()));
    field.addEventListener("compositionend", regroup);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      field.form.requestSubmit();
    });
    // The places that the portal names are those of the characters, without the spaces between groups.
    field.form.addEventListener("formdata", ({ formData }) => {
      const id = wanted ? parse(field.value, wanted) : null;
      if (id !== null) formData.set("identifier", id.name + id.check);
    });
    window.addEventListener("resize", tell);
    window.addEventListener("pageshow", regroup); // The browser has put back what was typed.
    regroup();
  }

  document.documentElement.classList.add("with-script");
  document.addEventListener("DOMContentLoaded", wire);
})();
