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

#include "claim/identifier_form.h"
#include "claim/identifier_problem.h"

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

/* [A-Za-z0-9_-]{8,64}: what may stand in a topic, whatever the form. */
bool identifier_is_thing_name(const char *name, size_t length);

/* Of two problems with the same text, from two accounts' forms: the one that helps a person more. */
const struct identifier_problem *identifier_problem_better(const struct identifier_problem *a,
                                                           const struct identifier_problem *b);

#endif
