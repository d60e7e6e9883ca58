/* SPDX-License-Identifier: Apache-2.0 */
/* The observer's certificate in the account that it observes, and what it may. */
#include <stdlib.h>
#include <string.h>

#include "account/doctor/aws_policies.h"
#include "account/doctor/aws_view.h"
#include "aws/encoding.h"
#include "base/memory.h"
#include "claim/presence.h"

#define ARN_START "/attached-policies"

static const char *const checks[] = {"aws.observer.certificate", "aws.observer.policy", NULL};

struct observer {
    struct aws_view *view;
    const struct account_connection *connection;
    struct aws_policies policies;
    bool seen; /* all of its policies */
};

static bool add_policy(void *context, const cJSON *item)
{
    struct observer *observer = context;
    const char *name = aws_view_text(item, "policyName");

    enum aws_error error = aws_policies_get(observer->view, &observer->policies, name, checks + 1);
    observer->seen = observer->seen && (error == AWS_OK || error == AWS_NOT_FOUND);
    return observer->seen;
}

static bool connects(const struct observer *observer, const char *client_id)
{
    const struct policy_request who = {.client_id = client_id};
    TEXT struct text client = TEXT_EMPTY;

    text_printf(&client, "client/%s", client_id);
    return aws_policies_allow(observer->view, &observer->policies, &who, "iot:Connect", text_get(&client));
}

/* Appends each action that would be denied. */
static void name_refused(const struct observer *observer, struct text *out)
{
    static const char *const rights[][2] = {
        {"iot:Subscribe", "topicfilter/" PRESENCE_TOPIC_CREATED},
        {"iot:Subscribe", "topicfilter/" PRESENCE_TOPIC_CONNECTED},
        {"iot:Receive", "topic/$aws/events/thing/0123456789abcdef0123456789abcdef/created"},
        {"iot:Receive", "topic/$aws/events/presence/connected/0123456789abcdef0123456789abcdef"},
    };
    const struct policy_request who = {.client_id = observer->connection->client_id};

    if (!connects(observer, who.client_id))
        text_printf(out, "iot:Connect client/%s", who.client_id);
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        if (!aws_policies_allow(observer->view, &observer->policies, &who, rights[i][0], rights[i][1]))
            text_printf(out, "%s%s %s", out->length ? ", " : "", rights[i][0], rights[i][1]);
}

/* The second client id is for the claim-script, which watches beside a portal. */
static void judge_second(const struct observer *observer)
{
    TEXT struct text second = TEXT_EMPTY;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&second, "%s" OBSERVER_SECOND_NAME, observer->connection->client_id);
    if (connects(observer, text_get(&second))) {
        doctor_tell(observer->view->doctor, DOCTOR_OK, checks[1], NULL, NULL);
        return;
    }
    text_printf(&seen, "not allowed: iot:Connect client/%s", text_get(&second));
    text_printf(&mend,
                "The portal works without it, but expresslink-claim claim --wait cannot watch. %s "
                "--observer-request REQUEST.csr allows it.",
                text_get(&observer->view->apply));
    doctor_tell(observer->view->doctor, DOCTOR_WARNING, checks[1], text_get(&seen), text_get(&mend));
}

static void judge(const struct observer *observer)
{
    TEXT struct text refused = TEXT_EMPTY;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    name_refused(observer, &refused);
    if (!refused.length) {
        judge_second(observer);
        return;
    }
    text_printf(&seen, "%s: %s",
                observer->policies.count ? "not allowed" : "no policy is attached, so not allowed",
                text_get(&refused));
    text_printf(&mend,
                "Give it the observer's policy: %s --observer-request REQUEST.csr (with --client-id "
                "%s if that is not the default)%s.",
                text_get(&observer->view->apply), observer->connection->client_id,
                observer->policies.count > 1 ? ", and detach the policy that denies it" : "");
    doctor_tell(observer->view->doctor, DOCTOR_FAILED, checks[1], text_get(&seen), text_get(&mend));
}

static void check_policies(struct observer *observer, const char *arn)
{
    TEXT struct text path = TEXT_EMPTY;

    text_puts(&path, ARN_START);
    aws_path_add(&path, arn);
    const struct iot_call call = {
        .action = "iot:ListAttachedPolicies", .method = "POST", .path = text_get(&path)};
    observer->seen = true;
    enum aws_error error = aws_view_list(observer->view, &call, checks + 1, "policies", add_policy, observer);
    if ((error == AWS_OK && observer->seen) || error == AWS_NOT_FOUND)
        judge(observer);
}

static void fail(const struct observer *observer, const char *seen, const char *mend)
{
    doctor_tell(observer->view->doctor, DOCTOR_FAILED, checks[0], seen, mend);
}

static bool is_active(const struct observer *observer, const cJSON *description, const char *id)
{
    const char *status = aws_view_text(description, "status");
    TEXT struct text mend = TEXT_EMPTY;

    if (strcmp(status, "ACTIVE") == 0) {
        doctor_tell(observer->view->doctor, DOCTOR_OK, checks[0], NULL, NULL);
        return true;
    }
    text_printf(&mend, "Activate it: aws iot update-certificate --certificate-id %s --new-status ACTIVE.",
                id);
    fail(observer, status, text_get(&mend));
    return false;
}

static void check_certificate(struct observer *observer, const struct certificate *certificate)
{
    char id[CERTIFICATE_ID_SIZE];
    TEXT struct text mend = TEXT_EMPTY;
    JSON cJSON *answer = NULL;

    certificate_id(certificate, id);
    enum aws_error error =
        aws_view_get(observer->view, "iot:DescribeCertificate", "/certificates", id, checks, &answer);
    if (error == AWS_NOT_FOUND) {
        text_printf(&mend,
                    "Let the account make one: %s --observer-request REQUEST.csr, and name it as cert_file "
                    "of the endpoint.",
                    text_get(&observer->view->apply));
        fail(observer, "it is not registered in this account", text_get(&mend));
        aws_view_skip(observer->view, checks + 1, "it has no certificate", NULL);
    }
    if (error)
        return;
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(answer, "certificateDescription");
    (void)is_active(observer, description, id);
    check_policies(observer, aws_view_text(description, "certificateArn"));
}

void aws_check_observer(struct aws_view *view)
{
    const struct oem_endpoint *endpoint = view->endpoint;
    TEXT struct text subject = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;

    if (!endpoint || !endpoint->observed) {
        aws_view_skip(view, checks,
                      endpoint ? "no observer's certificate is configured"
                               : "no configured endpoint belongs to this account",
                      NULL);
        return;
    }
    struct observer observer = {.view = view, .connection = &endpoint->connection};
    struct certificate *certificate = certificate_read(endpoint->connection.cert_file, &why);
    text_printf(&subject, "endpoint %s", endpoint->key);
    view->doctor->subject = text_get(&subject);
    if (certificate)
        check_certificate(&observer, certificate);
    else
        aws_view_skip(view, checks, "its certificate cannot be read", NULL);
    view->doctor->subject = "AWS";
    certificate_free(certificate);
    aws_policies_fini(&observer.policies);
}
