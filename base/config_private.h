/* SPDX-License-Identifier: Apache-2.0 */
/* What the config_*.c files share. Filled in this order: file, environment, fallbacks; then everything is
 * checked. */
#ifndef BASE_CONFIG_PRIVATE_H
#define BASE_CONFIG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/config_key.h"
#include "base/text.h"

enum config_source { CONFIG_FROM_FALLBACK, CONFIG_FROM_FILE, CONFIG_FROM_ENVIRONMENT };

struct config_value {
    const struct config_key *key;
    char *section; /* concrete, owned */
    char *text;    /* owned */
    char *place;   /* where it was given, owned; NULL for a fallback */
    enum config_source source;
    long long number; /* of integers, durations, booleans */
};

struct config_section { /* one of a family */
    char *name;         /* "staging.acme", owned */
    char *place;        /* of its first mention, owned */
};

struct config {
    const struct config_table *tables;
    size_t table_count;
    char *env_prefix;
    bool strict;
    bool partial; /* unknown keys are ignored */
    char *path;   /* NULL: no file */
    struct config_value *values;
    size_t value_count;
    struct config_section *sections;
    size_t section_count;
    char **errors;
    size_t error_count;
};

#define CONFIG_SECTION_MAX 48 /* inih cuts longer ones off */
#define CONFIG_NAME_MAX 32    /* NAME in [family.NAME] */
#define CONFIG_DURATIONS_MAX 32

/* config.c */

/* The keys of all tables in a row; NULL past the end. */
const struct config_key *config_key_at(const struct config_table *tables, size_t table_count, size_t index);
/* The length of "staging." in a key's section "staging.*"; 0 for a section that is no family. */
size_t config_family_length(const struct config_key *key);
bool config_key_is_in(const struct config_key *key, const char *section);
/* Whether a table has this section; bad family names are not in any. */
bool config_section_is_known(const struct config *config, const char *section);
/* Notes that a section of a family is there. Others need no note. */
void config_mention_section(struct config *config, const char *section, const char *place);
/* section must be known. Replaces what came from a lower source; twice from the same is an error. */
void config_give(struct config *config, const char *section, const char *name, const char *text,
                 const char *place, enum config_source source);
/* "place: [section] name: ..."; NULLs are left out. */
void config_error_at(struct config *config, const char *place, const char *section, const char *name,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* config_file.c */
void config_read_file(struct config *config);

/* config_environment.c */
void config_read_environment(struct config *config, char *const *environment);
/* PORTAL_STAGING_ACME_RATE for "staging.acme", "rate". */
void config_variable(const char *env_prefix, const char *section, const char *name, struct text *out);

/* config_value.c */

/* False when text is not a good value; then *problem says why (and does not repeat a secret). *number is set
 * for types that are one. */
bool config_check(const struct config_key *key, const char *text, long long *number, struct text *problem);
/* Durations of a CONFIG_DURATIONS text; returns how many, 0 when one is bad or there are more than room. */
size_t config_split_durations(const char *text, long long *out_ms, size_t room);

#endif
