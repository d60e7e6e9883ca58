/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/watch.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/interrupt.h"

static bool show(void *context, const char *doing, int percent)
{
    struct watch *watch = context;
    TEXT struct text line = TEXT_EMPTY;

    if (!doing || (doing == watch->doing && !progress_is_due(&watch->progress)))
        return !interrupt_received;
    watch->doing = doing;
    text_printf(&line, "  %s", doing);
    if (percent >= 0)
        text_printf(&line, "  %d %%", percent);
    progress_draw(&watch->progress, text_get(&line));
    return !interrupt_received;
}

struct backup_request watch_request(const struct settings *settings, const struct operation *operation,
                                    struct watch *watch)
{
    *watch = (struct watch){.doing = NULL};
    progress_begin(&watch->progress, stderr, 0);
    return (struct backup_request){
        .options = &settings->store,
        .file = operation->file,
        .replace_file = operation->force,
        .watch = show,
        .context = watch,
    };
}

void watch_end(struct watch *watch)
{
    progress_clear(&watch->progress);
}

void watch_print(const char *file, const struct backup_report *report)
{
    char when[CLOCK_RFC3339_SIZE];

    printf("%s: valid, %lld rows, schema %d, SHA-256 of the contents %s", file, report->rows, report->schema,
           report->digest);
    if (!report->has_manifest) {
        puts("\nThe file has no manifest, so only its structure was checked. Copies that the portal rescued "
             "have none.");
        return;
    }
    clock_rfc3339(report->made_at, when);
    printf(", made %s\n", when);
}

int watch_fail(enum store_error error, const char *why)
{
    operator_fail(why);
    return error == STORE_BROKEN ? EXIT_CHECK : EXIT_CANNOT;
}
