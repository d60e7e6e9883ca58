/* SPDX-License-Identifier: Apache-2.0 */
/* Reads environment variables: finds the key for each and sets its value. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/config_private.h"
#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/utf8.h"

#define FILE_SUFFIX "_FILE"

static void add_upper(struct text *out, const char *string, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = string[i] == '-' || string[i] == '.' ? '_' : (char)toupper((unsigned char)string[i]);
        text_add(out, &c, 1);
    }
}

void config_variable(const char *env_prefix, const char *section, const char *name, struct text *out)
{
    text_printf(out, "%s_", env_prefix);
    add_upper(out, section, strlen(section));
    text_puts(out, "_");
    add_upper(out, name, strlen(name));
}

static bool ends_with(const char *string, size_t length, const struct text *end)
{
    return length >= end->length && memcmp(string + length - end->length, text_get(end), end->length) == 0;
}

static bool starts_with(const char *string, size_t length, const struct text *start)
{
    return length >= start->length && memcmp(string, text_get(start), start->length) == 0;
}

/* The constant part of a variable's section: "STAGING_" for "staging.*", "staging.*.#" and "staging". */
static void section_prefix(const struct config_key *key, struct text *out)
{
    size_t length = strcspn(key->section, "*");

    add_upper(out, key->section, length);
    if (key->section[length] == '\0')
        text_puts(out, "_");
}

/* The key and the section of a variable, its prefix removed. */
struct named {
    const struct config_key *key;
    const char *member; /* NAME of a family, as written in the variable */
    size_t member_length;
    const char *section; /* of a nested family; borrowed from the config. NULL: of another kind */
};

static bool is_member(const char *name, size_t length)
{
    if (length == 0 || length > CONFIG_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!(name[i] >= 'A' && name[i] <= 'Z') && !(name[i] >= '0' && name[i] <= '9') && name[i] != '_')
            return false;
    return true;
}

static bool names_key(const char *variable, size_t length, const struct config_key *key, struct named *out)
{
    TEXT struct text before = TEXT_EMPTY;
    TEXT struct text after = TEXT_EMPTY;
    bool family = config_key_is_of_family(key);

    section_prefix(key, &before);
    if (family)
        text_puts(&after, "_");
    add_upper(&after, key->name, strlen(key->name));
    if (length < before.length + after.length || !starts_with(variable, length, &before) ||
        !ends_with(variable, length, &after))
        return false;
    struct named named = {key, variable + before.length, length - before.length - after.length, NULL};
    if (family ? !is_member(named.member, named.member_length) : named.member_length > 0)
        return false;
    *out = named;
    return true;
}

/* STAGING_A_2_RATE may be rate of [staging.a.2] or of [staging.a_2]: only a section that exists decides. */
static bool names_nested_key(const struct config *config, const char *variable, size_t length,
                             const struct config_key *key, struct named *out)
{
    for (size_t i = 0; i < config->section_count; i++) {
        const char *section = config->sections[i].name;
        TEXT struct text wanted = TEXT_EMPTY;
        if (!config_key_is_in(key, section))
            continue;
        add_upper(&wanted, section, strlen(section));
        text_puts(&wanted, "_");
        add_upper(&wanted, key->name, strlen(key->name));
        if (wanted.length != length || memcmp(text_get(&wanted), variable, length) != 0)
            continue;
        *out = (struct named){.key = key, .section = section};
        return true;
    }
    return false;
}

static bool find_nested(const struct config *config, const char *variable, size_t length, struct named *out)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++)
        if (config_key_is_nested(key) && names_nested_key(config, variable, length, key, out))
            return true;
    return false;
}

/* The longest key name wins: STAGING_A_CA_FILE is ca_file of A, not file of A_CA. */
static bool find_named(const struct config *config, const char *variable, size_t length, struct named *out)
{
    const struct config_key *key;
    bool found = false;

    if (find_nested(config, variable, length, out))
        return true;
    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++) {
        struct named named;
        if (config_key_is_nested(key) || !names_key(variable, length, key, &named))
            continue;
        if (!found || strlen(key->name) > strlen(out->key->name))
            *out = named;
        found = true;
    }
    return found;
}

static bool is_same_member(const char *section_member, const char *member, size_t length)
{
    TEXT struct text upper = TEXT_EMPTY;

    add_upper(&upper, section_member, strlen(section_member));
    return upper.length == length && memcmp(text_get(&upper), member, length) == 0;
}

