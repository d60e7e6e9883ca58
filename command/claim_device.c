/* SPDX-License-Identifier: Apache-2.0 */
#include "command/claim_device.h"

#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "claim/digital_link.h"

static void explain(const char *typed, const struct identifier_problem *problem)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add(typed, strlen(typed), &shown);
    if (problem->error == IDENTIFIER_FOREIGN) {
        fprintf(
            stderr,
            "expresslink-claim: %s has the address of another host: labels have that of [http] public_url "
            "or one of [labels] hosts. Give the identifier itself if it is one of your devices\n",
            text_get(&shown));
        return;
    }
    fprintf(stderr, "expresslink-claim: %s is not an identifier: %s", text_get(&shown),
            identifier_error_name(problem->error));
    if (problem->error == IDENTIFIER_BAD_CHARACTER && problem->position)
        fprintf(stderr, " %s at position %zu", problem->character, problem->position);
    if (problem->group_is_check)
        fprintf(stderr, ", which are probably mistyped: \"%s\"", problem->group_text);
    else if (problem->group)
        fprintf(stderr, ", probably a mistake in group %zu: \"%s\"", problem->group, problem->group_text);
    if (problem->wanted)
        fprintf(stderr, " (%zu of %zu characters)", problem->length, problem->wanted);
    fputs("\n", stderr);
}

/* The message goes to every staging account whose form fits the identifier: only one of them has the
 * device. */
static bool parse(const struct claim_settings *settings, const char *text, size_t length,
                  struct claim_device *out, struct identifier_problem *problem)
{
    struct identifier_problem best = {0}, this;
    bool fits = false;

    for (size_t i = 0; i < settings->staging_count; i++) {
        this = (struct identifier_problem){0};
        if (identifier_parse(&settings->staging[i].form, text, length, out->names[i], &this) == IDENTIFIER_OK)
            fits = true;
        else
            best = best.error ? *identifier_problem_better(&best, &this) : this;
    }
    *problem = best;
    return fits;
}

/* The serial number in a Digital Link may be the thing name itself; otherwise only the inventory knows whose
 * it is. */
static bool take_serial(const struct claim_settings *settings, const char *typed, const char *serial,
                        struct claim_device *out)
{
    struct identifier_problem problem = {.error = IDENTIFIER_NO_SERIAL};

    if (identifier_is_thing_name(serial, strlen(serial))) {
        if (parse(settings, serial, strlen(serial), out, &problem))
            return true;
        explain(typed, &problem);
    } else {
        fprintf(stderr,
                "expresslink-claim: %s is a serial number, and which device has it is in the portal's "
                "inventory: register it there, or give the thing name\n",
                serial);
    }
    return false;
}

bool claim_device_read(const struct claim_settings *settings, const struct label_origin *origin,
                       const char *typed, struct claim_device *out)
{
    struct identifier_problem problem = {0};
    struct label_own_text own;
    struct digital_link link;
    bool alone = false;

    if (!label_own_text(origin, typed, strlen(typed), &own)) {
        bool fits = parse(settings, typed, strlen(typed), out, &problem);
        if (!fits)
            explain(typed, &problem);
        return fits;
    }
    enum identifier_error error = label_own_link(&own, &link, &alone);
    if ((error == IDENTIFIER_NO_MATCH || !alone) && parse(settings, own.text, own.length, out, &problem))
        return true;
    if (error == IDENTIFIER_OK)
        return take_serial(settings, typed, link.serial, out);
    if (error != IDENTIFIER_NO_MATCH && !identifier_error_settles(problem.error))
        problem = (struct identifier_problem){.error = error};
    if (own.is_foreign && !identifier_error_settles(problem.error))
        problem = (struct identifier_problem){.error = IDENTIFIER_FOREIGN};
    explain(typed, &problem);
    return false;
}
