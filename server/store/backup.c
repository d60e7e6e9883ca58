/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/backup.h"

#include "server/store/engine.h"
#include "server/store/transaction.h"

static enum store_error find(const struct backup_request *request, const struct backup_engine **out,
                             struct text *why)
{
    const struct engine_kind *kind = engine_find(request->options->url, why);

    if (!kind)
        return STORE_FULL;
    if (!kind->backups)
        text_puts(why, "Use PostgreSQL's own tools for backup and restore, pg_dump and pg_restore or"
                       " pg_basebackup; docs/store.md has the commands");
    *out = kind->backups;
    return kind->backups ? STORE_OK : STORE_NOT_FOUND;
}

enum store_error backup_write(const struct backup_request *request, struct backup_report *out,
                              struct text *why)
{
    const struct backup_engine *engine = NULL;

    RETURN_IF(find(request, &engine, why));
    return engine->write(request, out, why);
}

enum store_error backup_verify(const struct backup_request *request, struct backup_report *out,
                               struct text *why)
{
    const struct backup_engine *engine = NULL;

    RETURN_IF(find(request, &engine, why));
    return engine->verify(request, out, why);
}

enum store_error backup_restore(const struct backup_request *request, struct backup_report *out,
                                struct text *kept, struct text *why)
{
    const struct backup_engine *engine = NULL;

    RETURN_IF(find(request, &engine, why));
    return engine->restore(request, out, kept, why);
}

long long backup_last(struct store_tx *tx)
{
    const struct backup_engine *engine = tx->database->kind->backups;

    return engine ? engine->last(tx->database) : 0;
}
