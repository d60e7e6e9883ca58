/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "base/memory.h"
#include "base/text.h"
#include "claim/endpoint_message.h"

static void check_connection(struct config *config, const char *section,
                             const struct account_connection *connection)
{
    if (connection->address[0] != '\0' && !endpoint_address_valid(connection->address))
        config_add_error(config, section, "address", "is no host name or IPv4 address");
    if (endpoint_address_is_regional(connection->address))
        config_add_error(config, section, "address",
                         "is a region's name, not an account's own endpoint: aws iot describe-endpoint "
                         "--endpoint-type iot:Data-ATS prints that one, <id>-ats.iot.<region>.amazonaws.com");
    if (connection->client_id[0] == '$')
        config_add_error(config, section, "client_id", "must not begin with $");
}

static struct account_connection read_connection(struct config *config, const char *section)
{
    struct account_connection connection = {
        .address = config_text(config, section, "address"),
        .port = (int)config_integer(config, section, "port"),
        .ca_file = config_text(config, section, "ca_file"),
        .cert_file = config_text(config, section, "cert_file"),
        .key_file = config_text(config, section, "key_file"),
        .client_id = config_text(config, section, "client_id"),
    };

    check_connection(config, section, &connection);
    return connection;
}

/* Address, port and authority are those of the account. */
static void read_further(struct config *config, const char *section, struct account_connection *out)
{
    out->cert_file = config_text(config, section, "cert_file");
    out->key_file = config_text(config, section, "key_file");
    out->client_id = config_text(config, section, "client_id");
    if (out->client_id[0] == '$')
        config_add_error(config, section, "client_id", "must not begin with $");
}

static void add_claim_thing(struct staging_account *account, const struct claim_thing *claim_thing)
{
    size_t place = account->claim_thing_count++;

    for (; place > 0 && account->claim_things[place - 1].number > claim_thing->number; place--)
        account->claim_things[place] = account->claim_things[place - 1];
    account->claim_things[place] = *claim_thing;
}

/* No two of them have one number: it is part of the section's name. */
static void read_further_claim_things(struct config *config, const char *family, struct staging_account *out)
{
    for (size_t i = 0; i < config_family_count(config, family); i++) {
        const char *number = config_family_name(config, family, i);
        struct claim_thing claim_thing = out->claim_things[0];
        TEXT struct text section = TEXT_EMPTY;
        text_printf(&section, "%s.%s", family, number);
        claim_thing.number = (unsigned)strtoul(number, NULL, 10);
        read_further(config, section.data, &claim_thing.connection);
        if (claim_thing.number > 1 && claim_thing.number <= CLAIM_THINGS_MAX)
            add_claim_thing(out, &claim_thing);
        else
            config_add_error(config, section.data, NULL,
                             "the number must be from 2 to %d; the first claim-thing is that of [%s]",
                             CLAIM_THINGS_MAX, family);
    }
}

static void report_form(struct config *config, const char *section, const char *form, const char *letter_case)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add(form, strlen(form), &shown);
    config_add_error(config, section, "identifier_form",
                     "%s is neither hex, hex:N (8 to 64), uuid nor a regular expression that letters of "
                     "identifier_case = %s can meet",
                     shown.data, letter_case);
}

static void read_staging(struct config *config, const char *name, struct staging_account *out)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "staging.%s", name);
    out->name = name;
    out->claim_thing_count = 1;
    out->claim_things[0] = (struct claim_thing){1, read_connection(config, section.data)};
    read_further_claim_things(config, section.data, out);
    out->rate = (int)config_integer(config, section.data, "rate");
    const char *form = config_text(config, section.data, "identifier_form");
    const char *letter_case = config_text(config, section.data, "identifier_case");
    if (identifier_form_parse(form, letter_case, &out->form) != IDENTIFIER_OK)
        report_form(config, section.data, form, letter_case);
}

