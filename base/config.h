/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: an INI file, each key also an environment variable, all of it declared in tables of keys.
 * Load once, before threads start; after that every call only reads, from any thread.
 *
 * The file: [section] lines, `name = value` lines (`name: value` too), comments from ; or # at the start of a
 * line or from ; after a space. Space around names and values does not count, nor does indentation: no line
 * continues another. Quotes have no meaning. A section may be opened again; a key may be given once. At most
 * CONFIG_LINE_MAX bytes a line. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/config_key.h"

struct config;

/* tables are borrowed for the life of the config. env_prefix: "PORTAL": PORTAL_HTTP_LISTEN, and for families
 * PORTAL_STAGING_<NAME>_<KEY> with NAME upper case and - as _ (a section is created by its variables alone;
 * its name is then the lower-case text). Every key can also be given as <VARIABLE>_FILE: the value is that
 * file's content without its last newline. The environment wins over the file. unknown_sections_are_errors:
 * false ignores sections, and variables of sections, that no table has (a command that shares another's
 * file). Ignored as well: what Kubernetes sets for a service of the prefix's name (PORTAL_SERVICE_HOST,
 * PORTAL_PORT, PORTAL_PORT_80_TCP ...). */
struct config *config_new(const struct config_table *tables, size_t table_count, const char *env_prefix,
                          bool unknown_sections_are_errors);
void config_free(struct config *config);

/* From here on keys, and variables, that no table has are ignored in known sections too: for tables that are
 * a part of another program's, which has seen to the rest. */
void config_ignore_unknown_keys(struct config *config);

/* Reads path (NULL: no file) and environment (NULL-terminated "NAME=value" list, normally environ; NULL:
 * none), checks everything and collects all errors instead of stopping at the first. Returns true when there
 * were none. Errors: unreadable file, syntax, unknown section or key, key twice, missing key, bad value, out
 * of bounds; also environment variables with the prefix that name no key. */
bool config_load(struct config *config, const char *path, char *const *environment);

/* "portal.ini:12: [http] listen: ..." or "PORTAL_HTTP_LISTEN: ..."; borrowed. */
size_t config_error_count(const struct config *config);
const char *config_error(const struct config *config, size_t index);
/* Adds an error of the caller's own about a key, with the place where it was given. name NULL: about the
 * section; section NULL: about the whole. */
void config_add_error(struct config *config, const char *section, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Values. section is concrete: "http" or "staging.acme". Asking for a key that no table has is a bug and
 * aborts. Texts are borrowed and never NULL. */
const char *config_text(const struct config *config, const char *section, const char *name);
long long config_integer(const struct config *config, const char *section,
                         const char *name); /* also durations, ms */
bool config_boolean(const struct config *config, const char *section, const char *name);
size_t config_durations(const struct config *config, const char *section, const char *name, long long *out_ms,
                        size_t room);

/* The sections of a family, in the order of first mention: family "staging" -> names "acme", ... */
size_t config_family_count(const struct config *config, const char *family);
const char *config_family_name(const struct config *config, const char *family, size_t index);

/* Writes the whole effective configuration as an INI file that reads back the same; secrets as "(hidden)". */
void config_print(const struct config *config, FILE *out);
/* Writes the tables as one Markdown table: key, default, meaning, environment variable. For the README. */
void config_document(const struct config_table *tables, size_t table_count, const char *env_prefix,
                     FILE *out);

#endif
