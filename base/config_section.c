/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of families: which keys they have, and which of them exist. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/config_private.h"
#include "base/memory.h"

#define NUMBER_DIGITS_MAX 4

bool config_key_is_of_family(const struct config_key *key)
{
    return strpbrk(key->section, "*#") != NULL;
}

bool config_key_is_nested(const struct config_key *key)
{
    const char *dot = strchr(key->section, '.');

    return dot != NULL && strchr(dot + 1, '.') != NULL;
}

static bool is_member_name(const char *name, size_t length)
{
    if (length == 0 || length > CONFIG_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    return true;
}

/* One section has one name: no leading zeros. */
static bool is_member_number(const char *number, size_t length)
{
    if (length == 0 || length > NUMBER_DIGITS_MAX || number[0] == '0')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)number[i]))
            return false;
    return true;
}

/* A part is what stands between dots. */
static bool part_fits(const char *declared, size_t declared_length, const char *part, size_t length)
{
    if (declared_length == 1 && declared[0] == '*')
        return is_member_name(part, length);
    if (declared_length == 1 && declared[0] == '#')
        return is_member_number(part, length);
    return declared_length == length && memcmp(declared, part, length) == 0;
}

bool config_key_is_in(const struct config_key *key, const char *section)
{
    const char *declared = key->section;

    for (;;) {
        size_t declared_length = strcspn(declared, "."), length = strcspn(section, ".");
        if (!part_fits(declared, declared_length, section, length) ||
            declared[declared_length] != section[length])
            return false;
        if (section[length] == '\0')
            return true;
        declared += declared_length + 1;
        section += length + 1;
    }
}

bool config_section_is_known(const struct config *config, const char *section)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(config->tables, config->table_count, i)) != NULL; i++)
        if (config_key_is_in(key, section))
            return true;
    return false;
}

static int in_variable(char c)
{
    return c == '-' || c == '.' ? '_' : tolower((unsigned char)c);
}

/* Names that differ only in case or in -, . and _ give the same variable. */
static bool same_in_variables(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (in_variable(*a) != in_variable(*b))
            return false;
    return *a == *b;
}

void config_mention_section(struct config *config, const char *section, const char *place)
{
    if (strchr(section, '.') == NULL)
        return;
    for (size_t i = 0; i < config->section_count; i++) {
        if (strcmp(config->sections[i].name, section) == 0)
            return;
        if (same_in_variables(config->sections[i].name, section))
            config_error_at(config, place, section, NULL,
                            "is too like [%s]: their variables would have one name",
                            config->sections[i].name);
    }
    config->sections = memory_grow(config->sections, config->section_count + 1, sizeof *config->sections);
    config->sections[config->section_count++] =
        (struct config_section){memory_string(section), memory_string(place)};
}

static bool has_section(const struct config *config, const char *section, size_t length)
{
    for (size_t i = 0; i < config->section_count; i++)
        if (strlen(config->sections[i].name) == length &&
            memcmp(config->sections[i].name, section, length) == 0)
            return true;
    return false;
}

void config_check_parents(struct config *config)
{
    for (size_t i = 0; i < config->section_count; i++) {
        const struct config_section *section = &config->sections[i];
        size_t length = (size_t)(strrchr(section->name, '.') - section->name);
        bool nested = memchr(section->name, '.', length) != NULL;
        if (nested && !has_section(config, section->name, length))
            config_error_at(config, section->place, section->name, NULL, "there is no [%.*s]", (int)length,
                            section->name);
    }
}

/* The NAME in "family.NAME", or NULL if section is not of this family. */
static const char *member_of(const char *section, const char *family)
{
    size_t length = strlen(family);

    if (strncmp(section, family, length) != 0 || section[length] != '.')
        return NULL;
    return strchr(section + length + 1, '.') == NULL ? section + length + 1 : NULL;
}

size_t config_family_count(const struct config *config, const char *family)
{
    size_t count = 0;

    for (size_t i = 0; i < config->section_count; i++)
        if (member_of(config->sections[i].name, family) != NULL)
            count++;
    return count;
}

const char *config_family_name(const struct config *config, const char *family, size_t index)
{
    for (size_t i = 0; i < config->section_count; i++) {
        const char *member = member_of(config->sections[i].name, family);
        if (member != NULL && index-- == 0)
            return member;
    }
    abort();
}
