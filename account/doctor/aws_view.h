/* SPDX-License-Identifier: Apache-2.0 */
/* State and calls shared by the doctor's checks of the OEM's AWS account. One thread. */
#ifndef ACCOUNT_DOCTOR_AWS_VIEW_H
#define ACCOUNT_DOCTOR_AWS_VIEW_H

#include "account/doctor/doctor.h"
#include "account/keys/certificate.h"
#include "account/oem_account.h"
#include "base/json.h"

struct aws_view {
    struct doctor *doctor;
    struct oem_account account;
    const char *setup;         /* borrowed; also the provisioning template's name */
    struct text apply;         /* "expresslink-claim account apply", with --name where it is needed */
    struct certificate *birth; /* NULL: not given, or unreadable */
    struct text thing_name;    /* thing name it would get; "": not known */
    cJSON *template_body;      /* NULL: missing, or not readable */
    const struct oem_endpoint
        *endpoint;    /* the endpoint in settings that belongs to this account; NULL: none */
    bool unreachable; /* AWS IoT stopped answering: make no more calls */
};

/* Calls AWS IoT. checks: those that need the answer; ends with NULL. AWS_OK: the caller owns *answer.
 * AWS_NOT_FOUND: nothing is reported. Any other error: each of the checks is reported as impossible, with the
 * action that is not allowed. */
enum aws_error aws_view_ask(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                            cJSON **answer) __attribute__((warn_unused_result));
/* GETs path with segment added. */
enum aws_error aws_view_get(struct aws_view *view, const char *action, const char *path, const char *segment,
                            const char *const *checks, cJSON **answer) __attribute__((warn_unused_result));
/* Reads all items of a list; otherwise like aws_view_ask(). */
enum aws_error aws_view_list(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                             const char *member, bool (*each)(void *context, const cJSON *item),
                             void *context) __attribute__((warn_unused_result));
/* Reports like aws_view_ask() after an error, for calls to other services. */
void aws_view_unanswered(struct aws_view *view, enum aws_error error, const char *action, const char *why,
                         const char *const *checks);
/* Reports each of the checks as skipped. */
void aws_view_skip(struct aws_view *view, const char *const *checks, const char *seen, const char *mend);

/* A member's text; "": none. */
const char *aws_view_text(const cJSON *object, const char *member);

/* The checks, by subject. */
void aws_check_endpoint(struct aws_view *view);
void aws_check_template(struct aws_view *view); /* fills template_body and thing_name */
void aws_check_role(struct aws_view *view, const char *arn);
void aws_check_authorities(struct aws_view *view);
void aws_check_module(struct aws_view *view);
void aws_check_observer(struct aws_view *view);
void aws_check_events(struct aws_view *view);
void aws_check_arrivals(struct aws_view *view); /* only what is configured */

#endif
