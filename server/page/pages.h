/* SPDX-License-Identifier: Apache-2.0 */
/* The pages, made from mustache templates and a message catalogue for each language, both read at start-up
 * from one folder that an OEM may replace. Loaded once; rendering only reads, from any thread. */
#ifndef SERVER_PAGE_PAGES_H
#define SERVER_PAGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/identifier.h"
#include "server/registration.h"

struct pages;

/* folder holds form.mustache, status.mustache, problem.mustache, layout parts, and messages.<language>.json;
 * the first language is fallback_language ("en"). asset_version: put behind the addresses of static files, so
 * that they can be cached for ever. NULL on error: *error (owned) then says which file and what is wrong with
 * it: a template that does not parse, a catalogue that lacks a key another one has. */
struct pages *pages_load(const char *folder, const char *fallback_language, const char *asset_version,
                         char **error);
void pages_free(struct pages *pages);

/* The language to use: wanted ("de", from ?lang=; may be NULL) where there is such a catalogue, else the best
 * of an Accept-Language header (RFC 9110 12.5.4; may be NULL), else the fallback. Borrowed, static for the
 * life of pages. */
const char *pages_language(const struct pages *pages, const char *wanted, const char *accept_language);
size_t pages_language_count(const struct pages *pages);
const char *pages_language_at(const struct pages *pages, size_t index);

struct pages_choice {
    const char *key;
    const char *label;
};

struct page_form {
    const char *typed;                        /* what stands in the field, "" for an empty form; any UTF-8 */
    const struct identifier_problem *problem; /* NULL: none */
    const char *problem_key; /* another problem, told by the message form_problem_<key>: "busy", "endpoint",
                              * "limit"; an unknown key is told by form_problem_other. NULL: none */
    const struct pages_choice *endpoints; /* more than one: a choice is shown */
    size_t endpoint_count;
    const char *endpoint; /* chosen key, NULL: the first */
    bool filled_by_link;  /* /r/{identifier}: the person only has to press the button */
};

void pages_form(const struct pages *pages, const char *language, const struct page_form *form,
                struct text *out);

/* Needs /static/status.js to keep itself up to date; without scripts it refreshes itself. now_ms: wall clock,
 * for "2 of about 15 minutes". The result depends on it only by the minute, so that an ETag over the bytes
 * stays the same while there is nothing new to see. */
void pages_status(const struct pages *pages, const char *language, const struct registration *registration,
                  long long now_ms, struct text *out);

/* 404, 405, 413, 429, 500, 503 ... for people: what happened and what to do, with the request id to quote. */
void pages_problem(const struct pages *pages, const char *language, unsigned http_status,
                   const char *request_id, struct text *out);

/* The sentence for a picture or code that is no label of ours: the message label_problem_<reason>; for an
 * unknown reason label_problem_other. */
void pages_label_problem(const struct pages *pages, const char *language, const char *reason,
                         struct text *out);

/* The sentence for a problem with an identifier, in plain text (the API's `detail`). */
void pages_identifier_problem(const struct pages *pages, const char *language,
                              const struct identifier_problem *problem, struct text *out);

#endif
