/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a setup share. Each kind of thing has a file, and in it a function that looks at one
 * (what is there, what is different) and one that makes it so. */
#ifndef ACCOUNT_SETUP_PRIVATE_H
#define ACCOUNT_SETUP_PRIVATE_H

#include "account/setup/options.h"
#include "base/text.h"

#define SETUP_VERSIONS_MAX 5 /* of a policy, of a template: quotas of AWS IoT */

struct setup;

struct setup_item {
    const char *kind; /* static */
    char *name;       /* owned */
    enum setup_action action;
    struct text detail;
    unsigned different; /* what differs, in bits that only the kind knows */
    size_t index;       /* of several of a kind: authority, group */
    char *seen;         /* what the kind wants to remember; owned */
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
    char *role_arn; /* computed, or what IAM says */
    char *endpoint, *observer_pem;
    size_t devices; /* that a removal finds */
};

/* The new item, of which look and make are the caller's to set. Borrowed until the next one is added. */
struct setup_item *setup_add(struct setup *setup, const char *kind, const char *name);
/* One more difference, for people. */
void setup_differs(struct setup_item *item, unsigned bit, const char *words);

/* A call with a body, which is freed here, or NULL. path: "/policies" and segments, each encoded here, end
 * with NULL. */
enum aws_error setup_call(const struct oem_account *account, const char *action, const char *method,
                          const char *const *path, const struct aws_pair *query, cJSON *body, cJSON **answer,
                          struct text *why) __attribute__((warn_unused_result));
/* Looks at an item. Where it is not there, it is to be created, and *answer stays as it is. */
enum aws_error setup_look(struct setup *setup, struct setup_item *item, const char *action,
                          const char *const *path, cJSON **answer, struct text *why)
    __attribute__((warn_unused_result));
/* A member's text; "" where there is none. Borrowed. */
const char *setup_text(const cJSON *object, const char *name);
/* A text member that holds JSON, as policies and templates do; NULL. Owned. */
cJSON *setup_document(const cJSON *object, const char *name);

/* A CA that registers by a template; all borrowed for the call. */
struct setup_registered {
    const char *id, *name;    /* name: its subject, as people know it */
    const cJSON *description; /* certificateDescription of iot:DescribeCACertificate */
};
enum aws_error setup_list_registered(const struct oem_account *account, const char *template_name,
                                     void (*each)(void *context, const struct setup_registered *registered),
                                     void *context, struct text *why) __attribute__((warn_unused_result));

/* Before asking again for what AWS does not know everywhere yet: half a second, then longer and longer.
 * False: interrupted, or it was asked often enough. */
bool setup_wait(const struct oem_account *account, unsigned failed);
/* The plan is made: tells it. */
void setup_tell_all(const struct setup *setup, void (*tell)(void *context, const struct setup_step *step),
                    void *context);

/* Of what is there: each looks, and says what is different in the item. */
void setup_add_role(struct setup *setup);
void setup_add_module_policy(struct setup *setup);
void setup_add_observer_policy(struct setup *setup);
void setup_add_claim_policy(struct setup *setup);
void setup_add_thing_type(struct setup *setup);
void setup_add_thing_groups(struct setup *setup);
void setup_add_template(struct setup *setup);
void setup_add_authorities(struct setup *setup);
/* The CAs that the template has and the options do not name: they stay, and the plan says so. */
enum aws_error setup_add_others(struct setup *setup, struct text *why) __attribute__((warn_unused_result));
void setup_add_observer(struct setup *setup);
void setup_add_events(struct setup *setup);

#endif
