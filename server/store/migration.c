/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/migration.h"

#include "base/clock.h"
#include "base/log.h"

static enum store_error check_state(const struct schema_state *state, int known, const char *where,
                                    struct text *why)
{
    if (state->foreign) {
        text_printf(why, "%s is not a database of this portal", where);
        return STORE_BROKEN;
    }
    if (state->oldest_program <= known)
        return STORE_OK;
    text_printf(
        why,
        "%s was written by a newer portal (schema %d; this version knows %d). Start that version, or restore"
        " a backup from before the upgrade",
        where, state->version > state->oldest_program ? state->version : state->oldest_program, known);
    return STORE_TOO_NEW;
}

static enum store_error run_step(struct database *database, const struct migration_engine *engine,
                                 const struct migration *migration, struct text *why)
{
    long long started = clock_monotonic_ms();

    log_event(LOG_INFO, "store.migration_started", "version", LOG_NUMBER(migration->version), "name",
              migration->name, NULL);
    enum store_error error = engine->apply(database, migration, why);
    if (!error)
        log_event(LOG_INFO, "store.migrated", "version", LOG_NUMBER(migration->version), "ms",
                  LOG_NUMBER(clock_monotonic_ms() - started), NULL);
    return error;
}

enum store_error migrate(struct database *database, const struct migration_engine *engine, const char *where,
                         struct store_versions *out, struct text *why)
{
    struct schema_state state = {0};
    int known = (int)*engine->count;
    enum store_error error = engine->state(database, &state, why);

    if (!error)
        error = check_state(&state, known, where, why);
    for (int i = state.version; !error && i < known; i++)
        error = run_step(database, engine, &engine->list[i], why);
    if (!error)
        *out = (struct store_versions){state.version, state.version < known ? known : state.version};
    return error;
}
