/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/start_places.h"

#include <string.h>

#include "sidewalk/command/import_command.h"
#include "sidewalk/destination.h"
#include "sidewalk/import_role.h"
#include "sidewalk/upload.h"

#define CONTINUE (-1)
#define NOTHING_STARTED "nothing was started"
#define NO_UPLOAD "the list could not be uploaded to S3, " NOTHING_STARTED

struct places {
    const struct start_record *record;
    const struct start_arguments *arguments;
    struct aws_session *session;
    struct text missing; /* sentences */
    bool no_bucket, no_destination;
    struct import_role role; /* as far as is known */
};

static void tell(const struct places *places, const char *what, const char *words)
{
    start_record_tell(places->record, what, words);
}

static void miss(struct places *places, const char *sentence)
{
    text_printf(&places->missing, "%s%s", places->missing.length > 0 ? "; " : "", sentence);
}

/* Ends the look at one of them. What may not be looked at, or is answered without a reason as a HEAD request
 * is, comes out later. Returns CONTINUE, or the exit status if looking at the others is useless. */
static int judge(const struct places *places, const char *what, enum aws_error error, const char *why)
{
    TEXT struct text words = TEXT_EMPTY;

    if (error == AWS_OK || error == AWS_NOT_FOUND)
        return CONTINUE;
    if (error != AWS_FORBIDDEN && error != AWS_REFUSED)
        return common_failed(&places->arguments->common, error, NOTHING_STARTED, why);
    text_printf(&words, "not checked: %s", why);
    tell(places, what, text_get(&words));
    return CONTINUE;
}

static int look_at_bucket(struct places *places)
{
    TEXT struct text why = TEXT_EMPTY, words = TEXT_EMPTY;
    char region[UPLOAD_REGION_SIZE] = "";
    enum aws_error error = upload_find_bucket(places->session, text_get(&places->record->url), region, &why);
    int status = judge(places, "bucket", error, text_get(&why));

    if (error == AWS_NOT_FOUND) {
        miss(places, "there is no bucket for it: make one, or name another with --s3");
        places->no_bucket = true;
    }
    if (error == AWS_OK && region[0] != '\0' && strcmp(region, aws_session_region(places->session)) != 0) {
        text_printf(&words, "is in %s, not in %s", region, aws_session_region(places->session));
        tell(places, "bucket", text_get(&words));
    }
    return status;
}

static int make_role(const struct places *places, bool missing)
{
    const struct start_arguments *arguments = places->arguments;
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = AWS_OK;

    if (arguments->dry_run) {
        tell(places, "role", missing ? "would be made" : "is allowed this bucket");
        return CONTINUE;
    }
    if (missing)
        error = import_role_create(places->session, arguments->role, &why);
    if (error == AWS_OK)
        error = import_role_allow(places->session, arguments->role, text_get(&places->record->url),
                                  arguments->create_destination, &why);
    if (error != AWS_OK)
        return common_failed(&arguments->common, error, "the role could not be made, " NOTHING_STARTED,
                             text_get(&why));
    tell(places, "role",
         missing ? "made; if the task fails because it cannot be assumed yet, start again with --again"
                 : "is allowed this bucket");
    return CONTINUE;
}

static int look_at_role(struct places *places)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = import_role_look(places->session, places->arguments->role, &places->role, &why);

    if (places->role.state == IMPORT_ROLE_OTHERS)
        miss(places,
             "the role cannot be assumed by iotwireless.amazonaws.com: add it to the role's trust policy");
    if (places->role.state == IMPORT_ROLE_MISSING && !places->arguments->create_role)
        miss(places, "there is no such role: make it with --create-role");
    return judge(places, "role", error, text_get(&why));
}

static int make_destination(const struct places *places)
{
    const struct start_arguments *arguments = places->arguments;
    TEXT struct text why = TEXT_EMPTY;

    if (arguments->dry_run) {
        tell(places, "destination", "would be made");
        return CONTINUE;
    }
    enum aws_error error = destination_create(places->session, arguments->destination,
                                              arguments->create_destination, arguments->role, &why);
    if (error != AWS_OK)
        return common_failed(&arguments->common, error, "the destination could not be made, " NOTHING_STARTED,
                             text_get(&why));
    tell(places, "destination", "made");
    return CONTINUE;
}

static int look_at_destination(struct places *places)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = destination_look(places->session, places->arguments->destination, &why);

    places->no_destination = error == AWS_NOT_FOUND;
    if (places->no_destination && places->arguments->create_destination == NULL)
        miss(places, "there is no such destination in this region: make it with --create-destination TOPIC");
    return judge(places, "destination", error, text_get(&why));
}

static int end_missing(const struct places *places)
{
    return common_failed(&places->arguments->common, AWS_NOT_FOUND,
                         places->no_bucket ? NO_UPLOAD : NOTHING_STARTED, text_get(&places->missing));
}

/* Looks at all before it makes any. */
static int prepare(struct places *places)
{
    int status = look_at_destination(places);

    if (status == CONTINUE)
        status = look_at_role(places);
    if (status == CONTINUE)
        status = look_at_bucket(places);
    if (status == CONTINUE && places->missing.length > 0)
        return end_missing(places);
    bool missing = places->role.state == IMPORT_ROLE_MISSING;
    if (status == CONTINUE && places->arguments->create_role && (missing || places->role.ours))
        status = make_role(places, missing);
    return status == CONTINUE && places->no_destination ? make_destination(places) : status;
}

int start_places_prepare(const struct start_record *record, struct aws_session *session)
{
    struct places places = {
        .record = record,
        .arguments = record->arguments,
        .session = session,
        .role = {.state = IMPORT_ROLE_TRUSTS},
    };
    int status = prepare(&places);

    text_fini(&places.missing);
    return status;
}
