/* SPDX-License-Identifier: Apache-2.0 */
/* A mosquitto plugin with the OEM's AWS account (OG appendices B and C): its configuration is in a file
 * (iot_account.h), and policies decide on every CONNECT, PUBLISH, SUBSCRIBE and delivery.
 *
 * A certificate that is not registered but signed by a CA with automatic registration is registered at its
 * first connection. The CA's template provisions it: a thing is made, and `created` is published if thing
 * events are on. Without a template the certificate stays PENDING_ACTIVATION until it is activated. In both
 * cases the first connection is closed without a CONNACK. Later rejections: CONNECT by CONNACK 5, SUBSCRIBE
 * in its SUBACK, and a PUBLISH closes the connection.
 *
 * plugin_opt_account FILE              the account's configuration, iot_account.h; read again after a change
 * plugin_opt_registry FILE             certificates and things that came when devices connected
 * plugin_opt_trust FOLDER              see trust_folder.h
 * plugin_opt_issuer CERTIFICATE,KEY    the CA for fleet provisioning by claim; optional
 * plugin_opt_control FILE              faults to simulate, see account_events.h; optional
 * plugin_opt_journal FILE              what the simulated AWS is told, see account_journal.h; optional */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/access.h"
#include "sandbox/account_events.h"
#include "sandbox/claim_provisioning.h"
#include "sandbox/iot_account.h"
#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"
#include "sandbox/provisioner.h"
#include "sandbox/registry.h"
#include "sandbox/sessions.h"
#include "sandbox/trust_folder.h"

struct account {
    struct iot_account *state;
    struct registry *registry;
    struct trust_folder *trust;
    struct account_events *events;
    struct account_journal *journal;   /* NULL: none */
    struct claim_provisioning *claims; /* NULL: not configured */
    struct sessions *sessions;
};

static void session_open(struct account *account, const struct mosquitto *client, const char *principal)
{
    const struct session *session = sessions_open(account->sessions, client, principal);

    if (!session)
        return;
    const struct account_session told = sessions_describe(account->sessions, session);
    account_events_connected(account->events, &told);
}

static int on_disconnect(int event, void *data, void *context)
{
    const struct mosquitto_evt_disconnect *disconnect = data;
    struct account *account = context;
    struct session *session = sessions_find(account->sessions, disconnect->client);

    (void)event;
    if (!session)
        return BROKER_OK;
    const struct account_session told = sessions_describe(account->sessions, session);
    account_events_disconnected(account->events, &told);
    sessions_close(account->sessions, session);
    return BROKER_OK;
}

static struct access access_of(const struct account *account)
{
    return (struct access){account->state, account->registry};
}

static void trust(void *context, const char *id, const char *pem)
{
    trust_folder_add(context, id, pem);
}

static void refresh(struct account *account)
{
    if (iot_account_refresh(account->state))
        iot_account_each_pem(account->state, trust, account->trust);
}

static struct provisioner provisioner_of(const struct account *account)
{
    return (struct provisioner){account->state, account->registry, account->events};
}

static void provision(const struct account *account, const X509 *certificate, const char *template_name)
{
    const struct provisioner provisioner = provisioner_of(account);
    const struct template_source source = {.certificate = certificate};
    char thing_name[THING_NAME_SIZE], problem[TEMPLATE_PROBLEM_SIZE];

    if (provisioner_run(&provisioner, template_name, "JITP", &source, thing_name, problem))
        mosquitto_log_printf(BROKER_NOTICE, "jitp: provisioned %s", thing_name);
    else
        mosquitto_log_printf(BROKER_WARNING, "jitp: provisioning failed: %s", problem);
}

/* The certificate stays inactive until someone activates it (just-in-time registration). */
static void register_only(struct account *account, X509 *certificate, const char *id, const char *authority)
{
    cJSON *line = cJSON_CreateObject();
    char *pem = certificate_pem(certificate);

    cJSON_AddStringToObject(line, "certificateId", id);
    cJSON_AddStringToObject(line, "status", "PENDING_ACTIVATION");
    cJSON_AddStringToObject(line, "caCertificateId", authority);
    cJSON_AddStringToObject(line, "pem", pem ? pem : "");
    if (!registry_add(account->registry, line))
        mosquitto_log_printf(BROKER_ERROR, "jitr: the registry cannot be written");
    cJSON_Delete(line);
    free(pem);
}

