/* SPDX-License-Identifier: Apache-2.0 */
/* The identifier on a label, as people type it, brought to the exact ThingName that a staging account uses.
 *
 * A ThingName is the module's unique identifier, 128 bits or more, at most 64 characters (PG 12.1.3.1).
 * Module makers write it differently, and MQTT topics are case-sensitive, so each staging account says how
 * its own look. Whatever comes out of here matches [A-Za-z0-9_-]{8,64} and may stand in a topic: one bad
 * topic would drop the connection that all claims share. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_H
#define CLAIM_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

#define IDENTIFIER_MIN 8
#define IDENTIFIER_MAX 64
#define IDENTIFIER_SIZE (IDENTIFIER_MAX + 1)
#define IDENTIFIER_GROUP_LENGTH 4
#define IDENTIFIER_GROUP_SIZE                                                                                \
    (IDENTIFIER_GROUP_LENGTH + 2) /* a dash of the name stays with the group before it */
/* More than this was typed by nobody; longer input is refused unread. A pasted URL fits well. */
#define IDENTIFIER_TYPED_MAX 1024

enum identifier_error {
    IDENTIFIER_OK,
    IDENTIFIER_EMPTY,     /* nothing, or only spaces, quotes and dashes */
    IDENTIFIER_TOO_SHORT, /* length and wanted tell */
    IDENTIFIER_TOO_LONG,
    IDENTIFIER_BAD_CHARACTER, /* character and position tell */
    IDENTIFIER_BAD_URL,       /* a web address without an identifier in it */
    IDENTIFIER_NO_MATCH,      /* characters and length may be right, the account's pattern is not met */
    IDENTIFIER_WRONG_CHECK,   /* the check characters do not fit; length, wanted and group may tell more */
    IDENTIFIER_BAD_FORM,      /* only from identifier_form_parse(): the configuration is wrong */
};

struct identifier_problem {
    enum identifier_error error;
    char character[5]; /* the offending character as UTF-8, "" when it cannot be shown (control, bidi, broken
                          UTF-8) */
    size_t position;   /* of that character in what was typed, counted in characters from 1; 0: not known */
    size_t length;     /* characters that count (without separators); of text refused unread, its bytes; with
                          IDENTIFIER_WRONG_CHECK of the identifier alone */
    size_t wanted; /* characters wanted, 0: no fixed number; with the check characters where length has them
                      (IDENTIFIER_TOO_LONG: without them) */
    size_t group;  /* IDENTIFIER_WRONG_CHECK: the one group of the label (identifier_group(), from 1) that a
                      single mistake can be in; the one after the last: the check characters; 0: not known */
    bool group_is_check;                        /* that group is the check characters */
    char group_text[IDENTIFIER_GROUP_SIZE + 1]; /* that group as it was typed, maybe with one too many, in the
                                                   form's case; "" with 0 */
};

/* How one staging account writes its ThingNames. Owned by the caller; freed with identifier_form_fini(). */
struct identifier_form {
    int kind;        /* private */
    int letter_case; /* private */
    size_t digits;   /* private */
    void *pattern;   /* private, owned */
};

/* form: "hex" (32 hex digits), "hex:N" (N hex digits, 8..64), "uuid" (8-4-4-4-12 with dashes), or a POSIX
 * extended regular expression that the whole ThingName must match. letter_case: "lower", "upper" or "keep". A
 * pattern that asks for capitals where letter_case is "lower" (or the other way round) could never be met and
 * is refused, as are back references, whose matching time has no bound. On error *out is untouched and
 * IDENTIFIER_BAD_FORM is returned. */
enum identifier_error identifier_form_parse(const char *form, const char *letter_case,
                                            struct identifier_form *out) __attribute__((warn_unused_result));
void identifier_form_fini(struct identifier_form *form);

/* typed: length bytes, maybe with NULs, controls, broken UTF-8. Forgives: surrounding space and quotes
 * (straight and typographic), a full stop or comma after it, spaces and dashes between groups, letter case
 * where the form has one, a pasted URL (".../r/<id>", "?id=<id>", percent-encoding in it), and for hex and
 * uuid O/o for 0 and I/i/L/l for 1. Dashes may be part of a name that a pattern describes: it is tried with
 * them first, then without. The two check characters of a label (check_characters.h) may follow, after a "/"
 * or, where the form has a fixed length, without; they are verified and left out. What comes out, put in
 * again, comes out the same. On IDENTIFIER_OK out holds the ThingName; otherwise out is untouched and
 * *problem (may be NULL) says why. */
enum identifier_error identifier_parse(const struct identifier_form *form, const char *typed, size_t length,
                                       char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
    __attribute__((warn_unused_result));

/* How many characters of name its first group takes on a label, 0 at the end: four letters and digits, or
 * fewer up to a dash or underscore of the name, which ends the group and belongs to it. */
size_t identifier_group(const char *name);

/* [A-Za-z0-9_-]{8,64}: what may stand in a topic, whatever the form. */
bool identifier_is_thing_name(const char *name, size_t length);

/* Of two problems with the same text, from two accounts' forms: the one that helps a person more. */
const struct identifier_problem *identifier_problem_better(const struct identifier_problem *a,
                                                           const struct identifier_problem *b);

/* "too short" and so on, for logs and tests; people are told through the message catalogue. */
const char *identifier_error_name(enum identifier_error error);

#endif
