/* SPDX-License-Identifier: Apache-2.0 */
/* How the parts of an item become a plan, and how what was made is remembered. */
#include <string.h>

#include "account/setup/private.h"

void setup_differs(struct setup_item *item, const char *words)
{
    item->action = SETUP_CHANGE;
    text_printf(&item->detail, "%s%s", item->detail.length ? "; " : "", words);
}

void setup_keeps(struct setup_item *item, enum setup_side side, const char *words)
{
    const char *prefix = setup_side_words(side);

    text_printf(&item->kept, "%s%s%s", item->kept.length ? "; " : "", *prefix ? prefix : "kept: ", words);
}

void setup_decide(const struct setup *setup, struct setup_item *item)
{
    bool is_policy = strcmp(item->kind, "policy") == 0;

    setup_parts_decide(&item->parts, &item->last, setup->options->overwrite,
                       is_policy && setup->options->keep_topics);
    for (size_t i = 0; i < item->parts.count; i++)
        if (item->parts.items[i].take)
            item->action = SETUP_CHANGE;
}

/* The words of the parts of one side that stay. */
static void explain_kept(struct setup_item *item, enum setup_side side)
{
    TEXT struct text words = TEXT_EMPTY;

    for (size_t i = 0; i < item->parts.count; i++) {
        const struct setup_part *part = &item->parts.items[i];
        if (part->side == side && !part->take && part->words_there)
            text_printf(&words, "%s%s", words.length ? ", " : "", part->words_there);
    }
    if (words.length)
        setup_keeps(item, side, text_get(&words));
}

void setup_explain(struct setup_item *item)
{
    for (size_t i = 0; i < item->parts.count; i++)
        if (item->parts.items[i].take && item->parts.items[i].words_wanted)
            setup_differs(item, item->parts.items[i].words_wanted);
    for (enum setup_side side = SETUP_OURS; side <= SETUP_UNKNOWN; side++)
        explain_kept(item, side);
}

enum aws_error setup_judge(const struct setup *setup, struct setup_item *item, const char *arn,
                           struct text *why)
{
    if (!setup_parts_differ(&item->parts))
        return AWS_OK;
    enum aws_error error = setup_record_read(setup->account, arn, SETUP_RECORD_KEY, &item->last, why);
    if (error)
        return error;
    setup_decide(setup, item);
    setup_explain(item);
    return AWS_OK;
}

bool setup_new_record(const struct setup_item *item, struct setup_record *out)
{
    setup_parts_record(&item->parts, out);
    out->tags = item->last.tags;
    return !setup_record_same(out, &item->last);
}

enum aws_error setup_announce(const struct setup *setup, struct setup_item *item, const char *arn,
                              struct text *why)
{
    RECORD struct setup_record both = {0};

    if (!item->last.there)
        return AWS_OK;
    setup_parts_record(&item->parts, &both);
    if (setup_record_same(&both, &item->last)) /* only what others have changed is taken back */
        return AWS_OK;
    setup_record_join(&both, &item->last);
    if (setup_record_same(&both, &item->last))
        return AWS_OK;
    enum aws_error error = setup_record_write(setup->account, arn, SETUP_RECORD_KEY, &both, why);
    if (error)
        return error;
    setup_record_fini(&item->last);
    item->last = both;
    both = (struct setup_record){0};
    return AWS_OK;
}

enum aws_error setup_remember(const struct setup *setup, const struct setup_item *item, const char *arn,
                              const char *key, struct text *why)
{
    RECORD struct setup_record record = {0};

    return setup_new_record(item, &record) ? setup_record_write(setup->account, arn, key, &record, why)
                                           : AWS_OK;
}

void setup_add_tags(const struct setup_item *item, cJSON *body)
{
    RECORD struct setup_record record = {0};

    setup_parts_record(&item->parts, &record);
    cJSON_AddItemToObject(body, "tags", setup_record_list(&record, SETUP_RECORD_KEY));
}

void setup_arn(const struct setup *setup, const char *kind, const char *name, struct text *out)
{
    text_printf(out, "%s%s/%s", setup->arn_prefix, kind, name);
}