/* An observer needs all of its files or none. */
static bool read_observed(struct config *config, const char *section)
{
    static const char *const names[] = {"cert_file", "key_file", "ca_file", "client_id"};
    bool certificate = config_text(config, section, "cert_file")[0] != '\0';
    bool key = config_text(config, section, "key_file")[0] != '\0';

    if (!certificate && !key)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (config_text(config, section, names[i])[0] == '\0')
            config_add_error(config, section, names[i], "must be given with %s",
                             certificate ? names[0] : names[1]);
    return true;
}

static enum endpoint_events read_events(struct config *config, const char *section)
{
    const char *queue = config_text(config, section, "queue_url");

    if (strcmp(config_text(config, section, "events"), "sqs") != 0)
        return ENDPOINT_EVENTS_MQTT;
    if (queue[0] == '\0')
        config_add_error(config, section, "queue_url", "must be given with events = sqs");
    else if (strncmp(queue, "https://", 8) != 0 && strncmp(queue, "http://", 7) != 0)
        config_add_error(
            config, section, "queue_url",
            "is no URL, such as https://sqs.eu-west-1.amazonaws.com/123456789012/expresslink-events");
    return ENDPOINT_EVENTS_SQS;
}

static void read_endpoint(struct config *config, const char *key, struct oem_endpoint *out)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "endpoint.%s", key);
    out->key = key;
    out->label = config_text(config, section.data, "label");
    out->connection = read_connection(config, section.data);
    out->observed = read_observed(config, section.data);
    out->events = read_events(config, section.data);
    out->queue_url = config_text(config, section.data, "queue_url");
    out->connectivity = config_boolean(config, section.data, "connectivity");
    out->connectivity_rate = (int)config_integer(config, section.data, "connectivity_rate");
    out->countries = config_text(config, section.data, "countries");
}

/* What connects with a client id: a claim-thing or an observer. */
struct client {
    const struct account_connection *connection;
    char *section; /* owned */
};

struct clients {
    struct client *list;
    size_t count;
};

static void add_client(struct clients *clients, const struct account_connection *connection,
                       const char *family, const char *name)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "%s.%s", family, name);
    clients->list = memory_grow(clients->list, clients->count + 1, sizeof *clients->list);
    clients->list[clients->count++] = (struct client){connection, text_take(&section)};
}

static void add_claim_things(struct clients *clients, const struct staging_account *account)
{
    for (size_t i = 0; i < account->claim_thing_count; i++) {
        TEXT struct text name = TEXT_EMPTY;
        claim_thing_name(account, &account->claim_things[i], &name);
        add_client(clients, &account->claim_things[i].connection, "staging", text_get(&name));
    }
}

static struct clients all_clients(const struct claim_settings *settings)
{
    struct clients clients = {0};

    for (size_t i = 0; i < settings->staging_count; i++)
        add_claim_things(&clients, &settings->staging[i]);
    for (size_t i = 0; i < settings->endpoint_count; i++)
        if (settings->endpoints[i].observed)
            add_client(&clients, &settings->endpoints[i].connection, "endpoint", settings->endpoints[i].key);
    return clients;
}

/* Whether the broker would drop one connection whenever the other connects. */
static bool take_turns(const struct account_connection *a, const struct account_connection *b)
{
    return a->client_id[0] != '\0' && a->address[0] != '\0' && strcmp(a->client_id, b->client_id) == 0 &&
           strcasecmp(a->address, b->address) == 0;
}

static void check_client_ids(struct config *config, const struct claim_settings *settings)
{
    struct clients clients = all_clients(settings);

    for (size_t i = 0; i < clients.count; i++)
        for (size_t j = 0; j < i; j++)
            if (take_turns(clients.list[i].connection, clients.list[j].connection))
                config_add_error(
                    config, clients.list[i].section, "client_id",
                    "is that of [%s] at the same address: each would drop the other's connection",
                    clients.list[j].section);
    for (size_t i = 0; i < clients.count; i++)
        free(clients.list[i].section);
    free(clients.list);
}

