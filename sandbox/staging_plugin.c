/* SPDX-License-Identifier: Apache-2.0 */
/* A mosquitto plugin with the rules of a module vendor's staging account: the claim-thing may only publish
 * endpoint messages, and a module may only subscribe to its own. A client that publishes anything else is
 * disconnected, as by AWS IoT (mosquitto alone would answer with a PUBACK).
 *
 * plugin_opt_claim_thing FILE      the certificate of the claim-thing (may be given several times)
 * plugin_opt_manufacturer_ca FILE  the CA of the birth certificates */
#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"
#include "sandbox/trust_folder.h"

#define CONFIG_TOPIC "/expresslink_config" /* PG 12.3.2.1 */
#define CLAIM_THINGS_MAX 8

/* Used for ACL checks, which are also made for offline clients, when there is no certificate. */
static const char role_claim_thing[] = "claim-thing";
static const char role_module[] = "module";

struct staging {
    X509 *manufacturer_ca;
    char claim_things[CLAIM_THINGS_MAX][CERTIFICATE_ID_SIZE];
    size_t claim_thing_count;
};

static bool is_claim_thing(const struct staging *staging, const X509 *certificate)
{
    char id[CERTIFICATE_ID_SIZE];

    certificate_id(certificate, id);
    for (size_t i = 0; i < staging->claim_thing_count; i++)
        if (strcmp(staging->claim_things[i], id) == 0)
            return true;
    return false;
}

static const char *role_of(const struct staging *staging, X509 *certificate)
{
    if (is_claim_thing(staging, certificate))
        return role_claim_thing;
    return certificate_issued_by(certificate, staging->manufacturer_ca) ? role_module : NULL;
}

/* The policies of both kinds of things allow only one client id: the thing's name. */
static int on_connect(int event, void *data, void *context)
{
    const struct staging *staging = context;
    struct mosquitto_evt_basic_auth *connect = data;
    char name[CERTIFICATE_TEXT_SIZE];
    const char *client_id = mosquitto_client_id(connect->client);

    (void)event;
    X509 *certificate = peer_certificate(connect->client);
    if (!certificate)
        return BROKER_REFUSED;
    const char *role = role_of(staging, certificate);
    bool named = certificate_subject(certificate, NID_commonName, name) && certificate_name_valid(name);
    X509_free(certificate);
    if (!role || !named || !client_id || strcmp(client_id, name) != 0) {
        mosquitto_log_printf(BROKER_NOTICE, "staging: rejected client id %s",
                             client_id ? client_id : "(none)");
        return BROKER_REFUSED;
    }
    return mosquitto_set_username(connect->client, role);
}

/* Checks for "<one level>/expresslink_config". */
static bool is_config_topic(const char *topic)
{
    const char *slash = strchr(topic, '/');

    return slash && slash != topic && strcmp(slash, CONFIG_TOPIC) == 0;
}

static bool is_own_config_topic(const char *topic, const char *client_id)
{
    size_t length = client_id ? strlen(client_id) : 0;

    return length > 0 && strncmp(topic, client_id, length) == 0 && strcmp(topic + length, CONFIG_TOPIC) == 0;
}

static int may_publish(const struct mosquitto_evt_acl_check *check, const char *role)
{
    /* RETAIN needs iot:RetainPublish, which the claim-thing does not have. */
    if (strcmp(role, role_claim_thing) == 0 && is_config_topic(check->topic) && !check->retain)
        return BROKER_OK;
    mosquitto_log_printf(BROKER_NOTICE, "staging: %s may not publish to %s: dropped", role, check->topic);
    return BROKER_DROP;
}

static int on_access(int event, void *data, void *context)
{
    const struct mosquitto_evt_acl_check *check = data;
    const char *role = mosquitto_client_username(check->client);

    (void)event;
    (void)context;
    if (!role)
        return BROKER_DENIED;
    if (check->access == MOSQ_ACL_WRITE)
        return may_publish(check, role);
    if (check->access == MOSQ_ACL_UNSUBSCRIBE)
        return BROKER_OK;
    bool own = strcmp(role, role_module) == 0 &&
               is_own_config_topic(check->topic, mosquitto_client_id(check->client));
    return own ? BROKER_OK : BROKER_DENIED;
}

static bool take_option(struct staging *staging, const char *key, const char *file)
{
    if (strcmp(key, "manufacturer_ca") == 0) {
        X509_free(staging->manufacturer_ca);
        staging->manufacturer_ca = certificate_read(file);
        return staging->manufacturer_ca != NULL;
    }
    if (strcmp(key, "claim_thing") != 0 || staging->claim_thing_count == CLAIM_THINGS_MAX)
        return false;
    X509 *certificate = certificate_read(file);
    if (!certificate)
        return false;
    certificate_id(certificate, staging->claim_things[staging->claim_thing_count++]);
    X509_free(certificate);
    return true;
}

static void staging_free(struct staging *staging)
{
    X509_free(staging->manufacturer_ca);
    free(staging);
}

int mosquitto_plugin_version(int count, const int *versions)
{
    for (int i = 0; i < count; i++)
        if (versions[i] == BROKER_PLUGIN_VERSION)
            return BROKER_PLUGIN_VERSION;
    return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options,
                          int count)
{
    struct staging *staging = calloc(1, sizeof *staging);

    if (!staging)
        return 1;
    for (int i = 0; i < count; i++) {
        if (take_option(staging, options[i].key, options[i].value))
            continue;
        mosquitto_log_printf(BROKER_ERROR, "staging: cannot use plugin_opt_%s %s", options[i].key,
                             options[i].value);
        staging_free(staging);
        return 1;
    }
    /* Any CA may have signed the claim-thing's certificate. */
    if (!staging->manufacturer_ca || staging->claim_thing_count == 0 || !trust_without_issuer()) {
        mosquitto_log_printf(BROKER_ERROR,
                             "staging: plugin_opt_manufacturer_ca and plugin_opt_claim_thing are needed");
        staging_free(staging);
        return 1;
    }
    *userdata = staging;
    return mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, on_connect, NULL, staging) ||
           mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, on_access, NULL, staging);
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count)
{
    (void)options;
    (void)count;
    staging_free(userdata);
    return 0;
}
