/* SPDX-License-Identifier: Apache-2.0 */
/* The OEM's account with just-in-time provisioning, for mosquitto (OG appendices B and C).
 *
 * A certificate of the registered authority is provisioned when it connects for the first time: the template
 * names the thing, `created` is published, and that connection is dropped without a CONNACK. Later
 * connections are let in under the thing's name. The observer's certificate may listen to the account's
 * events, and nothing else.
 *
 * plugin_opt_registered_ca FILE   the module manufacturer's authority
 * plugin_opt_observer FILE        the observer's certificate
 * plugin_opt_template FILE        the provisioning template, see provisioning_template.h
 * plugin_opt_registry FILE        where certificates and things are kept
 * plugin_opt_control FILE         faults to simulate, see account_events.h; optional */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/account_events.h"
#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"
#include "sandbox/provisioning_template.h"
#include "sandbox/registry.h"

/* What ACL checks go by: they are also made for an observer that is away, when there is no certificate to
 * look at. */
static const char role_observer[] = "observer";
static const char role_thing[] = "thing";

struct account {
    X509 *authority;
    char authority_id[CERTIFICATE_ID_SIZE];
    char observer_id[CERTIFICATE_ID_SIZE];
    char *template_file;
    struct registry *registry;
    struct account_events *events;
    void *sessions; /* of struct session, by client */
    unsigned long version;
};

/* A client that was let in. */
struct session {
    const struct mosquitto *client;
    char client_id[THING_NAME_SIZE];
    char session_id[SESSION_ID_SIZE];
    char principal[CERTIFICATE_ID_SIZE];
    char ip_address[64];
};

static int compare_sessions(const void *a, const void *b)
{
    const struct mosquitto *left = ((const struct session *)a)->client;
    const struct mosquitto *right = ((const struct session *)b)->client;

    return (left > right) - (left < right);
}

static struct account_session describe(struct account *account, const struct session *session)
{
    /* Counted over all clients: it still grows for each of them, which is what it is good for. */
    return (struct account_session){session->client_id, session->session_id, session->principal,
                                    session->ip_address, account->version++};
}

static void session_open(struct account *account, const struct mosquitto *client, const char *principal)
{
    struct session *session = calloc(1, sizeof *session);
    const char *ip_address = mosquitto_client_address(client);

    if (!session)
        return;
    session->client = client;
    snprintf(session->client_id, sizeof session->client_id, "%s", mosquitto_client_id(client));
    snprintf(session->principal, sizeof session->principal, "%s", principal);
    snprintf(session->ip_address, sizeof session->ip_address, "%s", ip_address ? ip_address : "");
    account_uuid(session->session_id);
    struct session **place = tsearch(session, &account->sessions, compare_sessions);
    if (!place || *place != session) {
        free(session);
        return;
    }
    const struct account_session told = describe(account, session);
    account_events_connected(account->events, &told);
}

static int on_disconnect(int event, void *data, void *context)
{
    const struct mosquitto_evt_disconnect *disconnect = data;
    struct account *account = context;
    const struct session wanted = {.client = disconnect->client};

    (void)event;
    struct session **found = tfind(&wanted, &account->sessions, compare_sessions);
    if (!found)
        return BROKER_OK;
    struct session *session = *found;
    tdelete(session, &account->sessions, compare_sessions);
    const struct account_session told = describe(account, session);
    account_events_disconnected(account->events, &told);
    free(session);
    return BROKER_OK;
}

/* First connection of a certificate: provisioned, and dropped either way. */
static int provision(struct account *account, const X509 *certificate, const char *id)
{
    char thing_name[THING_NAME_SIZE], problem[PROVISIONING_PROBLEM_SIZE];
    bool created = false;

    account_events_registered(account->events, account->authority_id, id);
    if (!provisioning_thing_name(account->template_file, certificate, thing_name, problem)) {
        mosquitto_log_printf(BROKER_WARNING, "jitp: provisioning failed: %s", problem);
        return BROKER_DROP;
    }
    if (!registry_add(account->registry, id, thing_name, &created)) {
        mosquitto_log_printf(BROKER_ERROR, "jitp: cannot write the registry");
        return BROKER_DROP;
    }
    mosquitto_log_printf(BROKER_NOTICE, "jitp: provisioned %s", thing_name);
    if (created)
        account_events_created(account->events, thing_name);
    return BROKER_DROP;
}

