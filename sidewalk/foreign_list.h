/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is that was given as a list of serial numbers and is none: part of serial_list.c. It may come
 * in parts of any size. One thread. */
#ifndef SIDEWALK_FOREIGN_LIST_H
#define SIDEWALK_FOREIGN_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct foreign_list { /* start with {0}; foreign_list_fini() */
    struct text head; /* the file's first bytes, until they are enough to tell its kind */
    const char *kind; /* of a file that is no text (file_kind.h); NULL: none of those */
    bool headed;      /* kind is known */
    bool known, is;   /* whether the file's first character has been seen; whether it is no list */
    size_t seen;      /* bytes until then */
    bool in_parts;    /* it is looked at as it comes, not in lines */
    bool device_file, control_log, has_nul;
    struct text part; /* and what remains of those before */
};

void foreign_list_fini(struct foreign_list *foreign);

/* Takes the file's first bytes. Returns how many: 0 when it has had enough of them. */
size_t foreign_list_head(struct foreign_list *foreign, const char *bytes, size_t length);
/* Whether it has enough of them, so that foreign_list_end_head() is due. */
bool foreign_list_has_head(const struct foreign_list *foreign);
/* Tells the kind. Adds the bytes to *out to be read, if it is a text. */
void foreign_list_end_head(struct foreign_list *foreign, struct text *out);
/* What follows is to be read: the kind is known, and is a text. */
bool foreign_list_is_text(const struct foreign_list *foreign);

/* Returns how many of the bytes are to be read as lines; the others, of JSON, are to be scanned, which may be
 * one long line. */
size_t foreign_list_look(struct foreign_list *foreign, const char *bytes, size_t length);

/* A line has told that the file is no list: what follows is to be scanned. */
void foreign_list_begin(struct foreign_list *foreign);
void foreign_list_scan(struct foreign_list *foreign, const char *bytes, size_t length);

/* At the end: adds a sentence that says what the file is. False: it is a device's own file. */
bool foreign_list_explain(const struct foreign_list *foreign, struct text *why);

#endif
