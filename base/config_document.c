/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the configuration as a file that can be loaded again, and the tables as Markdown. */
#include <string.h>

#include "base/config.h"
#include "base/config_private.h"

static const struct config_key *key_of(const struct config *config, size_t index)
{
    return config_key_at(config->tables, config->table_count, index);
}

/* Whether an earlier key has the same section. */
static bool section_was_printed(const struct config *config, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(key_of(config, i)->section, key_of(config, index)->section) == 0)
            return true;
    return false;
}

static void print_section(const struct config *config, const char *declared, const char *section, FILE *out)
{
    const struct config_key *key;

    fprintf(out, "[%s]\n", section);
    for (size_t i = 0; (key = key_of(config, i)) != NULL; i++) {
        if (strcmp(key->section, declared) != 0 || key->type == CONFIG_REMOVED)
            continue;
        const char *text = config_text(config, section, key->name);
        fprintf(out, "%s = %s\n", key->name, key->secret && text[0] != '\0' ? "(hidden)" : text);
    }
    fputc('\n', out);
}

void config_print(const struct config *config, FILE *out)
{
    const struct config_key *key;

    for (size_t i = 0; (key = key_of(config, i)) != NULL; i++) {
        if (section_was_printed(config, i))
            continue;
        if (!config_key_is_of_family(key))
            print_section(config, key->section, key->section, out);
        for (size_t j = 0; j < config->section_count; j++)
            if (config_key_is_of_family(key) && config_key_is_in(key, config->sections[j].name))
                print_section(config, key->section, config->sections[j].name, out);
    }
}

/* Escapes |, which ends a Markdown cell. */
static void put_cell(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void put_default(const struct config_key *key, FILE *out)
{
    if (key->fallback == NULL)
        fputs("required", out);
    else if (key->fallback[0] == '\0')
        fputs("none", out);
    else {
        fputc('`', out);
        put_cell(key->fallback, out);
        fputc('`', out);
    }
}

static void put_section(const char *declared, struct text *out)
{
    for (; *declared != '\0'; declared++) {
        if (*declared == '*')
            text_puts(out, "<NAME>");
        else if (*declared == '#')
            text_puts(out, "<NUMBER>");
        else
            text_add(out, declared, 1);
    }
}

static void put_row(const struct config_key *key, const char *env_prefix, FILE *out)
{
    TEXT struct text section = TEXT_EMPTY;
    TEXT struct text variable = TEXT_EMPTY;

    put_section(key->section, &section);
    config_variable(env_prefix, section.data, key->name, &variable);
    fprintf(out, "| `[%s]` `%s` | ", section.data, key->name);
    put_default(key, out);
    fputs(" | ", out);
    put_cell(key->help != NULL ? key->help : "", out);
    if (key->choices != NULL) {
        fputs(" (`", out);
        put_cell(key->choices, out);
        fputs("`)", out);
    }
    fprintf(out, " | `%s%s` |\n", variable.data, key->secret ? "_FILE" : "");
}

void config_document(const struct config_table *tables, size_t table_count, const char *env_prefix, FILE *out)
{
    const struct config_key *key;

    fputs("| Key | Default | Meaning | Environment variable |\n|---|---|---|---|\n", out);
    for (size_t i = 0; (key = config_key_at(tables, table_count, i)) != NULL; i++)
        if (key->type != CONFIG_REMOVED)
            put_row(key, env_prefix, out);
}
