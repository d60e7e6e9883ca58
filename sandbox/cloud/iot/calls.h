/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers of AWS IoT's calls, each named after its call; the table is in iot.c. Each reads the call's
 * members, changes the account, and fills the output or fails. */
#ifndef SANDBOX_CLOUD_IOT_CALLS_H
#define SANDBOX_CLOUD_IOT_CALLS_H

#include "sandbox/cloud/iot/call.h"

/* certificates.c */
void iot_create_certificate_from_csr(struct iot_call *call);
void iot_create_keys_and_certificate(struct iot_call *call);
void iot_register_certificate(struct iot_call *call);
void iot_register_certificate_without_ca(struct iot_call *call);
void iot_describe_certificate(struct iot_call *call);
void iot_update_certificate(struct iot_call *call);
void iot_delete_certificate(struct iot_call *call);
void iot_list_certificates(struct iot_call *call);
void iot_list_certificates_by_ca(struct iot_call *call);

/* authorities.c */
void iot_register_ca_certificate(struct iot_call *call);
void iot_describe_ca_certificate(struct iot_call *call);
void iot_list_ca_certificates(struct iot_call *call);
void iot_update_ca_certificate(struct iot_call *call);
void iot_delete_ca_certificate(struct iot_call *call);
void iot_get_registration_code(struct iot_call *call);

/* policies.c */
void iot_create_policy(struct iot_call *call);
void iot_get_policy(struct iot_call *call);
void iot_list_policies(struct iot_call *call);
void iot_delete_policy(struct iot_call *call);
void iot_create_policy_version(struct iot_call *call);
void iot_list_policy_versions(struct iot_call *call);
void iot_get_policy_version(struct iot_call *call);
void iot_set_default_policy_version(struct iot_call *call);
void iot_delete_policy_version(struct iot_call *call);

/* attachments.c */
void iot_attach_policy(struct iot_call *call);
void iot_detach_policy(struct iot_call *call);
void iot_list_targets_for_policy(struct iot_call *call);
void iot_list_attached_policies(struct iot_call *call);
void iot_attach_thing_principal(struct iot_call *call);
void iot_detach_thing_principal(struct iot_call *call);
void iot_list_thing_principals(struct iot_call *call);
void iot_list_principal_things(struct iot_call *call);

/* templates.c */
void iot_create_provisioning_template(struct iot_call *call);
void iot_describe_provisioning_template(struct iot_call *call);
void iot_update_provisioning_template(struct iot_call *call);
void iot_delete_provisioning_template(struct iot_call *call);
void iot_list_provisioning_templates(struct iot_call *call);
void iot_create_provisioning_template_version(struct iot_call *call);
void iot_list_provisioning_template_versions(struct iot_call *call);
void iot_describe_provisioning_template_version(struct iot_call *call);
void iot_delete_provisioning_template_version(struct iot_call *call);
/* Checks that AWS IoT can assume the role; fails the call otherwise. */
bool iot_check_role(struct iot_call *call, const char *arn);
/* Checks a template's body; fails the call otherwise. */
bool iot_check_template_body(struct iot_call *call, const char *body);

/* things.c */
void iot_create_thing(struct iot_call *call);
void iot_describe_thing(struct iot_call *call);
void iot_update_thing(struct iot_call *call);
void iot_delete_thing(struct iot_call *call);
void iot_list_things(struct iot_call *call);

/* groups.c: thing types and thing groups */
void iot_create_thing_type(struct iot_call *call);
void iot_describe_thing_type(struct iot_call *call);
void iot_list_thing_types(struct iot_call *call);
void iot_deprecate_thing_type(struct iot_call *call);
void iot_delete_thing_type(struct iot_call *call);
void iot_create_thing_group(struct iot_call *call);
void iot_describe_thing_group(struct iot_call *call);
void iot_list_thing_groups(struct iot_call *call);
void iot_delete_thing_group(struct iot_call *call);
void iot_add_thing_to_thing_group(struct iot_call *call);
void iot_remove_thing_from_thing_group(struct iot_call *call);
void iot_list_things_in_thing_group(struct iot_call *call);
void iot_list_thing_groups_for_thing(struct iot_call *call);

/* rules.c */
void iot_create_topic_rule(struct iot_call *call);
void iot_get_topic_rule(struct iot_call *call);
void iot_replace_topic_rule(struct iot_call *call);
void iot_delete_topic_rule(struct iot_call *call);
void iot_list_topic_rules(struct iot_call *call);

/* tags.c */
void iot_tag_resource(struct iot_call *call);
void iot_untag_resource(struct iot_call *call);
void iot_list_tags_for_resource(struct iot_call *call);

/* billing_groups.c */
void iot_create_billing_group(struct iot_call *call);
void iot_describe_billing_group(struct iot_call *call);
void iot_delete_billing_group(struct iot_call *call);

/* connectivity.c */
void iot_get_indexing_configuration(struct iot_call *call);
void iot_update_indexing_configuration(struct iot_call *call);
void iot_get_thing_connectivity_data(struct iot_call *call);

/* settings.c: of the whole account */
void iot_describe_endpoint(struct iot_call *call);
void iot_describe_event_configurations(struct iot_call *call);
void iot_update_event_configurations(struct iot_call *call);

#endif
