/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/claim_provisioning.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"

#define TOPIC_SIZE 256
#define TEMPLATE_NAME_SIZE 37 /* IoT: 36 characters */
#define PROVISIONING_PREFIX "$aws/provisioning-templates/"
#define PROVISIONING_SUFFIX "/provision/json"

/* A certificate that was made and is not provisioned yet. */
struct waiting {
    char token[SESSION_ID_SIZE];
    X509 *certificate;
};

struct claim_provisioning {
    struct issuer *issuer;
    void *waiting; /* tree of struct waiting, by token */
};

struct question {
    struct claim_provisioning *claims;
    const struct provisioner *provisioner;
    const struct claim_device *device;
    const char *topic;
    const cJSON *payload;
};

static int compare_waiting(const void *a, const void *b)
{
    return strcmp(((const struct waiting *)a)->token, ((const struct waiting *)b)->token);
}

static void waiting_free(void *data)
{
    struct waiting *waiting = data;

    X509_free(waiting->certificate);
    free(waiting);
}

struct claim_provisioning *claim_provisioning_new(struct issuer *issuer)
{
    struct claim_provisioning *claims = calloc(1, sizeof *claims);

    if (claims)
        claims->issuer = issuer;
    else
        issuer_free(issuer);
    return claims;
}

void claim_provisioning_free(struct claim_provisioning *claims)
{
    if (!claims)
        return;
    tdestroy(claims->waiting, waiting_free);
    issuer_free(claims->issuer);
    free(claims);
}

/* Takes ownership of answer. */
static void reply(const struct question *question, const char *outcome, cJSON *answer)
{
    char topic[TOPIC_SIZE];
    char *text = cJSON_PrintUnformatted(answer);

    snprintf(topic, sizeof topic, "%s/%s", question->topic, outcome);
    if (!question->device->hears(question->device->context, topic))
        mosquitto_log_printf(BROKER_NOTICE, "claim: %s gets no answer: it is not subscribed to %s",
                             question->device->client_id, topic);
    else if (!text || mosquitto_broker_publish_copy(question->device->client_id, topic, (int)strlen(text),
                                                    text, 1, false, NULL) != BROKER_OK)
        mosquitto_log_printf(BROKER_ERROR, "claim: the answer to %s was lost", question->device->client_id);
    cJSON_free(text);
    cJSON_Delete(answer);
}

static void reject(const struct question *question, const char *code, const char *message)
{
    cJSON *answer = cJSON_CreateObject();

    mosquitto_log_printf(BROKER_NOTICE, "claim: %s on %s was rejected: %s", question->device->client_id,
                         question->topic, message);
    cJSON_AddNumberToObject(answer, "statusCode", 400);
    cJSON_AddStringToObject(answer, "errorCode", code);
    cJSON_AddStringToObject(answer, "errorMessage", message);
    reply(question, "rejected", answer);
}

/* Takes ownership of the certificate. The result is borrowed; NULL if memory runs out. */
static struct waiting *keep(struct claim_provisioning *claims, X509 *certificate)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);

    if (!waiting) {
        X509_free(certificate);
        return NULL;
    }
    account_uuid(waiting->token);
    waiting->certificate = certificate;
    if (tsearch(waiting, &claims->waiting, compare_waiting))
        return waiting;
    waiting_free(waiting);
    return NULL;
}

/* Takes ownership of both; key may be NULL. */
static void give(const struct question *question, X509 *certificate, char *key)
{
    char id[CERTIFICATE_ID_SIZE];
    char *pem = certificate_pem(certificate);
    const struct waiting *waiting = keep(question->claims, certificate);

    if (pem && waiting) {
        cJSON *answer = cJSON_CreateObject();
        certificate_id(waiting->certificate, id);
        cJSON_AddStringToObject(answer, "certificateId", id);
        cJSON_AddStringToObject(answer, "certificatePem", pem);
        if (key)
            cJSON_AddStringToObject(answer, "privateKey", key);
        cJSON_AddStringToObject(answer, "certificateOwnershipToken", waiting->token);
        reply(question, "accepted", answer);
    }
    free(key);
    free(pem);
}

static void create(const struct question *question)
{
    char *key = NULL;
    X509 *certificate = issuer_make(question->claims->issuer, &key);

    if (certificate)
        give(question, certificate, key);
    else
        reject(question, "InternalError", "No certificate could be made");
}

static void create_from_csr(const struct question *question)
{
    const char *request = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(question->payload, "certificateSigningRequest"));
    X509 *certificate = request ? issuer_sign(question->claims->issuer, request) : NULL;

    if (certificate)
        give(question, certificate, NULL);
    else
        reject(question, "InvalidPayload", "certificateSigningRequest is not a signing request");
}

static void forget(struct claim_provisioning *claims, struct waiting *waiting)
{
    tdelete(waiting, &claims->waiting, compare_waiting);
    waiting_free(waiting);
}

static void provision(const struct question *question, const char *template_name)
{
    const char *token = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(question->payload, "certificateOwnershipToken"));
    const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(question->payload, "parameters");
    struct waiting wanted = {.certificate = NULL};
    char thing_name[THING_NAME_SIZE], problem[TEMPLATE_PROBLEM_SIZE];

    snprintf(wanted.token, sizeof wanted.token, "%s", token ? token : "");
    struct waiting **found = tfind(&wanted, &question->claims->waiting, compare_waiting);
    if (!found) {
        reject(question, "InvalidCertificateOwnershipToken",
               "certificateOwnershipToken does not belong to a certificate");
        return;
    }
    cJSON *none = parameters ? NULL : cJSON_CreateObject();
    const struct template_source source = {(*found)->certificate, parameters ? parameters : none};
    bool done = provisioner_run(question->provisioner, template_name, "FLEET_PROVISIONING", &source,
                                thing_name, problem);
    cJSON_Delete(none);
    if (!done) {
        reject(question, "InvalidParameters", problem);
        return;
    }
    forget(question->claims, *found);
    mosquitto_log_printf(BROKER_NOTICE, "claim: provisioned %s", thing_name);
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddObjectToObject(answer, "deviceConfiguration");
    cJSON_AddStringToObject(answer, "thingName", thing_name);
    reply(question, "accepted", answer);
}

static bool names_template(const char *topic, char out[TEMPLATE_NAME_SIZE])
{
    size_t prefix = strlen(PROVISIONING_PREFIX), length = strlen(topic), suffix = strlen(PROVISIONING_SUFFIX);

    if (strncmp(topic, PROVISIONING_PREFIX, prefix) != 0 || length <= prefix + suffix ||
        length - prefix - suffix >= TEMPLATE_NAME_SIZE ||
        strcmp(topic + length - suffix, PROVISIONING_SUFFIX) != 0)
        return false;
    snprintf(out, TEMPLATE_NAME_SIZE, "%.*s", (int)(length - prefix - suffix), topic + prefix);
    return true;
}

void claim_provisioning_hear(struct claim_provisioning *claims, const struct provisioner *provisioner,
                             const struct claim_device *device, const char *topic, const cJSON *payload)
{
    const struct question question = {claims, provisioner, device, topic, payload};
    char template_name[TEMPLATE_NAME_SIZE];

    if (strcmp(topic, "$aws/certificates/create/json") == 0)
        create(&question);
    else if (strcmp(topic, "$aws/certificates/create-from-csr/json") == 0)
        create_from_csr(&question);
    else if (names_template(topic, template_name))
        provision(&question, template_name);
}
