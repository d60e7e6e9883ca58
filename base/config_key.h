/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration can have: tables of keys. See config.h for what becomes of them. */
#ifndef BASE_CONFIG_KEY_H
#define BASE_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_LINE_MAX 4096
#define CONFIG_VALUE_MAX 4000     /* so that what config_print() writes can be read again */
#define CONFIG_FILE_MAX (1 << 20) /* the whole file, and what a ..._FILE variable names */

enum config_type {
    CONFIG_TEXT, /* any text without control characters; min and max bound its length in bytes. Only a secret
                    can have a ; at its start or after a space */
    CONFIG_INTEGER,   /* min..max */
    CONFIG_DURATION,  /* "250ms", "5s", "15m", "2h", "1d"; a bare number is seconds; held in milliseconds,
                         min..max in ms */
    CONFIG_DURATIONS, /* durations separated by spaces or commas, at least one, at most 32 */
    CONFIG_BOOLEAN,   /* yes, no, true, false, on, off, 1, 0 */
    CONFIG_CHOICE,    /* one of `choices`, which are separated by '|' */
    CONFIG_PATH,      /* a file or folder that can be read now; the empty text means none */
};

struct config_key {
    const char *section; /* "http", or "staging.*" for a family: [staging.NAME], NAME = [A-Za-z0-9_-]{1,32} */
    const char *name;
    enum config_type type;
    const char *fallback; /* as it would be written in the file; NULL: the key must be given */
    long long min, max;   /* both 0: no bounds */
    const char *choices;
    bool secret; /* hidden by config_print(); also taken from the file named by ..._FILE in the environment */
    const char *help; /* one sentence, for the README's table and --help */
};

struct config_table {
    const struct config_key *keys;
    size_t count;
};

#endif
