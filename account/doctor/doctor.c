/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NETWORK_MS 10000

const char *doctor_level_name(enum doctor_level level)
{
    static const char *const names[] = {
        [DOCTOR_OK] = "ok",
        [DOCTOR_WARNING] = "warning",
        [DOCTOR_FAILED] = "failed",
        [DOCTOR_SKIPPED] = "skipped",
    };

    return names[level];
}

static const struct doctor_check *find_check(const char *kind, const char *id)
{
    TEXT struct text whole = TEXT_EMPTY;

    text_printf(&whole, "%s%s", *id == '.' ? kind : "", id);
    for (size_t i = 0; i < doctor_check_count; i++)
        if (strcmp(doctor_checks[i].id, text_get(&whole)) == 0)
            return &doctor_checks[i];
    abort();
}

void doctor_tell(struct doctor *doctor, enum doctor_level level, const char *check, const char *seen,
                 const char *mend)
{
    const struct doctor_check *found = find_check(doctor->kind, check);
    unsigned *const counts[] = {
        [DOCTOR_OK] = &doctor->totals->ok,
        [DOCTOR_WARNING] = &doctor->totals->warnings,
        [DOCTOR_FAILED] = &doctor->totals->failed,
        [DOCTOR_SKIPPED] = &doctor->totals->skipped,
    };
    const struct doctor_finding finding = {
        .check = found->id,
        .subject = doctor->subject,
        .title = found->title,
        .level = level,
        .seen = seen ? seen : "",
        .mend = mend ? mend : "",
    };

    (*counts[level])++;
    doctor->options->tell(doctor->options->context, &finding);
}

bool doctor_interrupted(const struct doctor *doctor)
{
    return doctor->options->interrupted && *doctor->options->interrupted;
}

int doctor_network_ms(const struct doctor *doctor)
{
    return doctor->options->network_ms ? doctor->options->network_ms : NETWORK_MS;
}

/* Without any account, say once where to begin. */
static const char *mend_configuration(const struct claim_settings *settings, size_t number)
{
    if (settings->staging_count || settings->endpoint_count)
        return "Fix this line, or create the file that it names: the portal does not start with it, and "
               "checks "
               "that depend on it are left out.";
    return number
               ? NULL
               : "Check that --config FILE names the portal's configuration, and that this user may read it. "
                 "If there is none yet, start with expresslink-claim keygen, which says what to do next; "
                 "docs/going-live.md has all steps.";
}

static void check_configuration(struct doctor *doctor)
{
    const struct claim_settings *settings = doctor->options->settings;
    const struct config *config = doctor->options->config;
    TEXT struct text seen = TEXT_EMPTY;

    doctor->subject = "configuration";
    for (size_t i = 0; config && i < config_error_count(config); i++)
        doctor_tell(doctor, DOCTOR_FAILED, "configuration", config_error(config, i),
                    mend_configuration(settings, i));
    if (config && config_error_count(config))
        return;
    text_printf(&seen, "%zu staging account%s, %zu endpoint%s", settings->staging_count,
                settings->staging_count == 1 ? "" : "s", settings->endpoint_count,
                settings->endpoint_count == 1 ? "" : "s");
    doctor_tell(doctor, DOCTOR_OK, "configuration", text_get(&seen), NULL);
}

static bool is_complete(const struct account_connection *connection)
{
    return *connection->address && connection->port > 0;
}

static bool has_files(const struct account_connection *connection)
{
    return *connection->ca_file && *connection->cert_file && *connection->key_file;
}

static void check_claim_thing(struct doctor *doctor, const struct staging_account *staging,
                              const struct claim_thing *claim_thing)
{
    const struct account_connection *connection = &claim_thing->connection;
    TEXT struct text subject = TEXT_EMPTY;

    text_puts(&subject, "staging ");
    claim_thing_name(staging, claim_thing, &subject);
    doctor->subject = text_get(&subject);
    doctor->kind = "staging";
    doctor->reachable = doctor->has_own = false;
    if (has_files(connection))
        doctor_files(doctor, doctor->kind, connection);
    if (doctor->options->offline || !is_complete(connection) || doctor_interrupted(doctor))
        return;
    doctor_network(doctor, doctor->kind, connection);
    if (has_files(connection) && *connection->client_id && !doctor_interrupted(doctor))
        doctor_claim_thing(doctor, staging, claim_thing);
}

static void check_staging(struct doctor *doctor, const struct staging_account *staging)
{
    for (size_t i = 0; i < staging->claim_thing_count && !doctor_interrupted(doctor); i++)
        check_claim_thing(doctor, staging, &staging->claim_things[i]);
}

static void check_endpoint(struct doctor *doctor, const struct oem_endpoint *endpoint)
{
    const struct account_connection *connection = &endpoint->connection;
    TEXT struct text subject = TEXT_EMPTY;

    text_printf(&subject, "endpoint %s", endpoint->key);
    doctor->subject = text_get(&subject);
    doctor->kind = "endpoint";
    doctor->reachable = doctor->has_own = false;
    if (!oem_endpoint_is_watched(endpoint))
        doctor_tell(doctor, DOCTOR_WARNING, ".observer", "there is no observer",
                    "Make one: expresslink-claim keygen --observer makes its key, and prints the command for "
                    "the rest. Without an observer no claim ever becomes onboarded.");
    if (endpoint->observed && has_files(connection))
        doctor_files(doctor, doctor->kind, connection);
    if (doctor->options->offline || !is_complete(connection) || doctor_interrupted(doctor))
        return;
    doctor_network(doctor, doctor->kind, connection);
    if (endpoint->observed && has_files(connection) && *connection->client_id && !doctor_interrupted(doctor))
        doctor_observer(doctor, endpoint);
}

/* If a name is given, of either kind, only that one is checked. */
static bool is_wanted(const struct doctor_options *options, const char *wanted, const char *name)
{
    return wanted ? strcmp(wanted, name) == 0 : !options->staging && !options->endpoint;
}

static void check_accounts(struct doctor *doctor)
{
    const struct doctor_options *options = doctor->options;
    const struct claim_settings *settings = options->settings;

    for (size_t i = 0; i < settings->staging_count && !doctor_interrupted(doctor); i++)
        if (is_wanted(options, options->staging, settings->staging[i].name))
            check_staging(doctor, &settings->staging[i]);
    for (size_t i = 0; i < settings->endpoint_count && !doctor_interrupted(doctor); i++)
        if (is_wanted(options, options->endpoint, settings->endpoints[i].key))
            check_endpoint(doctor, &settings->endpoints[i]);
    doctor->kind = "";
}

void doctor_run(const struct doctor_options *options, struct doctor_totals *out)
{
    struct doctor_totals totals = {0};
    struct doctor doctor = {.options = options, .totals = &totals, .kind = ""};

    check_configuration(&doctor);
    if (options->config_path && config_is_read(options->config) && !doctor_interrupted(&doctor))
        doctor_portal_configuration(&doctor);
    check_accounts(&doctor);
    doctor.subject = "birth certificate";
    if (options->birth_certificate && !doctor_interrupted(&doctor))
        doctor_birth_certificate(&doctor);
    doctor.subject = "AWS";
    if (!options->offline && !doctor_interrupted(&doctor))
        doctor_aws(&doctor);
    doctor.subject = "this machine";
    if (options->config_path && config_is_read(options->config) && !doctor_interrupted(&doctor))
        doctor_places(&doctor);
    if (!doctor_interrupted(&doctor))
        doctor_clock(&doctor);
    *out = totals;
}
