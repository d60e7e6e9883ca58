/* SPDX-License-Identifier: Apache-2.0 */
/* What is set up in the sandbox's OEM account: authorities, certificates, policies, templates, things, and
 * which events it sends. It stands in a JSON file that others write in one step (rename): the simulated AWS
 * (expresslink-cloud), or sandbox/sandbox for an account that is born ready. What the account learns by
 * itself when devices connect is in registry.h.
 *
 *   {"cas": {ID: {"pem", "status", "autoRegistrationStatus", "registrationConfig": {"templateName"}}},
 *    "certificates": {ID: {"pem", "status", "policies": [NAME], "things": [NAME]}},
 *    "policies": {NAME: {"document": JSON text}},
 *    "templates": {NAME: {"type", "enabled", "body": JSON text}},
 *    "things": {NAME: ...}, "thingTypes": {NAME: ...}, "thingGroups": {NAME: ...}, "events": {"THING": true}}
 *
 * ID is the SHA-256 of the DER form in hex. Whatever is borrowed is valid until the next
 * iot_account_refresh(). Broker's thread only. */
#ifndef SANDBOX_IOT_ACCOUNT_H
#define SANDBOX_IOT_ACCOUNT_H

#include <cjson/cJSON.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* All names of this account begin with it. */
#define IOT_ACCOUNT_ARN "arn:aws:iot:us-east-1:123456789012:"
#define IOT_ACCOUNT_ID "123456789012"

struct iot_account;

/* path may be missing: nothing is set up yet. Owned; NULL when out of memory. */
struct iot_account *iot_account_new(const char *path);
void iot_account_free(struct iot_account *account); /* NULL is fine */

/* Reads the file again where it is another than the last time; true when it was. A file that is no such JSON
 * is told in the broker's log, and what was known before stays. */
bool iot_account_refresh(struct iot_account *account);

/* Members of the file; NULL where there is none of that name. */
const cJSON *iot_account_certificate(const struct iot_account *account, const char *id);
const cJSON *iot_account_template(const struct iot_account *account, const char *name);
/* kind: "things", "thingTypes", "thingGroups", "policies". */
bool iot_account_has(const struct iot_account *account, const char *kind, const char *name);
/* The document of a policy, parsed; NULL when it is not there or not JSON. */
const cJSON *iot_account_policy(const struct iot_account *account, const char *name);
/* Whether registry events of that kind ("THING") are switched on. */
bool iot_account_sends(const struct iot_account *account, const char *kind);

struct iot_authority { /* borrowed */
    const char *id;
    const char *template_name; /* NULL: certificates are only registered */
};
/* The active authority with automatic registration that has signed the certificate. False: there is none. */
bool iot_account_issuer(const struct iot_account *account, X509 *certificate, struct iot_authority *out);

/* Each authority's and each certificate's PEM. */
void iot_account_each_pem(const struct iot_account *account,
                          void (*each)(void *context, const char *id, const char *pem), void *context);

#endif