static int admit_thing(struct account *account, const struct mosquitto *client, X509 *certificate,
                       const char *id)
{
    const char *thing_name = registry_thing(account->registry, id);

    if (!certificate_issued_by(certificate, account->authority))
        return BROKER_REFUSED;
    if (!thing_name)
        return provision(account, certificate, id);
    /* The policy lets a thing connect under its own name only. */
    return strcmp(mosquitto_client_id(client), thing_name) == 0 ? BROKER_OK : BROKER_REFUSED;
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
    certificate_id(certificate, id);
    bool observer = strcmp(id, account->observer_id) == 0;
    int result = BROKER_REFUSED;
    if (client_id && certificate_name_valid(client_id))
        result = observer ? BROKER_OK : admit_thing(account, connect->client, certificate, id);
    X509_free(certificate);
    if (result == BROKER_OK)
        result = mosquitto_set_username(connect->client, observer ? role_observer : role_thing);
    if (result == BROKER_OK)
        session_open(account, connect->client, id);
    return result;
}

/* topic is prefix, one level, suffix; the level may be a + where topic is a filter. */
static bool fits(const char *topic, const char *prefix, const char *suffix)
{
    size_t length = strlen(prefix);

    if (strncmp(topic, prefix, length) != 0)
        return false;
    size_t level = strcspn(topic + length, "/#");
    return level > 0 && strcmp(topic + length + level, suffix) == 0;
}

static bool is_event_topic(const char *topic)
{
    return fits(topic, "$aws/events/thing/", "/created") ||
           fits(topic, "$aws/events/presence/connected/", "") ||
           fits(topic, "$aws/events/presence/disconnected/", "") ||
           fits(topic, "$aws/events/certificates/registered/", "");
}

/* "<thing>/..." and "$aws/things/<thing>/..." */
static bool is_own_topic(const char *topic, const char *thing_name)
{
    static const char shadow[] = "$aws/things/";
    size_t length = strlen(thing_name);

    if (strncmp(topic, shadow, sizeof shadow - 1) == 0)
        topic += sizeof shadow - 1;
    return strncmp(topic, thing_name, length) == 0 && topic[length] == '/';
}

static int on_access(int event, void *data, void *context)
{
    const struct mosquitto_evt_acl_check *check = data;
    const char *role = mosquitto_client_username(check->client);
    const char *client_id = mosquitto_client_id(check->client);

    (void)event;
    (void)context;
    if (!role || !client_id)
        return BROKER_DENIED;
    if (check->access == MOSQ_ACL_UNSUBSCRIBE)
        return BROKER_OK;
    bool writes = check->access == MOSQ_ACL_WRITE;
    bool allowed = strcmp(role, role_observer) == 0 ? !writes && is_event_topic(check->topic)
                                                    : is_own_topic(check->topic, client_id);
    if (allowed)
        return BROKER_OK;
    mosquitto_log_printf(BROKER_NOTICE, "account: %s may not use %s", role, check->topic);
    return writes ? BROKER_DROP : BROKER_DENIED;
}

static int on_tick(int event, void *data, void *context)
{
    struct account *account = context;

    (void)event;
    (void)data;
    account_events_tick(account->events);
    return BROKER_OK;
}

static bool take_certificate_id(const char *file, char out[CERTIFICATE_ID_SIZE])
{
    X509 *certificate = certificate_read(file);

    if (!certificate)
        return false;
    certificate_id(certificate, out);
    X509_free(certificate);
    return true;
}

static bool take_option(struct account *account, const char *key, const char *value)
{
    if (strcmp(key, "registered_ca") == 0) {
        account->authority = certificate_read(value);
        return account->authority && take_certificate_id(value, account->authority_id);
    }
    if (strcmp(key, "observer") == 0)
        return take_certificate_id(value, account->observer_id);
    if (strcmp(key, "template") == 0)
        return (account->template_file = strdup(value)) != NULL;
    if (strcmp(key, "registry") == 0)
        return (account->registry = registry_open(value)) != NULL;
    if (strcmp(key, "control") == 0)
        return (account->events = account_events_new(value)) != NULL;
    return false;
}

static void account_free(struct account *account)
{
    if (!account)
        return;
    tdestroy(account->sessions, free);
    account_events_free(account->events);
    registry_close(account->registry);
    free(account->template_file);
    X509_free(account->authority);
    free(account);
}

static struct account *account_new(const struct mosquitto_opt *options, int count)
{
    struct account *account = calloc(1, sizeof *account);

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
    if (account && account->authority && account->template_file && account->registry && account->events)
        return account;
    mosquitto_log_printf(BROKER_ERROR, "jitp: needs registered_ca, template and registry");
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
