/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/services.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "sandbox/cloud/admin.h"
#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/authentication.h"
#include "sandbox/cloud/iam.h"
#include "sandbox/cloud/iot/iot.h"
#include "sandbox/cloud/s3.h"
#include "sandbox/cloud/sqs.h"
#include "sandbox/cloud/sts.h"
#include "sandbox/cloud/wireless.h"

struct service {
    /* Returns the action that the caller needs. NULL: an unknown call. */
    const char *(*action)(const struct cloud_call *call);
    void (*answer)(struct cloud *cloud, struct cloud_call *call, struct cloud_answer *answer);
};

static const struct service services[SIGNATURE_SERVICES] = {
    [SIGNATURE_IOTWIRELESS] = {wireless_action, wireless_answer},
    [SIGNATURE_S3] = {s3_action, s3_answer},
    [SIGNATURE_IOT] = {iot_action, iot_answer},
    [SIGNATURE_IAM] = {iam_action, iam_answer},
    [SIGNATURE_STS] = {sts_action, sts_answer},
    [SIGNATURE_SQS] = {sqs_action, sqs_answer},
};

/* AWS uses the host. Here all services share one, and the signature says which one is meant. Paths of IoT
 * Wireless are unique, so they go there in any case; a path without a known service is a bucket of S3. */
static enum signature_service service_of(const struct cloud_request *request)
{
    enum signature_service service = SIGNATURE_S3;

    if (wireless_has(request))
        return SIGNATURE_IOTWIRELESS;
    if (!signature_service(request, &service) || service == SIGNATURE_IOTWIRELESS)
        return SIGNATURE_S3;
    return service;
}

static void begin(void *context, struct cloud_request *request)
{
    struct cloud *cloud = context;
    struct cloud_call *call = memory_new(1, sizeof *call);
    const char *payload = cloud_request_header(request, "X-Amz-Content-Sha256");

    call->cloud = cloud;
    call->request = request;
    request->handler = call;
    request_body_begin(&call->body);
    if (admin_has(request)) {
        admin_begin(cloud, call);
    } else if (service_of(request) == SIGNATURE_S3 && s3_has_object(request)) {
        request_body_to_file(&call->body, cloud->buckets.folder);
        call->body.chunked = payload && strncmp(payload, "STREAMING-", 10) == 0;
    }
}

static void body(void *context, struct cloud_request *request, const char *bytes, size_t length)
{
    struct cloud_call *call = request->handler;

    (void)context;
    request_body_add(&call->body, bytes, length);
}

static bool use_up(long long *count)
{
    if (*count == 0)
        return false;
    --*count;
    return true;
}

static bool closes_now(struct faults *faults)
{
    return faults->closes && !use_up(&faults->close_after);
}

/* IoT and IAM name the user and the action. */
static void deny(const struct cloud_request *request, enum signature_service service, const char *action,
                 struct cloud_answer *answer)
{
    TEXT struct text sentence = TEXT_EMPTY;

    if (service != SIGNATURE_S3 && service != SIGNATURE_IOTWIRELESS)
        text_printf(&sentence,
                    "User: " STS_CALLER " is not authorized to perform: %s because no identity-based policy "
                    "allows the %s action",
                    action, action);
    refuse_request(request, service, REFUSAL_ACCESS, text_get(&sentence), answer);
}

static bool must_throttle(struct cloud *cloud, const char *action)
{
    return use_up(&cloud->faults.throttle) ||
           (action && faults_limits(&cloud->faults, action, clock_monotonic_ms()));
}

/* Answers an AWS call: authentication, then simulated faults, then the service. */
static void answer_aws(struct cloud *cloud, struct cloud_call *call, const char *digest, bool whole,
                       struct cloud_answer *answer)
{
    const struct cloud_request *request = call->request;
    enum signature_service service = service_of(request);
    const char *action = services[service].action(call);

    if (use_up(&cloud->faults.close) || closes_now(&cloud->faults))
        answer->status = 0;
    else if (!authenticate(cloud, call, service, digest, answer))
        ;
    else if (must_throttle(cloud, action))
        refuse_request(request, service, REFUSAL_THROTTLED, NULL, answer);
    else if (use_up(&cloud->faults.errors))
        refuse_request(request, service, REFUSAL_INTERNAL, NULL, answer);
    else if (!action)
        refuse_request(request, service, REFUSAL_NO_CALL, NULL, answer);
    else if (faults_denies(&cloud->faults, action))
        deny(request, service, action, answer);
    else if (!whole)
        refuse_request(request, service, REFUSAL_BODY, "The body is not complete.", answer);
    else
        services[service].answer(cloud, call, answer);
}

static void wait_if_slow(struct cloud *cloud)
{
    pthread_mutex_lock(&cloud->lock);
    long long ms = cloud->faults.slow_ms;
    if (++cloud->faults.at_once > cloud->faults.most_at_once)
        cloud->faults.most_at_once = cloud->faults.at_once;
    pthread_mutex_unlock(&cloud->lock);
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    if (ms)
        nanosleep(&pause, NULL);
    pthread_mutex_lock(&cloud->lock);
    cloud->faults.at_once--;
    pthread_mutex_unlock(&cloud->lock);
}

static void end(void *context, struct cloud_request *request, struct cloud_answer *answer)
{
    struct cloud *cloud = context;
    struct cloud_call *call = request->handler;
    char *digest = call->digest, id[ARN_ID_SIZE];

    bool whole = request_body_end(&call->body, digest) && !call->body.too_large;
    if (!admin_has(request))
        wait_if_slow(cloud);
    pthread_mutex_lock(&cloud->lock);
    imports_advance(&cloud->imports);
    if (admin_has(request))
        admin_answer(cloud, call, answer);
    else
        answer_aws(cloud, call, digest, whole, answer);
    pthread_mutex_unlock(&cloud->lock);
    arn_new_id(id);
    cloud_answer_header(answer, service_of(request) == SIGNATURE_S3 ? "x-amz-request-id" : "x-amzn-RequestId",
                        id);
    log_event(LOG_INFO, "request", "method", request->method, "path", request->path, "query",
              *request->query ? request->query : NULL, "status", LOG_NUMBER(answer->status), NULL);
}

static void done(void *context, struct cloud_request *request)
{
    struct cloud_call *call = request->handler;

    (void)context;
    request_body_fini(&call->body);
    free(call);
}

struct cloud_handler cloud_handler(struct cloud *cloud)
{
    return (struct cloud_handler){.begin = begin, .body = body, .end = end, .done = done, .context = cloud};
}
