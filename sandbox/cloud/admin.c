/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/admin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/uri.h"

#define PREFIX "/_sandbox/"
#define DAY_MS (24LL * 3600 * 1000)
#define CREDENTIAL_SECONDS 900
#define CREDENTIAL_SECONDS_MAX 86400

bool admin_has(const struct cloud_request *request)
{
    return strncmp(request->path, PREFIX, sizeof PREFIX - 1) == 0;
}

static bool is(const struct cloud_request *request, const char *method, const char *name)
{
    return strcmp(request->method, method) == 0 && strcmp(request->path + sizeof PREFIX - 1, name) == 0;
}

static void refuse(struct cloud_answer *answer, const char *why)
{
    answer_json_error(answer, 400, "SandboxException", why, NULL, NULL);
}

static void on_entry(void *context, const struct delivered_log_entry *entry)
{
    struct cloud_call *call = context;
    struct cloud *cloud = call->cloud;

    pthread_mutex_lock(&cloud->lock);
    bool supported = !cloud->faults.no_factory_support && profiles_support(&cloud->profiles, entry->apid);
    if (deliveries_add(&cloud->deliveries, &entry->smsn, entry->apid, calendar_now_ms(&cloud->calendar),
                       supported))
        call->delivered++;
    else
        call->known++;
    pthread_mutex_unlock(&cloud->lock);
}

void admin_begin(struct cloud *cloud, struct cloud_call *call)
{
    (void)cloud;
    if (call->request->local && is(call->request, "PUT", "control-log"))
        call->body.log = delivered_log_new(on_entry, call);
}

static void answer_control_log(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    TEXT struct text why = TEXT_EMPTY;
    JSON cJSON *object = cJSON_CreateObject();

    deliveries_flush(&cloud->deliveries);
    log_event(LOG_INFO, "control_log.delivered", "devices", LOG_NUMBER(call->delivered), "known",
              LOG_NUMBER(call->known), NULL);
    bool whole = delivered_log_end(call->body.log, &why);
    cJSON_AddNumberToObject(object, "Delivered", (double)call->delivered);
    cJSON_AddNumberToObject(object, "Known", (double)call->known);
    cJSON_AddNumberToObject(object, "Unusable", (double)delivered_log_unusable(call->body.log));
    if (!whole)
        cJSON_AddStringToObject(object, "Message", text_get(&why));
    answer_json(answer, whole ? 200 : 400, object);
}

static void answer_status(struct cloud *cloud, struct cloud_answer *answer)
{
    JSON cJSON *object = cJSON_CreateObject();
    char now[CLOCK_RFC3339_SIZE];

    clock_rfc3339(calendar_now_ms(&cloud->calendar), now);
    cJSON_AddStringToObject(object, "Time", now);
    cJSON_AddStringToObject(object, "Bucket", cloud->options.bucket);
    cJSON_AddNumberToObject(object, "ImportTasks", (double)cloud->imports.count);
    cJSON_AddNumberToObject(object, "DeliveredDevices", (double)cloud->deliveries.count);
    cJSON *list = cJSON_AddArrayToObject(object, "DeviceProfiles");
    const cJSON *profile;
    cJSON_ArrayForEach(profile, cloud->profiles.all)
        cJSON_AddItemToArray(list, cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(profile, "Id"), 1));
    answer_json(answer, 200, object);
}

static void answer_clock(struct cloud *cloud, const cJSON *body, struct cloud_answer *answer)
{
    const cJSON *days = cJSON_GetObjectItemCaseSensitive(body, "advance_days"),
                *ms = cJSON_GetObjectItemCaseSensitive(body, "advance_ms");
    double advance = cJSON_IsNumber(days) ? days->valuedouble * (double)DAY_MS
                     : cJSON_IsNumber(ms) ? ms->valuedouble
                                          : -1;

    if (advance < 0 || advance > 36500.0 * (double)DAY_MS) {
        refuse(answer, "advance_days or advance_ms must be a number that is not negative");
        return;
    }
    /* Do what is due before the new time first. */
    imports_advance(&cloud->imports);
    calendar_advance(&cloud->calendar, (long long)advance);
    answer_status(cloud, answer);
}

/* An event that the account's broker did not send. */
static void answer_event(struct cloud *cloud, const cJSON *body, struct cloud_answer *answer)
{
    const char *topic = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "topic"));
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(body, "payload");

    if (!topic || !cJSON_IsObject(payload)) {
        refuse(answer, "topic must be a text and payload an object");
        return;
    }
    account_feed_event(&cloud->feed, topic, payload);
    answer_status(cloud, answer);
}

static void change_faults(struct cloud *cloud, const cJSON *body, struct cloud_answer *answer)
{
    const cJSON *expire = cJSON_GetObjectItemCaseSensitive(body, "expire_token");
    TEXT struct text why = TEXT_EMPTY;

    if (!body || !faults_change(&cloud->faults, body, &why)) {
        refuse(answer, body ? text_get(&why) : "the body must be a JSON object");
        return;
    }
    if (cJSON_IsBool(expire))
        credentials_expire(&cloud->credentials, cJSON_IsTrue(expire));
    JSON cJSON *faults = faults_json(&cloud->faults);
    answer_json(answer, 200, faults);
}

/* In the form of a container's metadata service. */
static void answer_credentials(struct cloud *cloud, const struct cloud_request *request,
                               struct cloud_answer *answer)
{
    TEXT struct text wanted = TEXT_EMPTY;
    JSON cJSON *object = cJSON_CreateObject();
    char expires[CLOCK_RFC3339_SIZE];

    long seconds = uri_field(request->query, "seconds", &wanted) ? strtol(text_get(&wanted), NULL, 10)
                                                                 : CREDENTIAL_SECONDS;
    if (seconds < 1 || seconds > CREDENTIAL_SECONDS_MAX) {
        refuse(answer, "seconds must be a number from 1 to 86400");
        return;
    }
    const struct credential *issued = credentials_issue(&cloud->credentials, clock_wall_ms(), seconds);
    clock_rfc3339(issued->expires_ms, expires);
    cJSON_AddStringToObject(object, "AccessKeyId", issued->access_key);
    cJSON_AddStringToObject(object, "SecretAccessKey", issued->secret_key);
    cJSON_AddStringToObject(object, "Token", issued->token);
    cJSON_AddStringToObject(object, "Expiration", expires);
    answer_json(answer, 200, object);
}

void admin_answer(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer)
{
    const struct cloud_request *request = call->request;
    JSON cJSON *body = json_object_parse(text_get(&call->body.memory), call->body.memory.length);

    if (!request->local) {
        answer_json_error(answer, 403, "SandboxException", "only from this machine", NULL, NULL);
    } else if (call->body.log) {
        answer_control_log(cloud, call, answer);
    } else if (is(request, "GET", "status")) {
        answer_status(cloud, answer);
    } else if (is(request, "POST", "clock")) {
        answer_clock(cloud, body, answer);
    } else if (is(request, "POST", "event")) {
        answer_event(cloud, body, answer);
    } else if (is(request, "POST", "faults")) {
        change_faults(cloud, body, answer);
    } else if (is(request, "GET", "faults")) {
        JSON cJSON *faults = faults_json(&cloud->faults);
        answer_json(answer, 200, faults);
    } else if (is(request, "GET", "credentials")) {
        answer_credentials(cloud, request, answer);
    } else {
        answer_json_error(answer, 404, "SandboxException", "there is no such path", NULL, NULL);
    }
}
