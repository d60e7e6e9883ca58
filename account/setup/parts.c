/* SPDX-License-Identifier: Apache-2.0 */
#include "account/setup/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void setup_parts_fini(struct setup_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->items[i].name);
        free(parts->items[i].there);
        free(parts->items[i].wanted);
        free(parts->items[i].words_there);
        free(parts->items[i].words_wanted);
    }
    free(parts->items);
    *parts = (struct setup_parts){0};
}

static struct setup_part *find(const struct setup_parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (strcmp(parts->items[i].name, name) == 0)
            return &parts->items[i];
    return NULL;
}

static struct setup_part *have(struct setup_parts *parts, const char *name)
{
    struct setup_part *part = find(parts, name);

    if (part)
        return part;
    parts->items = memory_grow(parts->items, parts->count + 1, sizeof *parts->items);
    part = &parts->items[parts->count++];
    *part = (struct setup_part){.name = memory_string(name)};
    return part;
}

static void replace(char **place, const char *value)
{
    free(*place);
    *place = memory_string(value);
}

void setup_parts_there(struct setup_parts *parts, const char *name, const char *value, const char *words)
{
    struct setup_part *part = have(parts, name);

    replace(&part->there, value);
    replace(&part->words_there, words);
}

void setup_parts_wanted(struct setup_parts *parts, const char *name, const char *value, const char *words)
{
    struct setup_part *part = have(parts, name);

    replace(&part->wanted, value);
    replace(&part->words_wanted, words);
}

void setup_parts_add(struct setup_parts *parts, const char *name, const char *there, const char *wanted,
                     const char *words)
{
    setup_parts_there(parts, name, there, words);
    setup_parts_wanted(parts, name, wanted, words);
}

static bool differs(const struct setup_part *part)
{
    return !part->there || !part->wanted || strcmp(part->there, part->wanted) != 0;
}

const struct setup_part *setup_parts_find(const struct setup_parts *parts, const char *name)
{
    return find(parts, name);
}

bool setup_parts_differ(const struct setup_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (differs(&parts->items[i]))
            return true;
    return false;
}

static enum setup_side side_of(const struct setup_part *part, const struct setup_record *last)
{
    bool was_there = part->there && setup_record_has(last, part->name, part->there);
    bool was_wanted = part->wanted && setup_record_has(last, part->name, part->wanted);

    if (!differs(part))
        return SETUP_SAME;
    if (!last->there)
        return SETUP_UNKNOWN;
    if (was_there || (was_wanted && setup_record_is_unfinished(last)))
        return SETUP_OURS;
    if (was_wanted)
        return SETUP_THEIRS;
    if (!part->there) /* wanted for the first time */
        return SETUP_OURS;
    return part->wanted ? SETUP_BOTH : SETUP_THEIRS;
}

static bool is_taken(const struct setup_part *part, bool overwrite, bool add_only)
{
    if (!part->wanted && add_only)
        return false;
    return overwrite || part->side == SETUP_OURS || (part->side == SETUP_UNKNOWN && part->wanted);
}

void setup_parts_decide(struct setup_parts *parts, const struct setup_record *last, bool overwrite,
                        bool add_only)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct setup_part *part = &parts->items[i];
        part->side = side_of(part, last);
        part->take = part->side != SETUP_SAME && is_taken(part, overwrite, add_only);
    }
}

bool setup_parts_take(const struct setup_parts *parts, const char *name)
{
    const struct setup_part *part = find(parts, name);

    return part && part->take;
}

void setup_parts_record(const struct setup_parts *parts, struct setup_record *out)
{
    out->there = true;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].wanted)
            setup_record_add(out, parts->items[i].name, parts->items[i].wanted);
}

const char *setup_side_words(enum setup_side side)
{
    switch (side) {
    case SETUP_THEIRS:
        return "changed by others, kept: ";
    case SETUP_BOTH:
        return "changed by others and by the options, kept: ";
    case SETUP_UNKNOWN:
        return "not made by this, kept: ";
    default:
        return "";
    }
}
