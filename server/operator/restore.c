/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/watch.h"

static int verify(const struct backup_request *request)
{
    struct backup_report report;
    TEXT struct text why = TEXT_EMPTY;
    enum store_error error = backup_verify(request, &report, &why);

    watch_end(request->context);
    if (error)
        return watch_fail(error, text_get(&why));
    watch_print(request->file, &report);
    return 0;
}

int operator_restore(const struct settings *settings, const struct operation *operation)
{
    struct watch watch;
    struct backup_request request = watch_request(settings, operation, &watch);
    struct backup_report report;
    TEXT struct text kept = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;

    if (operation->verify)
        return verify(&request);
    enum store_error error = backup_restore(&request, &report, &kept, &why);
    watch_end(&watch);
    if (error)
        return watch_fail(error, text_get(&why));
    watch_print(operation->file, &report);
    puts("The database was replaced with this backup. You can start the portal now.");
    if (kept.length)
        printf("The replaced database is kept as %s.\n", text_get(&kept));
    return 0;
}
