/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/decision.h"

#include <string.h>

#include "base/utf8.h"
#include "server/store/erasure.h"

static const struct action {
    const char *name;
    enum ownership_event_kind kind;
    bool names_registration;
} actions[] = {
    {"grant", OWNERSHIP_GRANT, true},
    {"refuse", OWNERSHIP_REFUSE, true},
    {"release", OWNERSHIP_STAFF_RELEASE, false},
};

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (name && strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

const char *decision_problem(const struct decision *decision)
{
    const struct action *action = find_action(decision->action);

    if (!action)
        return "The action must be grant, refuse or release.";
    if (action->names_registration != (decision->token != NULL))
        return action->names_registration ? "The registration is missing: its whole token."
                                          : "A release is about the device: it has no registration.";
    if (decision->token && !erasure_token_is_sound(decision->token))
        return "This is not a whole token; it has 32 digits and letters from a to f, and is the end of the "
               "status page's address. owner show THING lists the tokens of a device.";
    if (!decision->reason || !decision->reason[strspn(decision->reason, " \t\r\n")])
        return "The reason is missing. It is kept with the decision.";
    if (strlen(decision->reason) >= OWNERS_REASON_SIZE ||
        !utf8_is_valid(decision->reason, strlen(decision->reason)))
        return "The reason must be UTF-8 text of at most 500 bytes.";
    return NULL;
}

/* Not that of another device by mistake. */
static enum store_error check_thing(struct store_tx *tx, const struct decision *decision)
{
    char thing_name[IDENTIFIER_SIZE];

    if (!decision->token || strcmp(decision->thing_name, "-") == 0)
        return STORE_OK;
    enum store_error error = owners_thing_of(tx, decision->token, thing_name);
    return error || strcmp(thing_name, decision->thing_name) == 0 ? error : STORE_NOT_FOUND;
}

enum store_error decision_run(struct store_tx *tx, void *argument)
{
    struct decision *decision = argument;
    const struct owners_act act = {.kind = find_action(decision->action)->kind,
                                   .token = decision->token,
                                   .thing_name = decision->thing_name,
                                   .reason = decision->reason,
                                   .now = decision->now};
    enum store_error error = check_thing(tx, decision);

    return error ? error : owners_apply(tx, &act, &decision->answer);
}

const char *decision_refusal(const struct decision *decision)
{
    return decision->token ? "This registration waits for nothing: it has ended, or owns the device already."
                           : "The device has no owner.";
}
