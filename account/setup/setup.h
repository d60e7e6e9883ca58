/* SPDX-License-Identifier: Apache-2.0 */
/* Plans, creates and removes what the OEM account needs before the first device can arrive (OG appendices B
 * and C). Call setup_plan() or setup_plan_removal(), then setup_apply(). Names come from the setup's name, as
 * in deploy/oem-account.yaml, so either can continue the other's work:
 *
 *   <name>-provisioning   role that iot.amazonaws.com assumes, with service-role/AWSIoTThingsRegistration
 *   <name>-module         policy of modules
 *   <name>                provisioning template (JITP)
 *   <name>-observer       policy of the observer, whose certificate is attached to it
 *
 * and, if asked for, so that the portal can receive the account's events through a queue:
 *
 *   <name>-events         queue, and role that lets the rules send to it
 *   <name>_connected, <name>_created, <name>_disconnected   rules (with _ for - in the name)
 *
 * and thing type and groups that the template names, each manufacturer's CA (SNI_ONLY, active, automatic
 * registration by that template) and the account's thing events. For fleet provisioning by claim, instead of
 * template, CAs, observer and events:
 *
 *   <name>-fleet          provisioning template (FLEET_PROVISIONING)
 *   <name>-claim          policy of claim certificates
 *
 * What others have changed since is not taken back, unless options.overwrite is set: the plan says so. What a
 * setup has made is remembered in tags of each resource (setup/record.h).
 *
 * Every call can be repeated, so an interrupted setup can be resumed. One thread; blocks. */
#ifndef ACCOUNT_SETUP_SETUP_H
#define ACCOUNT_SETUP_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "account/setup/options.h"

#define SETUP_NAME_MAX 36
#define SETUP_NAME_FLEET_MAX 30 /* so that <name>-fleet is a template's name */
#define SETUP_NAME_DEFAULT "expresslink"

const char *setup_action_name(enum setup_action action); /* "keep", "create", "change", "delete" */

struct setup;

/* 1 to SETUP_NAME_MAX letters, digits, underscores and hyphens. */
bool setup_name_fits(const char *name);

/* *field: by which field of a certificate's subject the template that is there names its things
 * (account/provisioning_template.h); NULL: there is none, or it does so otherwise. */
enum aws_error setup_thing_name_field(const struct oem_account *account, const char *name, const char **field,
                                      struct text *why) __attribute__((warn_unused_result));

/* Looks up everything and changes nothing; reports every step to tell, in the order of execution. options and
 * account are borrowed until setup_free(). *out is untouched after an error. AWS_REFUSED also without a call:
 * a certificate is not a CA's. AWS_CONFLICT: what exists cannot be changed as wanted (a CA in another mode, a
 * template of another type, ...). */
enum aws_error setup_plan(const struct oem_account *account, const struct setup_options *options,
                          void (*tell)(void *context, const struct setup_step *step), void *context,
                          struct setup **out, struct text *why);
/* Plans the removal of everything of that name: CAs that use its template, its templates, its policies (with
 * the observers' and claim certificates that nothing else uses), its role. Things, modules' certificates,
 * thing type, groups and events stay. setup_apply() then removes them, in an order that can be
 * interrupted. */
enum aws_error setup_plan_removal(const struct oem_account *account, const char *name,
                                  void (*tell)(void *context, const struct setup_step *step), void *context,
                                  struct setup **out, struct text *why);
/* The number of certificates with the modules' policy: devices that a removal would leave without
 * permissions. */
size_t setup_devices(const struct setup *setup);

/* The number of steps that change something. */
size_t setup_changes(const struct setup *setup);
/* The number of steps in which something stays as others have changed it. */
size_t setup_kept(const struct setup *setup);
/* Carries out the plan, once; reports each changing step to done afterwards. After an error, completed steps
 * stay. */
enum aws_error setup_apply(struct setup *setup, void (*done)(void *context, const struct setup_step *step),
                           void *context, struct text *why);
/* PEM of the observer's certificate after setup_apply() (also of one that was there: the one whose key made
 * the request); "" when there is none. The ATS endpoint's address. Borrowed. */
const char *setup_observer_certificate(const struct setup *setup);
const char *setup_endpoint(const struct setup *setup); /* known after setup_plan(); "" in a removal */
/* The modules' policy as it will be; NULL in a removal. Borrowed. */
const cJSON *setup_module_policy(const struct setup *setup);
/* The URL of the queue for events; "" without one. Borrowed. */
const char *setup_queue_url(const struct setup *setup);
void setup_free(struct setup *setup); /* NULL is fine */

#endif
