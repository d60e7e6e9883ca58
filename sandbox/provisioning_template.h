/* SPDX-License-Identifier: Apache-2.0 */
/* What a provisioning template makes of a certificate (OG appendix B; IoT, "Provisioning templates").
 *
 * Understood: Parameters (with Default), of which every one must have a value or provisioning fails; the
 * resource of type AWS::IoT::Thing and its ThingName as a text, {"Ref": parameter} or {"Fn::Join":
 * [separator, [values]]}. Certificate and policy resources are taken as what the sandbox does anyway: the
 * certificate becomes ACTIVE, and a thing may use only its own topics. Broker's thread only. */
#ifndef SANDBOX_PROVISIONING_TEMPLATE_H
#define SANDBOX_PROVISIONING_TEMPLATE_H

#include <openssl/x509.h>
#include <stdbool.h>

#define THING_NAME_SIZE 129 /* IoT: 128 characters */
#define PROVISIONING_PROBLEM_SIZE 256

/* Reads the template at path each time, so that it can be replaced under a running broker. False when nothing
 * can be provisioned; problem then says why, for the broker's log, and out is untouched. */
bool provisioning_thing_name(const char *path, const X509 *certificate, char out[THING_NAME_SIZE],
                             char problem[PROVISIONING_PROBLEM_SIZE]);

#endif
