/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_private.h"
#include "base/excerpt.h"
#include "base/memory.h"

struct config *config_new(const struct config_table *tables, size_t table_count, const char *env_prefix,
                          bool unknown_sections_are_errors)
{
    struct config *config = memory_new(1, sizeof *config);

    config->tables = tables;
    config->table_count = table_count;
    config->env_prefix = memory_string(env_prefix);
    config->strict = unknown_sections_are_errors;
    return config;
}

void config_ignore_unknown_keys(struct config *config)
{
    config->partial = true;
}

static void free_value(struct config_value *value)
{
    free(value->section);
    /* Do not leave secrets in freed memory. */
    explicit_bzero(value->text, strlen(value->text));
    free(value->text);
    free(value->place);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->value_count; i++)
        free_value(&config->values[i]);
    for (size_t i = 0; i < config->section_count; i++) {
        free(config->sections[i].name);
        free(config->sections[i].place);
    }
    for (size_t i = 0; i < config->error_count; i++)
        free(config->errors[i]);
    free(config->values);
    free(config->sections);
    free(config->errors);
    free(config->env_prefix);
    free(config->path);
    free(config);
}

const struct config_key *config_key_at(const struct config_table *tables, size_t table_count, size_t index)
{
    for (size_t i = 0; i < table_count; i++) {
        if (index < tables[i].count)
            return &tables[i].keys[index];
        index -= tables[i].count;
    }
    return NULL;
}

static const struct config_key *find_key(const struct config *config, const char *section, const char *name)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++)
        if (config_key_is_in(key, section) && strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

static struct config_value *find_value(const struct config *config, const char *section, const char *name)
{
    for (size_t i = 0; i < config->value_count; i++) {
        struct config_value *value = &config->values[i];
        if (strcmp(value->section, section) == 0 && strcmp(value->key->name, name) == 0)
            return value;
    }
    return NULL;
}

__attribute__((format(printf, 5, 0))) static void add_error(struct config *config, const char *place,
                                                            const char *section, const char *name,
                                                            const char *format, va_list arguments)
{
    TEXT struct text error = TEXT_EMPTY;
    char *message;

    if (config->unread)
        return;
    if (vasprintf(&message, format, arguments) < 0)
        abort();
    if (place != NULL)
        text_printf(&error, "%s: ", place);
    if (section != NULL)
        text_printf(&error, name != NULL ? "[%s] " : "[%s]: ", section);
    if (name != NULL)
        text_printf(&error, "%s: ", name);
    text_puts(&error, message);
    free(message);
    config->errors = memory_grow(config->errors, config->error_count + 1, sizeof *config->errors);
    config->errors[config->error_count++] = text_take(&error);
}

void config_error_at(struct config *config, const char *place, const char *section, const char *name,
                     const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_error(config, place, section, name, format, arguments);
    va_end(arguments);
}

void config_add_error(struct config *config, const char *section, const char *name, const char *format, ...)
{
    const struct config_value *value = section && name ? find_value(config, section, name) : NULL;
    bool from_variable = value != NULL && value->source == CONFIG_FROM_ENVIRONMENT;
    va_list arguments;

    va_start(arguments, format);
    if (from_variable)
        add_error(config, value->place, NULL, NULL, format, arguments);
    else
        add_error(config, value && value->place ? value->place : config->path, section, name, format,
                  arguments);
    va_end(arguments);
}

size_t config_error_count(const struct config *config)
{
    return config->error_count;
}

const char *config_error(const struct config *config, size_t index)
{
    return config->errors[index];
}

static struct config_value *add_value(struct config *config, const char *section,
                                      const struct config_key *key)
{
    config->values = memory_grow(config->values, config->value_count + 1, sizeof *config->values);
    struct config_value *value = &config->values[config->value_count++];
    *value = (struct config_value){.key = key, .section = memory_string(section), .text = memory_string("")};
    return value;
}

/* A line of base64 that was pasted here has a name before its =, and may be a key of another kind. */
static void report_unknown_key(struct config *config, const char *section, const char *name,
                               const char *place)
{
    TEXT struct text shown = TEXT_EMPTY;

    if (!excerpt_may_be_key(name, strlen(name))) {
        excerpt_escape(name, strlen(name), &shown);
        config_error_at(config, place, section, text_get(&shown), "unknown key");
        return;
    }
    excerpt_add(name, strlen(name), &shown);
    config_error_at(config, place, section, NULL, "unknown key: %s", shown.data);
}

void config_give(struct config *config, const char *section, const char *name, const char *text,
                 const char *place, enum config_source source)
{
    const struct config_key *key = find_key(config, section, name);
    struct config_value *value = find_value(config, section, name);

    if (key == NULL) {
        if (!config->partial)
            report_unknown_key(config, section, name, place);
        return;
    }
    if (key->type == CONFIG_REMOVED) {
        config_error_at(config, place, section, name, "%s", key->help);
        return;
    }
    if (value != NULL && value->source == source) {
        config_error_at(config, place, section, name, "given before, as %s", value->place);
        return;
    }
    if (value == NULL)
        value = add_value(config, section, key);
    free(value->text);
    free(value->place);
    value->text = memory_string(text);
    value->place = memory_string(place);
    value->source = source;
}

static void add_missing(struct config *config, const struct config_key *key, const char *section,
                        const char *place)
{
    TEXT struct text variable = TEXT_EMPTY;

    if (find_value(config, section, key->name) != NULL)
        return;
    struct config_value *value = add_value(config, section, key);
    if (key->fallback != NULL) {
        free(value->text);
        value->text = memory_string(key->fallback);
        return;
    }
    config_variable(config->env_prefix, section, key->name, &variable);
    config_error_at(config, place, section, key->name, "must be given (here or as %s)", variable.data);
}

/* Fills in the defaults of keys that were not set, in all sections that exist. */
static void complete(struct config *config)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++) {
        if (key->type == CONFIG_REMOVED)
            continue;
        if (!config_key_is_of_family(key))
            add_missing(config, key, key->section, config->path);
        for (size_t j = 0; j < config->section_count; j++)
            if (config_key_is_in(key, config->sections[j].name))
                add_missing(config, key, config->sections[j].name, config->sections[j].place);
    }
}

