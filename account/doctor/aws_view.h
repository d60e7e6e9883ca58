/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor's parts that ask the OEM's AWS account share. One thread. */
#ifndef ACCOUNT_DOCTOR_AWS_VIEW_H
#define ACCOUNT_DOCTOR_AWS_VIEW_H

#include "account/doctor/doctor.h"
#include "account/keys/certificate.h"
#include "account/oem_account.h"
#include "base/json.h"

struct aws_view {
    struct doctor *doctor;
    struct oem_account account;
    const char *setup;         /* borrowed: the provisioning template's name too */
    struct text apply;         /* "expresslink-claim account apply", with --name where it is needed */
    struct certificate *birth; /* NULL: none was given, or it cannot be read */
    struct text thing_name;    /* that it would be provisioned as; "" where that is not known */
    cJSON *template_body;      /* NULL: not there, or not to be seen */
    const struct oem_endpoint *endpoint; /* the one of settings that is this account's; NULL: none is */
    bool unreachable;                    /* AWS IoT does not answer any more: it is asked nothing else */
};

/* checks: those that need the answer, ends with NULL. AWS_OK, with an answer that the caller owns;
 * AWS_NOT_FOUND, and nothing is told; after every other error each of the checks was told as one that could
 * not be made, with the action that is not allowed. */
enum aws_error aws_view_ask(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                            cJSON **answer) __attribute__((warn_unused_result));
/* A GET of path, to which segment is added. */
enum aws_error aws_view_get(struct aws_view *view, const char *action, const char *path, const char *segment,
                            const char *const *checks, cJSON **answer) __attribute__((warn_unused_result));
/* All items of a list; otherwise as aws_view_ask(). */
enum aws_error aws_view_list(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                             const char *member, bool (*each)(void *context, const cJSON *item),
                             void *context) __attribute__((warn_unused_result));
/* What aws_view_ask() does after an error, for calls of other services. */
void aws_view_unanswered(struct aws_view *view, enum aws_error error, const char *action, const char *why,
                         const char *const *checks);
/* Tells each of the checks as skipped. */
void aws_view_skip(struct aws_view *view, const char *const *checks, const char *seen, const char *mend);

/* A member's text, "" where it has none. */
const char *aws_view_text(const cJSON *object, const char *member);

/* The parts. */
void aws_check_endpoint(struct aws_view *view);
void aws_check_template(struct aws_view *view); /* fills template_body and thing_name */
void aws_check_role(struct aws_view *view, const char *arn);
void aws_check_authorities(struct aws_view *view);
void aws_check_module(struct aws_view *view);
void aws_check_observer(struct aws_view *view);
void aws_check_events(struct aws_view *view);

#endif