/* Returns "staging.acme" for ACME: the section of the file with that name in variables, or a new one. */
static char *concrete_section(const struct config *config, const struct named *named)
{
    size_t family = strcspn(named->key->section, "*");
    TEXT struct text section = TEXT_EMPTY;

    if (named->section != NULL)
        return memory_string(named->section);
    if (!config_key_is_of_family(named->key))
        return memory_string(named->key->section);
    for (size_t i = 0; i < config->section_count; i++) {
        const char *name = config->sections[i].name;
        if (strncmp(name, named->key->section, family) == 0 &&
            is_same_member(name + family, named->member, named->member_length))
            return memory_string(name);
    }
    text_add(&section, named->key->section, family);
    for (size_t i = 0; i < named->member_length; i++) {
        char c = (char)tolower((unsigned char)named->member[i]);
        text_add(&section, &c, 1);
    }
    return text_take(&section);
}

static void give_variable(struct config *config, const char *variable, const struct named *named,
                          const char *value)
{
    OWNED char *section = concrete_section(config, named);
    TEXT struct text trimmed = TEXT_EMPTY;

    /* Trim as the file reader does; but a password may start or end with spaces. */
    if (!named->key->secret) {
        value += strspn(value, " \t\r\n");
        size_t length = strlen(value);
        while (length > 0 && strchr(" \t\r\n", value[length - 1]) != NULL)
            length--;
        text_add(&trimmed, value, length);
        value = trimmed.data;
    }
    config_mention_section(config, section, variable);
    config_give(config, section, named->key->name, value, variable, CONFIG_FROM_ENVIRONMENT);
}

static void give_variable_file(struct config *config, const char *variable, const struct named *named,
                               const char *path)
{
    OWNED char *content = NULL;
    size_t length = 0;

    int error = file_read(path, CONFIG_FILE_MAX, &content, &length);
    if (error != 0) {
        TEXT struct text shown = TEXT_EMPTY;
        excerpt_add_path(path, error, &shown);
        config_error_at(config, variable, NULL, NULL, "%s cannot be read: %s", text_get(&shown),
                        strerror(error));
        return;
    }
    if (plain_text_is_utf16(content, length)) {
        config_error_at(config, variable, NULL, NULL, "%s: %s", path, PLAIN_TEXT_UTF16);
        return;
    }
    if (memchr(content, '\0', length) != NULL) {
        config_error_at(config, variable, NULL, NULL, "%s has a NUL in it", path);
        return;
    }
    if (length > 0 && content[length - 1] == '\n')
        content[--length] = '\0';
    if (length > 0 && content[length - 1] == '\r')
        content[length - 1] = '\0';
    give_variable(config, variable, named, content + utf8_mark_length(content, length));
}

static bool has_known_section(const struct config *config, const char *variable, size_t length)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++) {
        TEXT struct text before = TEXT_EMPTY;
        section_prefix(key, &before);
        if (starts_with(variable, length, &before))
            return true;
    }
    return false;
}

/* Kubernetes sets these in every container for a service named like the prefix. */
static bool is_service_link(const char *variable, const char *value)
{
    return strncmp(variable, "SERVICE_HOST=", 13) == 0 || strncmp(variable, "SERVICE_PORT", 12) == 0 ||
           (strncmp(variable, "PORT=", 5) == 0 && strstr(value, "://") != NULL) ||
           (strncmp(variable, "PORT_", 5) == 0 && isdigit((unsigned char)variable[5]));
}

/* entry: "PORTAL_HTTP_LISTEN=...", rest: "HTTP_LISTEN=...". */
static void read_variable(struct config *config, const char *entry, const char *rest)
{
    size_t length = strcspn(rest, "=");
    const char *value = rest[length] == '=' ? rest + length + 1 : "";
    OWNED char *variable = memory_part(entry, (size_t)(rest - entry) + length);
    size_t suffix = strlen(FILE_SUFFIX);
    struct named named;

    if (variable == NULL)
        abort();
    if (find_named(config, rest, length, &named)) {
        give_variable(config, variable, &named, value);
        return;
    }
    if (length > suffix && strncmp(rest + length - suffix, FILE_SUFFIX, suffix) == 0 &&
        find_named(config, rest, length - suffix, &named)) {
        give_variable_file(config, variable, &named, value);
        return;
    }
    bool known = !config->partial && has_known_section(config, rest, length);
    if (known || (config->strict && !is_service_link(rest, value)))
        config_error_at(config, variable, NULL, NULL, "names no key");
}

void config_read_environment(struct config *config, char *const *environment)
{
    TEXT struct text prefix = TEXT_EMPTY;

    text_printf(&prefix, "%s_", config->env_prefix);
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, prefix.data, prefix.length) == 0)
            read_variable(config, *environment, *environment + prefix.length);
}
