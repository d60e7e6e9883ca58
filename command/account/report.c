/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "account/policy/grants.h"
#include "aws/arguments.h"
#include "base/command_help.h"
#include "base/standard_output.h"
#include "base/terminal.h"
#include "command/command.h"

/* Where lines of a long policy begin. */
#define HEADING_COLUMN 10
#define GRANT_COLUMN 12

#define LINE_MAX_BYTES 8192 /* AWS's messages have a few hundred bytes; longer ones are cut */

static void print_line(FILE *file, const char *line)
{
    TEXT struct text safe = TEXT_EMPTY;

    terminal_add(line, &safe);
    text_puts(&safe, "\n");
    fputs(text_get(&safe), file);
    fflush(file);
}

void account_report_init(struct account_report *report, bool json)
{
    *report = (struct account_report){.json = json, .object = json ? cJSON_CreateObject() : NULL};
}

bool account_report_end(struct account_report *report)
{
    char *text = report->object ? cJSON_Print(report->object) : NULL;

    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(report->object);
    report->object = NULL;
    return standard_output_flush();
}

void account_report_say(struct account_report *report, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;

    if (report->json)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    print_line(stdout, line);
}

void account_report_add(struct account_report *report, const char *name, const char *value)
{
    if (report->object)
        cJSON_AddStringToObject(report->object, name, value);
}

void account_report_count(struct account_report *report, const char *name, unsigned long long value)
{
    if (report->object)
        cJSON_AddNumberToObject(report->object, name, (double)value);
}

void account_report_flag(struct account_report *report, const char *name, bool value)
{
    if (report->object)
        cJSON_AddBoolToObject(report->object, name, value);
}

void account_report_account(struct account_report *report, const struct oem_account *account)
{
    const char *region = aws_session_region(account->session);

    account_report_say(report, "AWS account %s, region %s, as %s", account->id, region, account->caller);
    account_report_add(report, "account", account->id);
    account_report_add(report, "region", region);
    account_report_add(report, "caller", account->caller);
}

static int exit_status(enum aws_error error)
{
    return error == AWS_CONFLICT ? COMMAND_NOT_REGISTERED : aws_exit_status(error);
}

void account_report_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    terminal_complain("expresslink-claim", format, arguments);
    va_end(arguments);
}

int account_report_failed(struct account_report *report, enum aws_error error, const char *what,
                          const char *why)
{
    account_report_complain("%s: %s", what, error == AWS_INTERRUPTED ? "interrupted" : why);
    account_report_add(report, "error", aws_error_name(error));
    account_report_add(report, "why", why);
    return exit_status(error);
}

int account_report_wrong(struct account_report *report, int status, const char *format, ...)
{
    char why[LINE_MAX_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    account_report_complain("%s", why);
    account_report_add(report, "error", "wrong");
    account_report_add(report, "why", why);
    return status;
}

static cJSON *list_of(struct account_report *report, const char *name)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(report->object, name);

    return list ? list : cJSON_AddArrayToObject(report->object, name);
}

struct allowed {
    struct text words;
    cJSON *list; /* NULL: for people only */
};

static void add_allowed(void *context, const char *name)
{
    struct allowed *allowed = context;

    text_printf(&allowed->words, "%s%s", allowed->words.length ? ", " : "", name);
    if (allowed->list)
        cJSON_AddItemToArray(allowed->list, cJSON_CreateString(name));
}

void account_report_module(struct account_report *report, const cJSON *policy)
{
    static const struct {
        const char *action, *words, *member;
    } rows[] = {{"iot:Publish", "publish to", "publish"},
                {"iot:Subscribe", "subscribe to", "subscribe"},
                {"iot:Receive", "receive", "receive"}};
    cJSON *object = report->object ? cJSON_AddObjectToObject(report->object, "module_may") : NULL;

    account_report_say(report, "A module may (${thing} is its own ThingName):");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct allowed allowed = {TEXT_EMPTY, object ? cJSON_AddArrayToObject(object, rows[i].member) : NULL};
        policy_allowed(policy, rows[i].action, add_allowed, &allowed);
        account_report_say(report, "  %-12s  %s", rows[i].words,
                           allowed.words.length ? text_get(&allowed.words) : "nothing");
        text_fini(&allowed.words);
    }
}

