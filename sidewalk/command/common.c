/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/common.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/terminal.h"
#include "base/text.h"
#include "sidewalk/command/import_command.h"
#include "sidewalk/import_limits.h"

bool common_take(struct common *common, int option, const char *value)
{
    if (option == COMMON_JSON)
        common->json = true;
    return option == COMMON_JSON || aws_arguments_take(&common->aws, option, value);
}

void common_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    terminal_complain("sidewalk-import", format, arguments);
    va_end(arguments);
}

int common_usage_error(const struct common *common, const char *what, const char *value)
{
    return subcommand_usage_error("sidewalk-import", common->command, what, value);
}

int common_take_all(struct common *common, int count, char **values, const struct command_page *page)
{
    struct command_options options;
    int option;

    command_options_init(page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        if (option == 'h')
            return command_help(page);
        else if (!common_take(common, option, optarg))
            return common_usage_error(common, "unknown option, or an option without its value", "");
    return -1;
}

const char *common_single_id(const struct common *common, int count, char **values)
{
    TEXT struct text why = TEXT_EMPTY;

    if (optind == count)
        common_usage_error(common, "the ID of a task is missing", "");
    else if (optind + 1 < count)
        common_usage_error(common, "one ID is enough, unexpected argument: ", values[optind + 1]);
    else if (!import_id_fits(values[optind], &why))
        common_usage_error(common, text_get(&why), "");
    else
        return values[optind];
    return NULL;
}

struct aws_session *common_session(const struct common *common)
{
    TEXT struct text why = TEXT_EMPTY;
    struct aws_session *session = aws_session_new(&common->aws, &why);

    if (session == NULL)
        common_complain("%s", text_get(&why));
    return session;
}

int common_failed(const struct common *common, enum aws_error error, const char *what, const char *why)
{
    TEXT struct text line = TEXT_EMPTY;

    if (error == AWS_INTERRUPTED)
        common_complain("interrupted: %s", what);
    else
        common_complain("%s: %s", what, why);
    if (common->json) {
        struct json_writer json = json_writer_into(&line);
        json_begin_object(&json, NULL);
        json_write_text(&json, "error", aws_error_name(error));
        json_write_text(&json, "what", what);
        json_write_text(&json, "why", why);
        json_end_object(&json);
        json_writer_print(&json, stdout);
    }
    return aws_exit_status(error);
}

bool common_read_roots(const char *path, struct root_keys *out)
{
    TEXT struct text why = TEXT_EMPTY;
    bool fine = root_keys_read(path, out, &why);

    if (!fine)
        common_complain("%s", text_get(&why));
    return fine;
}

void common_count(unsigned long long count, struct text *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", count);

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text_puts(out, ",");
        text_add(out, digits + i, 1);
    }
}
