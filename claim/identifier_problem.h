/* SPDX-License-Identifier: Apache-2.0 */
/* How long an identifier is, how it is grouped on a label, and what can be wrong with one that was typed.
 * Pure functions, any thread. */
#ifndef CLAIM_IDENTIFIER_PROBLEM_H
#define CLAIM_IDENTIFIER_PROBLEM_H

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

/* How many characters of name its first group takes on a label, 0 at the end: four letters and digits, or
 * fewer up to a dash or underscore of the name, which ends the group and belongs to it. */
size_t identifier_group(const char *name);

/* "too short" and so on, for logs and tests; people are told through the message catalogue. */
const char *identifier_error_name(enum identifier_error error);

#endif
