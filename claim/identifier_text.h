/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a longer text into words: several lines of a label, "UID: ...", {"ThingName":"..."}. A word knows
 * what stands before it, and whether a key like "Device ID:" names it. Only for identifier*.c. Pure
 * functions, any thread. */
#ifndef CLAIM_IDENTIFIER_TEXT_H
#define CLAIM_IDENTIFIER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "claim/identifier_typed.h"

#define TEXT_WORDS_MAX (IDENTIFIER_TYPED_MAX / 2 + 1)

enum text_gap {
    TEXT_SPACE,
    TEXT_LINE,  /* a line end */
    TEXT_APART, /* a colon, a comma, a quote, a bracket; or it is the first word */
};

enum text_name {
    TEXT_UNNAMED,
    TEXT_IDENTIFIER, /* after "UID:", "Device ID:", "thing_name=" */
    TEXT_OTHER,      /* after "MAC:", "Password:" */
};

struct text_word {
    size_t from, end;  /* in the typed text */
    enum text_gap gap; /* to the word before it */
    enum text_name name;
    bool is_key;     /* "ID" of "Device ID: ..." */
    bool is_address; /* has a scheme, or a "/r/" as labels do */
};

struct text_words {
    struct text_word words[TEXT_WORDS_MAX];
    size_t count;
};

/* An address with a scheme is one word. */
void text_words_read(const struct typed *typed, struct text_words *out);

#endif
