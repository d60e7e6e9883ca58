/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates a provisioning template for a certificate (OG appendix B; IoT, "Provisioning templates").
 *
 * Supported: Parameters (with Default), each of which must have a value; values that are a text, {"Ref":
 * parameter} or {"Fn::Join": [separator, [values]]}; resources of the types
 *   AWS::IoT::Thing        ThingName, AttributePayload, ThingTypeName, ThingGroups, BillingGroup
 *   AWS::IoT::Certificate  Status, by default ACTIVE
 *   AWS::IoT::Policy       either PolicyName or PolicyDocument
 * Broker's thread only. */
#ifndef SANDBOX_TEMPLATE_EVALUATION_H
#define SANDBOX_TEMPLATE_EVALUATION_H

#include <cjson/cJSON.h>
#include <openssl/x509.h>
#include <stdbool.h>

#define THING_NAME_SIZE 129 /* IoT: 128 characters */
#define TEMPLATE_MAX 10240  /* IoT: characters of a template body */
#define TEMPLATE_PROBLEM_SIZE 512

struct template_source { /* the sources of parameters' values */
    const X509 *certificate;
    const cJSON
        *parameters; /* sent by the device, by name; NULL: fields of the certificate's subject are used */
};

/* body: JSON text; may be NULL. *out is owned by the caller:
 *   {"status", "things": [NAME], "policies": [NAME], "documents": [JSON text],
 *    "thingTypes": [NAME], "thingGroups": [NAME], "billingGroups": [NAME], "attributes": {}}
 * Returns false if nothing can be provisioned; problem then has the reason, for the broker's log, and *out is
 * untouched. */
bool template_evaluate(const char *body, const struct template_source *source, cJSON **out,
                       char problem[TEMPLATE_PROBLEM_SIZE]);

#endif
