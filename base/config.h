/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the configuration: an INI file, where each key can also be an environment variable. Tables of struct
 * config_key declare all keys. Call config_new() and config_load() once, before threads start; after that the
 * config is read-only and any thread may use it.
 *
 * The file has [section] lines, `name = value` lines (`name: value` too) and comments. A comment starts with
 * ; or # at the start of a line, or with ; after a space. Space around names and values and indentation are
 * ignored; no line continues another. Quotes have no meaning. A section may appear more than once, a key only
 * once. A line has at most CONFIG_LINE_MAX bytes. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/config_key.h"

struct config;

/* tables are borrowed for the life of the config.
 *
 * env_prefix "PORTAL" gives the variables PORTAL_HTTP_LISTEN and, for families, PORTAL_STAGING_<NAME>_<KEY>
 * with NAME in upper case and _ for -. Its variables alone are enough to create a section of a family; its
 * name is then in lower case. PORTAL_STAGING_<NAME>_2_<KEY> sets the key of [staging.NAME.2] if the file has
 * this section; a variable alone does not create it. The same is true of [product.NAME.NAME]. <VARIABLE>_FILE
 * gives the value as a file's content without its last newline. The environment overrides the file.
 *
 * If unknown_sections_are_errors is false, sections that no table declares, and their variables, are ignored
 * (for a command that shares another program's file). Variables that Kubernetes sets for a service named like
 * the prefix (PORTAL_SERVICE_HOST, PORTAL_PORT, PORTAL_PORT_80_TCP ...) are always ignored. */
struct config *config_new(const struct config_table *tables, size_t table_count, const char *env_prefix,
                          bool unknown_sections_are_errors);
void config_free(struct config *config);

/* Also ignores keys and variables that no table declares in known sections. For a program that uses part of
 * another program's tables; the other program checks the rest. Call before config_load(). */
void config_ignore_unknown_keys(struct config *config);

/* Reads path (NULL: no file) and environment (a NULL-terminated list of "NAME=value", normally environ; NULL:
 * none). Checks everything and collects all errors. Returns true if there are none. Errors: unreadable file,
 * syntax error, unknown section or key, duplicate key, missing key, bad value, value out of bounds, and
 * environment variables with the prefix that match no key. A file that cannot be read at all, or is UTF-16,
 * is the only error: others, those of config_add_error() too, may be due to what is not known of it. */
bool config_load(struct config *config, const char *path, char *const *environment);
/* False: config_load() got nothing of the file, so that the values say little. */
bool config_is_read(const struct config *config);

/* The errors, such as "portal.ini:12: [http] listen: ..." or "PORTAL_HTTP_LISTEN: ...". Borrowed. */
size_t config_error_count(const struct config *config);
const char *config_error(const struct config *config, size_t index);
/* Adds an error of the caller about a key, with the place where the key was set. name NULL: about the
 * section; section NULL: about the whole configuration. */
void config_add_error(struct config *config, const char *section, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The values. section is "http" or "staging.acme", never "staging.*". Aborts on a key that no table declares.
 * Texts are borrowed and never NULL. */
const char *config_text(const struct config *config, const char *section, const char *name);
long long config_integer(const struct config *config, const char *section,
                         const char *name); /* also durations, ms */
bool config_boolean(const struct config *config, const char *section, const char *name);
size_t config_durations(const struct config *config, const char *section, const char *name, long long *out_ms,
                        size_t room);

/* The sections of a family, in order of first appearance: family "staging" -> names "acme", ...; family
 * "staging.acme" -> "2", ... */
size_t config_family_count(const struct config *config, const char *family);
const char *config_family_name(const struct config *config, const char *family, size_t index);

/* Writes the effective configuration as an INI file that can be loaded again. Secrets are shown as
 * "(hidden)". */
void config_print(const struct config *config, FILE *out);
/* Writes the tables as one Markdown table for the README: key, default, meaning, environment variable. */
void config_document(const struct config_table *tables, size_t table_count, const char *env_prefix,
                     FILE *out);

#endif
