/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a resource, each compared three ways: what was made last time, what is there, what is wanted.
 * A part that only the options have changed becomes as wanted. A part that others have changed stays, unless
 * everything is to be overwritten. Without a record (setup/record.h) nobody knows who has changed what: then
 * what is wanted is made, and what is there beside it stays. Pure functions; one thread. */
#ifndef ACCOUNT_SETUP_PARTS_H
#define ACCOUNT_SETUP_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "account/setup/record.h"

enum setup_side {
    SETUP_SAME,    /* it is as wanted */
    SETUP_OURS,    /* only the options have changed */
    SETUP_THEIRS,  /* only others have changed it */
    SETUP_BOTH,    /* both have, in different ways */
    SETUP_UNKNOWN, /* there is no record */
};

struct setup_part { /* all texts are owned */
    char *name;
    char *there, *wanted;             /* the values; NULL: none */
    char *words_there, *words_wanted; /* for people; NULL: a change of it has other words */
    enum setup_side side;
    bool take; /* it becomes as wanted */
};

struct setup_parts { /* start with {0} */
    struct setup_part *items;
    size_t count;
};

void setup_parts_fini(struct setup_parts *parts);

/* Each adds a value to the part of that name; words may be NULL. */
void setup_parts_there(struct setup_parts *parts, const char *name, const char *value, const char *words);
void setup_parts_wanted(struct setup_parts *parts, const char *name, const char *value, const char *words);
/* A part with two values that can always be named. words: what the difference is, if there is one. */
void setup_parts_add(struct setup_parts *parts, const char *name, const char *there, const char *wanted,
                     const char *words);

/* Borrowed; NULL: there is none. */
const struct setup_part *setup_parts_find(const struct setup_parts *parts, const char *name);
bool setup_parts_differ(const struct setup_parts *parts);
/* Decides each part. add_only: what is there and not wanted stays in any case. */
void setup_parts_decide(struct setup_parts *parts, const struct setup_record *last, bool overwrite,
                        bool add_only);
/* True if the part differs and becomes as wanted. */
bool setup_parts_take(const struct setup_parts *parts, const char *name);
/* What is wanted, as a record. */
void setup_parts_record(const struct setup_parts *parts, struct setup_record *out);

/* "changed by others, kept: ", or "" for a side whose changes are made. */
const char *setup_side_words(enum setup_side side);

#endif