/* Says a line for each part of words. */
static void say_each(struct account_report *report, const char *words, size_t length, const char *separator)
{
    const char *end = words + length;

    while (words < end) {
        const char *next = strstr(words, separator);
        const char *stop = next && next < end ? next : end;
        account_report_say(report, "%*s%.*s", GRANT_COLUMN, "", (int)(stop - words), words);
        words = stop == end ? end : stop + strlen(separator);
    }
}

/* Says "a heading: one, two; another: three", a line for each; a heading also holds for what follows without
 * one. */
static void say_grants(struct account_report *report, const char *words)
{
    while (*words) {
        const char *next = strstr(words, "; "), *colon = strstr(words, ": ");
        size_t length = next ? (size_t)(next - words) : strlen(words);
        if (colon && colon < words + length) {
            account_report_say(report, "%*s%.*s", HEADING_COLUMN, "", (int)(colon + 1 - words), words);
            length -= (size_t)(colon + 2 - words);
            words = colon + 2;
        }
        say_each(report, words, length, ", ");
        words += length + (next ? 2 : 0);
    }
}

/* What changes in a policy can be much more than a line. */
static bool is_long_policy(const struct setup_step *step, size_t length)
{
    bool is_list = strstr(step->detail, "; ") || strstr(step->kept, "; ") ||
                   strstr(step->kept + strcspn(step->kept, ":"), ", ");

    return is_list && length > COMMAND_HELP_COLUMNS && strcmp(step->kind, "policy") == 0;
}

static void say_step(struct account_report *report, const struct setup_step *step)
{
    TEXT struct text head = TEXT_EMPTY, words = TEXT_EMPTY;

    text_printf(&head, "  %-7s %-11s  %s", setup_action_name(step->action), step->kind, step->name);
    text_printf(&words, "%s%s%s", step->detail, *step->detail && *step->kept ? "; " : "", step->kept);
    if (is_long_policy(step, head.length + words.length + strlen(" ()"))) {
        account_report_say(report, "%s", text_get(&head));
        say_grants(report, text_get(&words));
    } else
        account_report_say(report, "%s%s%s%s", text_get(&head), words.length ? " (" : "", text_get(&words),
                           words.length ? ")" : "");
}

static void add_step(struct account_report *report, const char *list, const struct setup_step *step)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "kind", step->kind);
    cJSON_AddStringToObject(object, "name", step->name);
    cJSON_AddStringToObject(object, "action", setup_action_name(step->action));
    cJSON_AddStringToObject(object, "detail", step->detail);
    cJSON_AddStringToObject(object, "kept", step->kept);
    cJSON_AddItemToArray(list_of(report, list), object);
}

void account_report_step(void *context, const struct setup_step *step)
{
    struct account_report *report = context;

    if (report->json)
        add_step(report, "steps", step);
    else
        say_step(report, step);
}

void account_report_kept(struct account_report *report, size_t count)
{
    if (count == 1)
        account_report_say(report,
                           "Others have changed one of them, which stays so: --overwrite takes it back.");
    else if (count)
        account_report_say(
            report, "Others have changed %zu of them, which stay so: --overwrite takes them back.", count);
}

void account_report_done(void *context, const struct setup_step *step)
{
    static const char *const words[] = {[SETUP_KEEP] = "kept",
                                        [SETUP_CREATE] = "created",
                                        [SETUP_CHANGE] = "changed",
                                        [SETUP_DELETE] = "deleted"};
    struct account_report *report = context;

    if (report->json)
        add_step(report, "done", step);
    else
        account_report_say(report, "%s %s %s", words[step->action], step->kind, step->name);
}

void account_report_fact(void *context, const struct setup_fact *fact)
{
    struct account_report *report = context;
    const char *mark = !fact->there ? "missing" : fact->good ? "ok" : "not ok";

    report->bad = report->bad || !fact->good;
    if (report->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "kind", fact->kind);
        cJSON_AddStringToObject(object, "name", fact->name);
        cJSON_AddBoolToObject(object, "there", fact->there);
        cJSON_AddBoolToObject(object, "good", fact->good);
        cJSON_AddStringToObject(object, "state", fact->state);
        cJSON_AddItemToArray(list_of(report, "facts"), object);
    } else {
        account_report_say(report, "  %-7s %-11s  %s%s%s", mark, fact->kind, fact->name,
                           *fact->state ? ": " : "", fact->state);
    }
}
