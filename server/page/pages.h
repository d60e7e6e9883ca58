/* SPDX-License-Identifier: Apache-2.0 */
/* Renders the pages of the portal from mustache templates and one message catalogue for each language. Both
 * are read at start from one folder, which an OEM may replace. Read-only after loading; any thread may
 * render. */
#ifndef SERVER_PAGE_PAGES_H
#define SERVER_PAGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/digital_link.h"
#include "claim/identifier.h"
#include "server/page/brand.h"
#include "server/page/questions.h"
#include "server/registration.h"

struct pages;

/* Loads form.mustache, status.mustache, ask.mustache, problem.mustache, products.mustache, their partials and
 * all messages.<language>.json from folder. fallback_language must be one of the languages ("en").
 * asset_version: appended to the URLs of static files, so that they can be cached forever. brand: borrowed;
 * NULL for none, with wifi. Returns NULL on error; *error (owned) then names the file and the mistake, such
 * as a template that cannot be parsed or a catalogue without a key that another one has. Free with
 * pages_free(), which accepts NULL. */
struct pages *pages_load(const char *folder, const char *fallback_language, const char *asset_version,
                         const struct page_brand *brand, char **error);
void pages_free(struct pages *pages);

/* The language to use: wanted ("de", from ?lang=; may be NULL) if it has a catalogue, or else the best match
 * of an Accept-Language header (may be NULL), or else the fallback. Borrowed for the life of pages. */
const char *pages_language(const struct pages *pages, const char *wanted, const char *accept_language);
bool pages_has_language(const struct pages *pages, const char *tag);
/* All languages; the first is the fallback. Borrowed. */
size_t pages_language_count(const struct pages *pages);
const char *pages_language_at(const struct pages *pages, size_t index);

struct pages_choice {
    const char *key;
    const char *label;
};

struct page_form {
    const char *typed;                        /* content of the field, "" for an empty form; any bytes */
    const struct identifier_problem *problem; /* NULL: none */
    const char *problem_key; /* another problem: "busy", "endpoint" or "limit", shown with the message
                                form_problem_<key>. Unknown keys use form_problem_other. NULL: none */
    const struct pages_choice *endpoints; /* with more than one, the form shows a choice */
    size_t endpoint_count;
    const char *endpoint;   /* key of the chosen endpoint; NULL: the first */
    const char *request_id; /* to quote to support; NULL: the page is the same for everybody */
    size_t digits;          /* letters and digits of a device ID, to count what is typed; 0: not fixed */
    bool filled_by_link;    /* by /r/{identifier}: the person only presses the button */
    const struct digital_link *link; /* filled in by this one: its serial number is shown; NULL: none */
    bool endpoint_given;             /* by a link: it is kept, and there is no choice */
    const struct page_questions *questions; /* of the product; NULL: its page has none */
};

/* Adds the page with the registration form. language: a tag from pages_language(). */
void pages_form(const struct pages *pages, const char *language, const struct page_form *form,
                struct text *out);

/* A sentence about what the person has just done, on the status page. */
enum page_note {
    NOTE_NONE,
    NOTE_PRESSED,    /* "It's on now" was passed on */
    NOTE_WRONG_CODE, /* or no device has this code */
    NOTE_TOO_SOON,   /* a code or a power cycle must wait */
    NOTE_CHANGED,    /* the page was outdated, what was asked for is not possible now */
};

/* What the status page shows. */
struct page_status {
    const struct registration *registration;
    long long now_ms;     /* store_clock_ms(), for "2 of about 15 minutes" */
    enum page_note note;  /* about what was just done */
    long long queue_ms;   /* until the first message is sent, where many wait; 0: at once, or not known */
    long long wait_ms;    /* with the note: before the next try */
    unsigned backup_days; /* how long backups keep what was erased; 0: not said */
    const struct page_questions *questions; /* that the product asks after the arrival; NULL: none */
    bool returns; /* the person came from the OEM's app or shop, and can go back there with the result */
};

/* Adds the status page. It updates itself with /static/status.js; without scripts it reloads. The page
 * changes at most once a minute with the time, so that its ETag stays the same while nothing else changes. */
void pages_status(const struct pages *pages, const char *language, const struct page_status *status,
                  struct text *out);

/* A question to answer with one button, in a page of its own. */
enum page_question {
    ASK_HAND_OVER, /* the owner: make a link */
    ASK_RELEASE,   /* the owner: give the device up */
    ASK_ACCEPT,    /* the owner: pass it on to the person who asked */
    ASK_DENY,      /* the owner: keep it */
    ASK_TAKE,      /* the next owner: take it */
    ASK_ENDED,     /* the next owner: the link cannot be used. Nothing is asked */
};

struct page_ask {
    enum page_question question;
    const char *action;     /* path that the form posts to; its /revoke revokes a link */
    const char *back;       /* path of the page to go back to; NULL: none */
    const char *link;       /* ASK_HAND_OVER: the link that was made; NULL: none */
    long long link_until;   /* ASK_HAND_OVER: the end of a link, this one or one made before; 0: none */
    long long asked_at;     /* ASK_ACCEPT, ASK_DENY: when the other one asked */
    const char *thing_name; /* ASK_TAKE: of the device; NULL: none */
    const struct product *product;          /* ASK_TAKE: what it is; NULL: not known */
    const struct page_questions *questions; /* ASK_TAKE: of the product; NULL: none */
    unsigned proofs;                        /* and what was proven */
};

/* Adds the page that asks. */
void pages_ask(const struct pages *pages, const char *language, const struct page_ask *ask, struct text *out);

/* What "Your products" shows. */
struct page_products {
    const char *problem; /* signing in has failed: "stale", "denied" or "unavailable"; NULL: nothing has */
    bool is_signed_in;
    bool can_begin; /* there is a place to sign in, and not only an app that hands people over */
    const struct registration *list;
    size_t count;
    unsigned number;        /* of the page, 1: the first */
    bool more;              /* there is another page */
    const char *back;       /* where the person came from; "" or NULL: not known */
    const char *request_id; /* to quote to support; NULL: none */
};
void pages_products(const struct pages *pages, const char *language, const struct page_products *products,
                    struct text *out);
/* Adds "Back to ACME". */
void pages_back_text(const struct pages *pages, const char *language, struct text *out);

/* Adds the page for an error status: what happened, what to do, and the request id to quote. */
void pages_problem(const struct pages *pages, const char *language, unsigned http_status,
                   const char *request_id, struct text *out);

/* Adds the sentence for a picture or code that is not one of our labels: the message label_problem_<reason>,
 * or label_problem_other if the reason is unknown. */
void pages_label_problem(const struct pages *pages, const char *language, const char *reason,
                         struct text *out);

/* Adds the sentence for a problem with an identifier, as plain text (the API's `detail`). */
void pages_identifier_problem(const struct pages *pages, const char *language,
                              const struct identifier_problem *problem, struct text *out);

#endif
