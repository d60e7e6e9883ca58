/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a provisioning template as parts (setup/parts.h), and back. A part is named by the way to it,
 * as "Resources/thing/Properties/ThingTypeName"; each thing group is a part of its own. Pure functions; one
 * thread. */
#ifndef ACCOUNT_SETUP_TEMPLATE_BODY_H
#define ACCOUNT_SETUP_TEMPLATE_BODY_H

#include "account/setup/parts.h"
#include "base/json.h"

/* Adds the parts of a body that is wanted, or there. */
void template_body_parts(struct setup_parts *parts, const cJSON *body, bool is_wanted);
/* True if the part is one of a body. */
bool template_body_has(const struct setup_part *part);
/* The body as it will be, after setup_parts_decide(): what is there, with the parts that become as wanted. A
 * parameter that nothing refers to goes: provisioning would fail for certificates without it. Owned. */
cJSON *template_body_merged(struct setup_parts *parts, const cJSON *there);

#endif
