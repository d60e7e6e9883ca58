/* SPDX-License-Identifier: Apache-2.0 */
/* The declaration of configuration keys. A module defines a const struct config_table of its keys; config.h
 * reads their values. */
#ifndef BASE_CONFIG_KEY_H
#define BASE_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_LINE_MAX 4096
#define CONFIG_VALUE_MAX 4000     /* so that the output of config_print() can be loaded */
#define CONFIG_FILE_MAX (1 << 20) /* bytes, for the file and for the file of a ..._FILE variable */

enum config_type {
    CONFIG_TEXT, /* any text without control characters; min and max bound its length in bytes. Only a secret
                    may have a ; at its start or after a space */
    CONFIG_INTEGER,   /* min..max */
    CONFIG_DURATION,  /* "250ms", "5s", "15m", "2h", "1d"; a plain number is seconds. Stored in milliseconds;
                         min..max in ms */
    CONFIG_DURATIONS, /* 1 to 32 durations separated by spaces or commas */
    CONFIG_BOOLEAN,   /* yes, no, true, false, on, off, 1, 0 */
    CONFIG_CHOICE,    /* one of `choices`, separated by '|' */
    CONFIG_PATH,      /* a readable file or folder; empty text means none */
    CONFIG_REMOVED,   /* was a key of an earlier version; an error. `help` says what to do instead */
};

struct config_key {
    /* "http"; "staging.*" for a family: [staging.NAME], NAME = [A-Za-z0-9_-]{1,32}; or for a family of each
     * member "staging.*.#": [staging.NAME.NUMBER], NUMBER = 1 to 9999, or "product.*.*":
     * [product.NAME.NAME], where [staging.NAME] or [product.NAME] must exist too */
    const char *section;
    const char *name;
    enum config_type type;
    const char *fallback; /* the default as written in the file; NULL: the key is required */
    long long min, max;   /* both 0: unbounded */
    const char *choices;
    bool secret;      /* hidden by config_print() */
    const char *help; /* one sentence, for the README's table and --help */
};

struct config_table {
    const struct config_key *keys;
    size_t count;
};

#endif
