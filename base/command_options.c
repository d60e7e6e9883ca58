/* SPDX-License-Identifier: Apache-2.0 */
#include "base/command_options.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void add(const char *name, int value, bool has_value, size_t *count, struct command_options *out)
{
    size_t end = strlen(out->letters);

    assert(*count + 1 < COMMAND_OPTIONS_MAX);
    out->list[(*count)++] = (struct option){name, has_value ? required_argument : no_argument, NULL, value};
    if (value >= 'A' && value <= 'z') {
        out->letters[end] = (char)value;
        out->letters[end + 1] = has_value ? ':' : '\0';
    }
}

char command_option_letter(const struct command_option *row)
{
    return row->name && row->value >= 'A' && row->value <= 'z' ? (char)row->value : '\0';
}

void command_options_init(const struct command_page *page, const char *order, struct command_options *out)
{
    size_t count = 0;

    memset(out, 0, sizeof *out);
    snprintf(out->letters, sizeof out->letters, "%s", order);
    for (size_t i = 0; i < page->option_count; i++) {
        const struct command_option *row = &page->options[i];
        if (row->name)
            add(row->name, row->value, row->placeholder != NULL, &count, out);
    }
    add("help", 'h', false, &count, out);
    optind = 0;
}

int command_options_next(const struct command_options *options, int count, char **values)
{
    return getopt_long(count, values, options->letters, options->list, NULL);
}
