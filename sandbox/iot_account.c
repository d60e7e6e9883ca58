/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/iot_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"

#define FILE_MAX (256L * 1024 * 1024)

/* cJSON searches members one by one: with thousands of certificates an index is needed. */
struct index {
    const cJSON **members; /* sorted by name */
    size_t count;
};

struct authority {
    X509 *certificate;
    const cJSON *json;
};

struct policy {
    const char *name;
    cJSON *document;
};

struct iot_account {
    char *path;
    struct stat seen; /* of the file that was read last */
    cJSON *json;
    struct index certificates, things;
    struct authority *authorities;
    size_t authority_count;
    struct policy *policies;
    size_t policy_count;
};

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(member(object, name));
}

static int compare_members(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static struct index index_new(const cJSON *object)
{
    struct index index = {calloc((size_t)cJSON_GetArraySize(object) + 1, sizeof(cJSON *)), 0};
    const cJSON *each;

    if (!index.members || !cJSON_IsObject(object))
        return index;
    cJSON_ArrayForEach(each, object) index.members[index.count++] = each;
    qsort(index.members, index.count, sizeof *index.members, compare_members);
    return index;
}

static const cJSON *index_find(const struct index *index, const char *name)
{
    const cJSON wanted = {.string = (char *)(uintptr_t)name};
    const cJSON *const key = &wanted;

    if (index->count == 0)
        return NULL;
    const cJSON *const *found =
        bsearch(&key, index->members, index->count, sizeof *index->members, compare_members);
    return found ? *found : NULL;
}

struct iot_account *iot_account_new(const char *path)
{
    struct iot_account *account = calloc(1, sizeof *account);

    if (account && (account->path = strdup(path)))
        return account;
    free(account);
    return NULL;
}

static void forget(struct iot_account *account)
{
    for (size_t i = 0; i < account->authority_count; i++)
        X509_free(account->authorities[i].certificate);
    for (size_t i = 0; i < account->policy_count; i++)
        cJSON_Delete(account->policies[i].document);
    free(account->authorities);
    free(account->policies);
    free(account->certificates.members);
    free(account->things.members);
    cJSON_Delete(account->json);
    *account = (struct iot_account){.path = account->path, .seen = account->seen};
}

void iot_account_free(struct iot_account *account)
{
    if (!account)
        return;
    forget(account);
    free(account->path);
    free(account);
}

/* Checks that each section is an object with its entries by name. */
static bool is_state(const cJSON *json)
{
    static const char *const sections[] = {"cas",         "certificates",  "policies",
                                           "templates",   "things",        "thingTypes",
                                           "thingGroups", "billingGroups", "events"};

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (member(json, sections[i]) && !cJSON_IsObject(member(json, sections[i])))
            return false;
    return cJSON_IsObject(json);
}

static cJSON *file_parse(FILE *file, off_t size)
{
    char *body = size < FILE_MAX ? malloc((size_t)size + 1) : NULL;

    if (!body)
        return NULL;
    size_t length = fread(body, 1, (size_t)size, file);
    cJSON *json = cJSON_ParseWithLength(body, length);
    free(body);
    if (is_state(json))
        return json;
    cJSON_Delete(json);
    return NULL;
}

static void take_authorities(struct iot_account *account)
{
    const cJSON *authorities = member(account->json, "cas");
    const cJSON *each;

    account->authorities = calloc((size_t)cJSON_GetArraySize(authorities) + 1, sizeof(struct authority));
    cJSON_ArrayForEach(each, authorities)
    {
        X509 *certificate = account->authorities ? certificate_parse(text(each, "pem")) : NULL;
        if (certificate)
            account->authorities[account->authority_count++] = (struct authority){certificate, each};
        else
            mosquitto_log_printf(BROKER_WARNING, "account: CA %s has no PEM", each->string);
    }
}

static void take_policies(struct iot_account *account)
{
    const cJSON *policies = member(account->json, "policies");
    const cJSON *each;

    account->policies = calloc((size_t)cJSON_GetArraySize(policies) + 1, sizeof(struct policy));
    cJSON_ArrayForEach(each, policies)
    {
        const char *document = text(each, "document");
        if (account->policies)
            account->policies[account->policy_count++] =
                (struct policy){each->string, document ? cJSON_Parse(document) : NULL};
    }
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool iot_account_refresh(struct iot_account *account)
{
    struct stat now;

    if (stat(account->path, &now) != 0 || same_file(&now, &account->seen))
        return false;
    FILE *file = fopen(account->path, "re");
    if (!file)
        return false;
    /* The path may have a newer file by now. */
    cJSON *json = fstat(fileno(file), &now) == 0 ? file_parse(file, now.st_size) : NULL;
    fclose(file);
    account->seen = now;
    if (!json) {
        mosquitto_log_printf(BROKER_ERROR,
                             "account: %s is not the JSON of an account; the previous state stays",
                             account->path);
        return false;
    }
    forget(account);
    account->json = json;
    account->certificates = index_new(member(json, "certificates"));
    account->things = index_new(member(json, "things"));
    take_authorities(account);
    take_policies(account);
    return true;
}

const cJSON *iot_account_certificate(const struct iot_account *account, const char *id)
{
    return index_find(&account->certificates, id);
}

const cJSON *iot_account_template(const struct iot_account *account, const char *name)
{
    return member(member(account->json, "templates"), name);
}

bool iot_account_has(const struct iot_account *account, const char *kind, const char *name)
{
    if (strcmp(kind, "things") == 0)
        return index_find(&account->things, name) != NULL;
    return member(member(account->json, kind), name) != NULL;
}

const cJSON *iot_account_policy(const struct iot_account *account, const char *name)
{
    for (size_t i = 0; i < account->policy_count; i++)
        if (strcmp(account->policies[i].name, name) == 0)
            return account->policies[i].document;
    return NULL;
}

bool iot_account_sends(const struct iot_account *account, const char *kind)
{
    return cJSON_IsTrue(member(member(account->json, "events"), kind));
}

static bool says(const cJSON *object, const char *name, const char *value)
{
    const char *said = text(object, name);

    return said && strcmp(said, value) == 0;
}

bool iot_account_issuer(const struct iot_account *account, X509 *certificate, struct iot_authority *out)
{
    for (size_t i = 0; i < account->authority_count; i++) {
        const cJSON *json = account->authorities[i].json;
        if (!says(json, "status", "ACTIVE") || !says(json, "autoRegistrationStatus", "ENABLE") ||
            !certificate_issued_by(certificate, account->authorities[i].certificate))
            continue;
        const char *template_name = text(member(json, "registrationConfig"), "templateName");
        *out = (struct iot_authority){json->string, template_name && *template_name ? template_name : NULL};
        return true;
    }
    return false;
}

void iot_account_each_pem(const struct iot_account *account,
                          void (*each)(void *context, const char *id, const char *pem), void *context)
{
    static const char *const kinds[] = {"cas", "certificates"};
    const cJSON *item;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        cJSON_ArrayForEach(item, member(account->json, kinds[i])) if (text(item, "pem"))
            each(context, item->string, text(item, "pem"));
}
