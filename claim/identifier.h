/* SPDX-License-Identifier: Apache-2.0 */
/* Converts an identifier, as people type it from a label, to the exact ThingName of a staging account. Call
 * identifier_parse() with the account's form.
 *
 * A ThingName is the module's unique identifier, 128 bits or more, at most 64 characters (PG 12.1.3.1).
 * Module makers write it differently and MQTT topics are case-sensitive, so each staging account configures
 * its form. The result always matches [A-Za-z0-9_-]{8,64} and is safe in a topic: AWS drops the connection,
 * which all claims share, for one bad topic. Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_H
#define CLAIM_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier_form.h"
#include "claim/identifier_problem.h"

/* typed: length bytes of untrusted input; NULs, controls and broken UTF-8 are allowed. Accepts:
 *   - surrounding space and quotes (straight and typographic), a full stop or comma at the end; byte order
 * marks, NULs and zero-width characters around it
 *   - spaces and dashes between groups; any letter case if the form has one
 *   - a pasted URL (".../r/<id>", "?id=<id>", percent-encoding)
 *   - for hex and uuid: O/o for 0 and I/i/L/l for 1
 *   - the two check characters of a label (check_characters.h), after a "/" or, if the form has a fixed
 *     length, directly; they are verified and removed
 *   - a longer text with one identifier in it: lines of a label, "UID: <id>", {"ThingName":"<id>"}
 * A pattern may include dashes: it is tried with them first, then without. Parsing the result again gives the
 * same result. On IDENTIFIER_OK out holds the ThingName; otherwise out is untouched and *problem (may be
 * NULL) says why. */
enum identifier_error identifier_parse(const struct identifier_form *form, const char *typed, size_t length,
                                       char out[IDENTIFIER_SIZE], struct identifier_problem *problem)
    __attribute__((warn_unused_result));

/* Leaves out what may stand around a text: space, quotes, byte order marks, NULs, zero-width characters,
 * stops at its end. *typed then points into it. A text that is too long or not UTF-8 is left as it is. */
void identifier_trim(const char **typed, size_t *length);

/* Two forms reported a problem with the same text; returns the one that is more useful to the user. */
const struct identifier_problem *identifier_problem_better(const struct identifier_problem *a,
                                                           const struct identifier_problem *b);

#endif
