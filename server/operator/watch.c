/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/watch.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

static bool show(void *context, const char *doing, int percent)
{
    struct watch *watch = context;

    if (!doing || !watch->is_terminal || (doing == watch->doing && percent == watch->percent))
        return !interrupt_received;
    watch->doing = doing;
    watch->percent = percent;
    fprintf(stderr, "\r\033[K%s", doing);
    if (percent >= 0)
        fprintf(stderr, " %d %%", percent);
    return !interrupt_received;
}

struct backup_request watch_request(const struct settings *settings, const struct operation *operation,
                                    struct watch *watch)
{
    *watch = (struct watch){.is_terminal = isatty(STDERR_FILENO)};
    return (struct backup_request){
        .options = &settings->store,
        .file = operation->file,
        .replace_file = operation->force,
        .watch = show,
        .context = watch,
    };
}

void watch_end(const struct watch *watch)
{
    if (watch->doing)
        fputs("\r\033[K", stderr);
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
