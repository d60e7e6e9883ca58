/* SPDX-License-Identifier: Apache-2.0 */
/* State and calls shared by the parts of a setup. Each kind of resource has a file with two functions: one
 * looks it up and compares it, the other creates or changes it. */
#ifndef ACCOUNT_SETUP_PRIVATE_H
#define ACCOUNT_SETUP_PRIVATE_H

#include "account/setup/options.h"
#include "account/setup/parts.h"
#include "account/setup/record.h"
#include "base/text.h"

#define SETUP_VERSIONS_MAX 5 /* of a policy, of a template: quotas of AWS IoT */

struct setup;

struct setup_item {
    const char *kind; /* static */
    char *name;       /* owned */
    enum setup_action action;
    struct text detail;
    struct text kept;         /* what others have changed and stays */
    struct setup_parts parts; /* filled by look() */
    struct setup_record last; /* what was made last time, as far as it was needed */
    size_t index;             /* of several of a kind: authority, group */
    char *seen;               /* data of the kind; owned */
    enum aws_error (*look)(struct setup *setup, struct setup_item *item, struct text *why);
    enum aws_error (*make)(struct setup *setup, struct setup_item *item, struct text *why);
};

struct setup {
    const struct oem_account *account;
    const struct setup_options *options;
    struct setup_item *items;
    size_t count, room;
    char *arn_prefix; /* "arn:aws:iot:us-east-1:123456789012:" */
    char *module_policy, *template;
    char *role_arn; /* computed, or from IAM */
    char *endpoint, *observer_pem;
    cJSON *module_document; /* the modules' policy as it will be; owned */
    char *queue_url;        /* NULL: there is none, or not yet */
    size_t devices;         /* found by a removal */
};

/* Adds an item; the caller sets look and make. Borrowed until the next one is added. */
struct setup_item *setup_add(struct setup *setup, const char *kind, const char *name);
/* Adds one difference, for people. */
void setup_differs(struct setup_item *item, const char *words);
/* Adds what stays as others have made it. */
void setup_keeps(struct setup_item *item, enum setup_side side, const char *words);

/* Decides the item's parts by item->last, and marks it for a change if one of them is to become as wanted. */
void setup_decide(const struct setup *setup, struct setup_item *item);
/* Says so for each part that has words, in its words. */
void setup_explain(struct setup_item *item);
/* Both, for a resource of AWS IoT whose record is at that ARN. */
enum aws_error setup_judge(const struct setup *setup, struct setup_item *item, const char *arn,
                           struct text *why) __attribute__((warn_unused_result));
/* The record of what is wanted now; setup_record_fini(). False: it is the one that is there already. */
bool setup_new_record(const struct setup_item *item, struct setup_record *out);
/* Before a change: writes what was made and what will be to the ARN, if there is a record already. */
enum aws_error setup_announce(const struct setup *setup, struct setup_item *item, const char *arn,
                              struct text *why) __attribute__((warn_unused_result));
/* Writes it to the ARN if it is new. */
enum aws_error setup_remember(const struct setup *setup, const struct setup_item *item, const char *arn,
                              const char *key, struct text *why) __attribute__((warn_unused_result));
/* Adds "tags" with it to the body of a call that creates a resource of AWS IoT. */
void setup_add_tags(const struct setup_item *item, cJSON *body);
/* Adds the ARN of a resource of AWS IoT: "policy", "x-module". */
void setup_arn(const struct setup *setup, const char *kind, const char *name, struct text *out);

/* Makes a call; frees body, which may be NULL. path: "/policies" and segments, each encoded here, end with
 * NULL. */
enum aws_error setup_call(const struct oem_account *account, const char *action, const char *method,
                          const char *const *path, const struct aws_pair *query, cJSON *body, cJSON **answer,
                          struct text *why) __attribute__((warn_unused_result));
/* Looks up an item. If it is missing, marks it for creation and leaves *answer untouched. */
enum aws_error setup_look(struct setup *setup, struct setup_item *item, const char *action,
                          const char *const *path, cJSON **answer, struct text *why)
    __attribute__((warn_unused_result));
/* A member's text; "" where there is none. Borrowed. */
const char *setup_text(const cJSON *object, const char *name);
/* Parses a text member that holds JSON, as in policies and templates; NULL: none. Owned. */
cJSON *setup_document(const cJSON *object, const char *name);

/* A CA that uses a template; all borrowed for the call. */
struct setup_registered {
    const char *id, *name;    /* name: its subject, as people know it */
    const cJSON *description; /* certificateDescription of iot:DescribeCACertificate */
};
enum aws_error setup_list_registered(const struct oem_account *account, const char *template_name,
                                     void (*each)(void *context, const struct setup_registered *registered),
                                     void *context, struct text *why) __attribute__((warn_unused_result));

/* Waits before retrying what AWS has not yet propagated: half a second, then longer each time. False:
 * interrupted, or too many tries. */
bool setup_wait(const struct oem_account *account, unsigned failed);
/* Reports the finished plan. */
void setup_tell_all(const struct setup *setup, void (*tell)(void *context, const struct setup_step *step),
                    void *context);

/* Each adds its items, whose look() finds the differences. */
void setup_add_role(struct setup *setup);
void setup_add_module_policy(struct setup *setup);
void setup_add_observer_policy(struct setup *setup);
void setup_add_claim_policy(struct setup *setup);
void setup_add_thing_type(struct setup *setup);
void setup_add_thing_groups(struct setup *setup);
void setup_add_billing_group(struct setup *setup);
void setup_add_template(struct setup *setup);
void setup_add_authorities(struct setup *setup);
/* Adds the CAs that use the template but are not in the options: they stay, and the plan says so. */
enum aws_error setup_add_others(struct setup *setup, struct text *why) __attribute__((warn_unused_result));
void setup_add_observer(struct setup *setup);
void setup_add_events(struct setup *setup);
void setup_add_queue(struct setup *setup);
void setup_add_queue_role(struct setup *setup);
/* The ARN of the template, for its record, which also has the account's events. */
void setup_template_arn(const struct setup *setup, struct text *out);
#define SETUP_EVENTS_PART "events" /* in the template's record, of value "on" */
void setup_add_rules(struct setup *setup);

/* *answer: as of sqs:GetQueueUrl, if it is there. */
enum aws_error setup_find_queue(const struct oem_account *account, const char *name, bool *there,
                                cJSON **answer, struct text *why) __attribute__((warn_unused_result));

#define SETUP_RULES 3
#define SETUP_RULE_NAME_SIZE 64 /* a setup's name has 36 characters at most */
/* Names of rules have no hyphens: those of the setup's name become underscores. */
void setup_rule_name(const char *setup_name, size_t index, char out[SETUP_RULE_NAME_SIZE]);

#endif
