/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the account's ATS endpoint and its thing events. */
#include <string.h>
#include <strings.h>

#include "account/doctor/aws_view.h"
#include "account/doctor/look.h"

/* True for an address that AWS assigned, which identifies the account: <id>-ats.iot.<region>.amazonaws.com,
 * or without -ats. */
static bool is_amazons(const char *address)
{
    return strstr(address, ".iot.") && look_is_at_aws(address);
}

static bool is_wanted(const struct aws_view *view, const struct oem_endpoint *endpoint)
{
    const char *wanted = view->doctor->options->endpoint;
    return *endpoint->connection.address && (!wanted || strcmp(wanted, endpoint->key) == 0);
}

static const struct oem_endpoint *find_endpoint(const struct aws_view *view, const char *address)
{
    const struct claim_settings *settings = view->doctor->options->settings;

    for (size_t i = 0; i < settings->endpoint_count; i++)
        if (is_wanted(view, &settings->endpoints[i]) &&
            strcasecmp(settings->endpoints[i].connection.address, address) == 0)
            return &settings->endpoints[i];
    return NULL;
}

/* A custom domain of the OEM is not in DescribeEndpoint's answer: it is assumed to belong to this account. */
static void tell_custom(struct aws_view *view, const struct oem_endpoint *endpoint, const char *ours)
{
    TEXT struct text seen = TEXT_EMPTY;

    text_printf(&seen, "%s; the account's own is %s", endpoint->connection.address, ours);
    doctor_tell(view->doctor, DOCTOR_WARNING, "aws.endpoint", text_get(&seen),
                "Fine for a custom domain of this account that serves AWS IoT (aws iot "
                "list-domain-configurations); otherwise put the account's own address into the "
                "configuration.");
    view->endpoint = endpoint;
}

static void tell_foreign(struct aws_view *view, const struct oem_endpoint *endpoint, const char *ours)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&seen, "%s does not belong to account %s in %s", endpoint->connection.address,
                view->account.id, aws_session_region(view->account.session));
    text_printf(&mend,
                "Set address = %s in [endpoint.%s], or use credentials and region of the account "
                "that has this endpoint (AWS_PROFILE, AWS_REGION).",
                ours, endpoint->key);
    doctor_tell(view->doctor, DOCTOR_FAILED, "aws.endpoint", text_get(&seen), text_get(&mend));
}

static void judge(struct aws_view *view, const char *ours)
{
    const struct claim_settings *settings = view->doctor->options->settings;
    TEXT struct text seen = TEXT_EMPTY;
    size_t told = 0;

    view->endpoint = find_endpoint(view, ours);
    if (view->endpoint) {
        text_printf(&seen, "[endpoint.%s] is %s", view->endpoint->key, ours);
        doctor_tell(view->doctor, DOCTOR_OK, "aws.endpoint", text_get(&seen), NULL);
        return;
    }
    for (size_t i = 0; i < settings->endpoint_count; i++) {
        const struct oem_endpoint *endpoint = &settings->endpoints[i];
        if (!is_wanted(view, endpoint))
            continue;
        if (is_amazons(endpoint->connection.address))
            tell_foreign(view, endpoint, ours);
        else
            tell_custom(view, endpoint, ours);
        told++;
    }
    if (told == 0)
        doctor_tell(view->doctor, DOCTOR_SKIPPED, "aws.endpoint", "no endpoint is configured", NULL);
}

void aws_check_endpoint(struct aws_view *view)
{
    static const char *const checks[] = {"aws.endpoint", NULL};
    static const struct aws_pair query[] = {{"endpointType", "iot:Data-ATS"}, {NULL, NULL}};
    static const struct iot_call call = {
        .action = "iot:DescribeEndpoint", .method = "GET", .path = "/endpoint", .query = query};
    JSON cJSON *answer = NULL;

    if (aws_view_ask(view, &call, checks, &answer) != AWS_OK)
        return;
    const char *ours = aws_view_text(answer, "endpointAddress");
    if (*ours)
        judge(view, ours);
    else
        doctor_tell(view->doctor, DOCTOR_WARNING, "aws.endpoint", "the answer has no endpoint",
                    "Check it with aws iot describe-endpoint --endpoint-type iot:Data-ATS.");
}

void aws_check_events(struct aws_view *view)
{
    static const char *const checks[] = {"aws.events", NULL};
    static const struct iot_call call = {
        .action = "iot:DescribeEventConfigurations", .method = "GET", .path = "/event-configurations"};
    JSON cJSON *answer = NULL;
    TEXT struct text mend = TEXT_EMPTY;

    if (aws_view_ask(view, &call, checks, &answer) != AWS_OK)
        return;
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(answer, "eventConfigurations");
    const cJSON *thing = cJSON_GetObjectItemCaseSensitive(all, "THING");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(thing, "Enabled"))) {
        doctor_tell(view->doctor, DOCTOR_OK, "aws.events", "on", NULL);
        return;
    }
    text_printf(&mend,
                "Switch them on: %s, or aws iot update-event-configurations --event-configurations "
                "'{\"THING\":{\"Enabled\":true}}'.",
                text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, "aws.events", "off: no new device is reported", text_get(&mend));
}
