/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the config_*.c files. Values come from the file, then the environment, then the defaults; then
 * all are checked. */
#ifndef BASE_CONFIG_PRIVATE_H
#define BASE_CONFIG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config_key.h"
#include "base/text.h"

enum config_source { CONFIG_FROM_FALLBACK, CONFIG_FROM_FILE, CONFIG_FROM_ENVIRONMENT };

struct config_value {
    const struct config_key *key;
    char *section; /* such as "staging.acme", owned */
    char *text;    /* owned */
    char *place;   /* where it was set, owned; NULL for a default */
    enum config_source source;
    long long number; /* for integers, durations, booleans */
};

struct config_section { /* a section of a family */
    char *name;         /* "staging.acme", owned */
    char *place;        /* where it first appears, owned */
};

struct config {
    const struct config_table *tables;
    size_t table_count;
    char *env_prefix;
    bool strict;
    bool partial; /* unknown keys are ignored */
    bool unread;  /* the file gave nothing, and no more errors are added */
    char *path;   /* NULL: no file */
    struct config_value *values;
    size_t value_count;
    struct config_section *sections;
    size_t section_count;
    char **errors;
    size_t error_count;
};

#define CONFIG_SECTION_MAX 68
#define CONFIG_NAME_MAX 32 /* NAME in [family.NAME] */
#define CONFIG_DURATIONS_MAX 32

/* config.c */

/* The key at index, counted over all tables; NULL past the end. */
const struct config_key *config_key_at(const struct config_table *tables, size_t table_count, size_t index);
/* section must be known. Overrides a value from a source of lower priority; a second value from the same
 * source is an error. */
void config_give(struct config *config, const char *section, const char *name, const char *text,
                 const char *place, enum config_source source);
/* Adds the error "place: [section] name: ...". NULL parts are left out. */
void config_error_at(struct config *config, const char *place, const char *section, const char *name,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* config_section.c */

/* Whether its section is "staging.*", "staging.*.#" or "product.*.*". */
bool config_key_is_of_family(const struct config_key *key);
/* Whether it is "staging.*.#" or "product.*.*". */
bool config_key_is_nested(const struct config_key *key);
bool config_key_is_in(const struct config_key *key, const char *section);
/* Whether a table declares this section. Invalid family names are in no table. */
bool config_section_is_known(const struct config *config, const char *section);
/* Records that a section of a family exists. Ignores other sections. */
void config_mention_section(struct config *config, const char *section, const char *place);
/* Adds an error for each [staging.acme.2] without a [staging.acme]. */
void config_check_parents(struct config *config);

/* config_file.c */
void config_read_file(struct config *config);

/* config_environment.c */
void config_read_environment(struct config *config, char *const *environment);
/* Writes PORTAL_STAGING_ACME_RATE for "staging.acme", "rate". */
void config_variable(const char *env_prefix, const char *section, const char *name, struct text *out);

/* config_value.c */

/* Returns false if text is not a valid value; *problem then says why, without repeating a secret. Sets
 * *number for types that are numbers. */
bool config_check(const struct config_key *key, const char *text, long long *number, struct text *problem);
/* Parses the durations of a CONFIG_DURATIONS text. Returns their number, or 0 if one is invalid or there are
 * more than room. */
size_t config_split_durations(const char *text, long long *out_ms, size_t room);

#endif