/* Modules would be sent where they are. Accounts in one test broker differ in their ports. */
static bool is_same_account(const struct account_connection *a, const struct account_connection *b)
{
    return endpoint_address_valid(a->address) && strcasecmp(a->address, b->address) == 0 &&
           (a->port == b->port || strstr(a->address, ".amazonaws.com"));
}

static void check_destination(struct config *config, const struct claim_settings *settings,
                              const struct oem_endpoint *endpoint)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "endpoint.%s", endpoint->key);
    for (size_t i = 0; i < settings->staging_count; i++) {
        const struct account_connection *staging = &settings->staging[i].claim_things[0].connection;
        if (is_same_account(&endpoint->connection, staging) && !take_turns(&endpoint->connection, staging))
            config_add_error(config, section.data, "address",
                             "is the address of [staging.%s], where the modules are already; give that of "
                             "your own account: aws iot describe-endpoint --endpoint-type iot:Data-ATS",
                             settings->staging[i].name);
    }
}

static void check_destinations(struct config *config, const struct claim_settings *settings)
{
    for (size_t i = 0; i < settings->endpoint_count; i++)
        check_destination(config, settings, &settings->endpoints[i]);
}

#define SEPARATORS ", "

bool claim_settings_is_country(const char *country)
{
    return strlen(country) == 2 && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
           country[1] <= 'Z';
}

static bool has_country(const char *countries, const char *country, size_t length)
{
    for (const char *at = countries + strspn(countries, SEPARATORS); *at; at += strspn(at, SEPARATORS)) {
        size_t part = strcspn(at, SEPARATORS);
        if (part == length && memcmp(at, country, length) == 0)
            return true;
        at += part;
    }
    return false;
}

static void check_country(struct config *config, const struct claim_settings *settings, size_t index,
                          const char *country)
{
    TEXT struct text section = TEXT_EMPTY;

    text_printf(&section, "endpoint.%s", settings->endpoints[index].key);
    if (!claim_settings_is_country(country)) {
        TEXT struct text shown = TEXT_EMPTY;
        excerpt_add_bare(country, strlen(country), &shown);
        config_add_error(config, section.data, "countries", "%s is no country, such as DE", text_get(&shown));
        return;
    }
    for (size_t i = 0; i < index; i++)
        if (has_country(settings->endpoints[i].countries, country, strlen(country)))
            config_add_error(config, section.data, "countries", "%s is one of [endpoint.%s]", country,
                             settings->endpoints[i].key);
}

static void check_countries(struct config *config, const struct claim_settings *settings)
{
    for (size_t i = 0; i < settings->endpoint_count; i++) {
        const char *at = settings->endpoints[i].countries;
        for (at += strspn(at, SEPARATORS); *at; at += strspn(at, SEPARATORS)) {
            OWNED char *country = memory_part(at, strcspn(at, SEPARATORS));
            check_country(config, settings, i, country);
            at += strlen(country);
        }
    }
}

static void read_default_endpoint(struct config *config, struct claim_settings *settings)
{
    const char *key = config_text(config, "claim", "default_endpoint");

    if (key[0] == '\0') {
        if (settings->endpoint_count > 1)
            config_add_error(config, "claim", "default_endpoint",
                             "must be given where there are several endpoints");
        return;
    }
    for (size_t i = 0; i < settings->endpoint_count; i++) {
        if (strcmp(settings->endpoints[i].key, key) == 0) {
            settings->default_endpoint = i;
            return;
        }
    }
    TEXT struct text shown = TEXT_EMPTY;
    excerpt_add_bare(key, strlen(key), &shown);
    config_add_error(config, "claim", "default_endpoint", "there is no [endpoint.%s]", text_get(&shown));
}

