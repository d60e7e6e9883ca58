/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of the sandbox's OEM account: CAs, certificates, policies, templates, things, and which
 * events it publishes. It is read from a JSON file that other programs replace (rename): the simulated AWS
 * (expresslink-cloud), or sandbox/sandbox for an account that is set up from the start. What the account
 * learns when devices connect is in registry.h.
 *
 *   {"cas": {ID: {"pem", "status", "autoRegistrationStatus", "registrationConfig": {"templateName"}}},
 *    "certificates": {ID: {"pem", "status", "policies": [NAME], "things": [NAME]}},
 *    "policies": {NAME: {"document": JSON text}},
 *    "templates": {NAME: {"type", "enabled", "body": JSON text}},
 *    "things": {NAME: ...}, "thingTypes": {NAME: ...}, "thingGroups": {NAME: ...}, "billingGroups": {NAME:
 * ...}, "events": {"THING": true}}
 *
 * ID is the SHA-256 of the DER form in hex. Borrowed results are valid until the next iot_account_refresh().
 * Broker's thread only. */
#ifndef SANDBOX_IOT_ACCOUNT_H
#define SANDBOX_IOT_ACCOUNT_H

#include <cjson/cJSON.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* The prefix of all ARNs of this account. */
#define IOT_ACCOUNT_ARN "arn:aws:iot:us-east-1:123456789012:"
#define IOT_ACCOUNT_ID "123456789012"

struct iot_account;

/* The file at path may be missing: nothing is set up yet. The result is owned; NULL if memory runs out. */
struct iot_account *iot_account_new(const char *path);
void iot_account_free(struct iot_account *account); /* NULL is allowed */

/* Reads the file again if it was replaced; returns true then. If the file is not valid, this is logged and
 * the previous state stays. */
bool iot_account_refresh(struct iot_account *account);

/* Return members of the file; NULL if there is none with that name. */
const cJSON *iot_account_certificate(const struct iot_account *account, const char *id);
const cJSON *iot_account_template(const struct iot_account *account, const char *name);
/* kind: "things", "thingTypes", "thingGroups", "billingGroups", "policies". */
bool iot_account_has(const struct iot_account *account, const char *kind, const char *name);
/* Returns the parsed document of a policy; NULL if it is missing or not JSON. */
const cJSON *iot_account_policy(const struct iot_account *account, const char *name);
/* Whether registry events of that kind ("THING") are enabled. */
bool iot_account_sends(const struct iot_account *account, const char *kind);

struct iot_authority { /* borrowed */
    const char *id;
    const char *template_name; /* NULL: certificates are registered without a template */
};
/* Finds the active CA with automatic registration that signed the certificate. Returns false if there is
 * none. */
bool iot_account_issuer(const struct iot_account *account, X509 *certificate, struct iot_authority *out);

/* Calls each() with the PEM of each CA and certificate. */
void iot_account_each_pem(const struct iot_account *account,
                          void (*each)(void *context, const char *id, const char *pem), void *context);

#endif
