/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/watch.h"

int operator_backup(const struct settings *settings, const struct operation *operation)
{
    struct watch watch;
    struct backup_request request = watch_request(settings, operation, &watch);
    struct backup_report report;
    TEXT struct text why = TEXT_EMPTY;

    enum store_error error = backup_write(&request, &report, &why);
    watch_end(&watch);
    if (error)
        return watch_fail(error, text_get(&why));
    watch_print(operation->file, &report);
    if (!report.is_recorded)
        operator_fail("the backup is complete, but its time could not be recorded in the database; "
                      "/metrics does not show it");
    return 0;
}