static void read_accounts(struct config *config, struct claim_settings *settings)
{
    settings->staging_count = config_family_count(config, "staging");
    settings->staging = memory_new(settings->staging_count, sizeof *settings->staging);
    for (size_t i = 0; i < settings->staging_count; i++)
        read_staging(config, config_family_name(config, "staging", i), &settings->staging[i]);
    if (settings->staging_count == 0)
        config_add_error(config, NULL, NULL,
                         "there is no staging account: a section [staging.NAME] is needed");
    if (settings->staging_count > CLAIM_STAGING_MAX)
        config_add_error(config, NULL, NULL, "there are %zu staging accounts, but %d is the limit",
                         settings->staging_count, CLAIM_STAGING_MAX);

    settings->endpoint_count = config_family_count(config, "endpoint");
    settings->endpoints = memory_new(settings->endpoint_count, sizeof *settings->endpoints);
    for (size_t i = 0; i < settings->endpoint_count; i++)
        read_endpoint(config, config_family_name(config, "endpoint", i), &settings->endpoints[i]);
    if (settings->endpoint_count == 0)
        config_add_error(config, NULL, NULL, "there is no endpoint: a section [endpoint.KEY] is needed");
}

bool claim_settings_load_partly(struct config *config, struct claim_settings *out)
{
    size_t errors_before = config_error_count(config);

    *out = (struct claim_settings){
        .window_ms = config_integer(config, "claim", "window"),
        .inventory_required = strcmp(config_text(config, "claim", "inventory"), "required") == 0,
    };
    read_accounts(config, out);
    check_client_ids(config, out);
    check_destinations(config, out);
    check_countries(config, out);
    read_default_endpoint(config, out);
    out->schedule.count =
        config_durations(config, "claim", "schedule", out->schedule.delays_ms, SCHEDULE_MAX);
    return config_error_count(config) == errors_before && out->schedule.count > 0;
}

bool claim_settings_load(struct config *config, struct claim_settings *out)
{
    struct claim_settings settings;

    if (!claim_settings_load_partly(config, &settings)) {
        claim_settings_fini(&settings);
        return false;
    }
    *out = settings;
    return true;
}

void claim_settings_fini(struct claim_settings *settings)
{
    for (size_t i = 0; i < settings->staging_count; i++)
        identifier_form_fini(&settings->staging[i].form);
    free(settings->staging);
    free(settings->endpoints);
    *settings = (struct claim_settings){0};
}

bool oem_endpoint_is_watched(const struct oem_endpoint *endpoint)
{
    return oem_endpoint_hears_ends(endpoint) || endpoint->connectivity;
}

bool oem_endpoint_hears_ends(const struct oem_endpoint *endpoint)
{
    return endpoint->observed || endpoint->events == ENDPOINT_EVENTS_SQS;
}

const struct oem_endpoint *claim_settings_endpoint(const struct claim_settings *settings, const char *key)
{
    if (key == NULL)
        return &settings->endpoints[settings->default_endpoint];
    for (size_t i = 0; i < settings->endpoint_count; i++)
        if (strcmp(settings->endpoints[i].key, key) == 0)
            return &settings->endpoints[i];
    return NULL;
}

const struct oem_endpoint *claim_settings_endpoint_of(const struct claim_settings *settings,
                                                      const char *country)
{
    for (size_t i = 0; i < settings->endpoint_count; i++)
        if (has_country(settings->endpoints[i].countries, country, strlen(country)))
            return &settings->endpoints[i];
    return NULL;
}

void claim_thing_name(const struct staging_account *account, const struct claim_thing *claim_thing,
                      struct text *out)
{
    text_puts(out, account->name);
    if (claim_thing->number > 1)
        text_printf(out, ".%u", claim_thing->number);
}

struct mqtt_options account_mqtt_options(const struct account_connection *connection, const char *name)
{
    return (struct mqtt_options){
        .name = name,
        .address = connection->address,
        .port = connection->port,
        .client_id = connection->client_id,
        .ca_file = connection->ca_file,
        .cert_file = connection->cert_file,
        .key_file = connection->key_file,
    };
}