static int first_connection(struct account *account, X509 *certificate, const char *id)
{
    struct iot_authority authority;

    if (!iot_account_issuer(account->state, certificate, &authority)) {
        mosquitto_log_printf(BROKER_NOTICE,
                             "account: certificate %s is not registered, and not signed by an active CA with "
                             "automatic registration",
                             id);
        return BROKER_REFUSED;
    }
    account_events_registered(account->events, authority.id, id);
    if (authority.template_name)
        provision(account, certificate, authority.template_name);
    else
        register_only(account, certificate, id, authority.id);
    return BROKER_DROP;
}

static int admit(struct account *account, X509 *certificate, const char *id, const char *client_id)
{
    const struct access access = access_of(account);
    const cJSON *registered = access_certificate(&access, id);
    const struct access_request request = {id, client_id, "iot:Connect", "client", client_id};

    if (!registered)
        return first_connection(account, certificate, id);
    if (access_allows(&access, &request))
        return BROKER_OK;
    mosquitto_log_printf(BROKER_NOTICE, "account: certificate %s %s %s", id,
                         access_is_active(registered) ? "may not connect as" : "is not active:", client_id);
    return BROKER_REFUSED;
}

static int on_connect(int event, void *data, void *context)
{
    struct account *account = context;
    const struct mosquitto_evt_basic_auth *connect = data;
    const char *client_id = mosquitto_client_id(connect->client);
    char id[CERTIFICATE_ID_SIZE];

    (void)event;
    X509 *certificate = peer_certificate(connect->client);
    if (!certificate)
        return BROKER_REFUSED;
    refresh(account);
    certificate_id(certificate, id);
    bool named = client_id && certificate_name_valid(client_id);
    int result = named ? admit(account, certificate, id, client_id) : BROKER_REFUSED;
    X509_free(certificate);
    /* Used for ACL checks, which are also made for offline clients, when there is no certificate. */
    if (result == BROKER_OK)
        result = mosquitto_set_username(connect->client, id);
    if (result == BROKER_OK)
        session_open(account, connect->client, id);
    return result;
}

static bool may(const struct account *account, const struct mosquitto_evt_acl_check *check,
                const char *action, const char *kind)
{
    const struct access access = access_of(account);
    const struct access_request request = {mosquitto_client_username(check->client),
                                           mosquitto_client_id(check->client), action, kind, check->topic};

    if (!request.certificate_id || !request.client_id)
        return false;
    if (access_allows(&access, &request))
        return true;
    mosquitto_log_printf(BROKER_NOTICE, "account: %s may not %s %s", request.client_id, action, check->topic);
    return false;
}

static int unsubscribe(const struct account *account, const struct mosquitto_evt_acl_check *check)
{
    struct session *session = sessions_find(account->sessions, check->client);

    if (session)
        session_unsubscribe(session, check->topic);
    return BROKER_OK;
}

static int subscribe(const struct account *account, const struct mosquitto_evt_acl_check *check)
{
    struct session *session = sessions_find(account->sessions, check->client);

    if (!may(account, check, "iot:Subscribe", "topicfilter"))
        return BROKER_DENIED;
    if (session)
        session_subscribe(session, check->topic);
    return BROKER_OK;
}

static int on_access(int event, void *data, void *context)
{
    const struct mosquitto_evt_acl_check *check = data;
    const struct account *account = context;

    (void)event;
    switch (check->access) {
    case MOSQ_ACL_UNSUBSCRIBE:
        return unsubscribe(account, check);
    case MOSQ_ACL_SUBSCRIBE:
        return subscribe(account, check);
    case MOSQ_ACL_READ:
        return may(account, check, "iot:Receive", "topic") ? BROKER_OK : BROKER_DENIED;
    default: /* mosquitto alone would answer with a PUBACK */
        return may(account, check, "iot:Publish", "topic") &&
                       (!check->retain || may(account, check, "iot:RetainPublish", "topic"))
                   ? BROKER_OK
                   : BROKER_DROP;
    }
}

struct hearer {
    const struct account *account;
    const struct mosquitto *client;
};