static void check_all(struct config *config)
{
    for (size_t i = 0; i < config->value_count; i++) {
        struct config_value *value = &config->values[i];
        TEXT struct text problem = TEXT_EMPTY;
        if (value->source == CONFIG_FROM_FALLBACK && value->key->fallback == NULL)
            continue; /* missing, already reported */
        if (!config_check(value->key, value->text, &value->number, &problem))
            config_add_error(config, value->section, value->key->name, "%s", problem.data);
    }
}

bool config_load(struct config *config, const char *path, char *const *environment)
{
    config->path = memory_string(path);
    if (path != NULL)
        config_read_file(config);
    if (environment != NULL)
        config_read_environment(config, environment);
    config_check_parents(config);
    complete(config);
    check_all(config);
    return config->error_count == 0;
}

bool config_is_read(const struct config *config)
{
    return !config->unread;
}

static const struct config_value *value_of(const struct config *config, const char *section, const char *name)
{
    const struct config_value *value = find_value(config, section, name);

    if (value == NULL) {
        fprintf(stderr, "config: [%s] %s is not declared\n", section, name);
        abort();
    }
    return value;
}

const char *config_text(const struct config *config, const char *section, const char *name)
{
    return value_of(config, section, name)->text;
}

long long config_integer(const struct config *config, const char *section, const char *name)
{
    return value_of(config, section, name)->number;
}

bool config_boolean(const struct config *config, const char *section, const char *name)
{
    return value_of(config, section, name)->number != 0;
}

size_t config_durations(const struct config *config, const char *section, const char *name, long long *out_ms,
                        size_t room)
{
    return config_split_durations(value_of(config, section, name)->text, out_ms, room);
}