static bool hears(const void *context, const char *topic)
{
    const struct hearer *hearer = context;
    const struct access access = access_of(hearer->account);
    const struct session *session = sessions_find(hearer->account->sessions, hearer->client);
    const struct access_request request = {mosquitto_client_username(hearer->client),
                                           mosquitto_client_id(hearer->client), "iot:Receive", "topic",
                                           topic};

    return session && session_is_subscribed(session, topic) && request.certificate_id &&
           access_allows(&access, &request);
}

static int on_message(int event, void *data, void *context)
{
    const struct mosquitto_evt_message *message = data;
    const struct account *account = context;
    const struct provisioner provisioner = provisioner_of(account);

    (void)event;
    if (!account->claims || strncmp(message->topic, "$aws/", 5) != 0)
        return BROKER_OK;
    const struct hearer hearer = {account, message->client};
    const struct claim_device device = {mosquitto_client_id(message->client), hears, &hearer};
    cJSON *payload = cJSON_ParseWithLength(message->payload, message->payloadlen);
    claim_provisioning_hear(account->claims, &provisioner, &device, message->topic, payload);
    cJSON_Delete(payload);
    return BROKER_OK;
}

static int on_tick(int event, void *data, void *context)
{
    struct account *account = context;

    (void)event;
    (void)data;
    refresh(account); /* TLS must know a certificate before its device connects */
    account_events_tick(account->events);
    return BROKER_OK;
}

static bool take_issuer(struct account *account, const char *files)
{
    const char *comma = strchr(files, ',');
    char *certificate = comma ? strndup(files, (size_t)(comma - files)) : NULL;
    struct issuer *issuer = certificate ? issuer_open(certificate, comma + 1) : NULL;

    free(certificate);
    return issuer && (account->claims = claim_provisioning_new(issuer)) != NULL;
}

static bool take_option(struct account *account, const char *key, const char *value)
{
    if (strcmp(key, "account") == 0)
        return (account->state = iot_account_new(value)) != NULL;
    if (strcmp(key, "registry") == 0)
        return (account->registry = registry_open(value)) != NULL;
    if (strcmp(key, "trust") == 0)
        return (account->trust = trust_folder_open(value)) != NULL;
    if (strcmp(key, "issuer") == 0)
        return take_issuer(account, value);
    if (strcmp(key, "journal") == 0)
        return (account->journal = account_journal_open(value)) != NULL;
    if (strcmp(key, "control") == 0)
        return (account->events = account_events_new(value)) != NULL;
    return false;
}

static void account_free(struct account *account)
{
    if (!account)
        return;
    sessions_free(account->sessions);
    account_events_free(account->events);
    account_journal_close(account->journal);
    claim_provisioning_free(account->claims);
    registry_close(account->registry);
    trust_folder_close(account->trust);
    iot_account_free(account->state);
    free(account);
}

static struct account *account_new(const struct mosquitto_opt *options, int count)
{
    struct account *account = calloc(1, sizeof *account);

    if (account)
        account->sessions = sessions_new();
    for (int i = 0; account && i < count; i++) {
        if (take_option(account, options[i].key, options[i].value))
            continue;
        mosquitto_log_printf(BROKER_ERROR, "jitp: cannot use plugin_opt_%s %s", options[i].key,
                             options[i].value);
        account_free(account);
        return NULL;
    }
    if (account && !account->events)
        account->events = account_events_new(NULL);
    if (account && account->events)
        account_events_note_in(account->events, account->journal);
    if (account && account->state && account->trust && account->registry && account->events &&
        account->sessions && trust_without_issuer()) {
        refresh(account);
        return account;
    }
    mosquitto_log_printf(BROKER_ERROR,
                         "jitp: plugin_opt_account, plugin_opt_trust and plugin_opt_registry are needed");
    account_free(account);
    return NULL;
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
    struct account *account = account_new(options, count);

    if (!account)
        return 1;
    *userdata = account;
    return mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, on_connect, NULL, account) ||
           mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, on_access, NULL, account) ||
           mosquitto_callback_register(id, MOSQ_EVT_MESSAGE, on_message, NULL, account) ||
           mosquitto_callback_register(id, MOSQ_EVT_DISCONNECT, on_disconnect, NULL, account) ||
           mosquitto_callback_register(id, MOSQ_EVT_TICK, on_tick, NULL, account);
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count)
{
    (void)options;
    (void)count;
    account_free(userdata);
    return 0;
}
