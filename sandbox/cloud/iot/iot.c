/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iot/iot.h"

#include <stdarg.h>
#include <string.h>

#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/iot/calls.h"
#include "sandbox/cloud/iot/input.h"
#include "sandbox/cloud/store.h"

struct row {
    const char *method, *path;
    const char *members; /* as for iot_input_read() */
    const char *action;
    void (*handle)(struct iot_call *call);
};

#define PAGES "?pageSize ?marker"
#define TOKENS "?maxResults ?nextToken"
#define RULE "sql! actions! description ruleDisabled awsIotSqlVersion errorAction"
#define REGISTRATION "certificatePem! status"

static const struct row rows[] = {
    {"GET", "/endpoint", "?endpointType", "iot:DescribeEndpoint", iot_describe_endpoint},
    {"GET", "/event-configurations", "", "iot:DescribeEventConfigurations",
     iot_describe_event_configurations},
    {"PATCH", "/event-configurations", "eventConfigurations", "iot:UpdateEventConfigurations",
     iot_update_event_configurations},

    {"GET", "/indexing/config", "", "iot:GetIndexingConfiguration", iot_get_indexing_configuration},
    {"POST", "/indexing/config", "thingIndexingConfiguration thingGroupIndexingConfiguration",
     "iot:UpdateIndexingConfiguration", iot_update_indexing_configuration},

    {"GET", "/tags", "?resourceArn! ?nextToken", "iot:ListTagsForResource", iot_list_tags_for_resource},
    {"POST", "/tags", "resourceArn! tags!", "iot:TagResource", iot_tag_resource},
    {"POST", "/untag", "resourceArn! tagKeys!", "iot:UntagResource", iot_untag_resource},

    {"POST", "/billing-groups/{billingGroupName}", "billingGroupProperties tags", "iot:CreateBillingGroup",
     iot_create_billing_group},
    {"GET", "/billing-groups/{billingGroupName}", "", "iot:DescribeBillingGroup", iot_describe_billing_group},
    {"DELETE", "/billing-groups/{billingGroupName}", "?expectedVersion", "iot:DeleteBillingGroup",
     iot_delete_billing_group},

    {"GET", "/rules", TOKENS " ?topic ?ruleDisabled", "iot:ListTopicRules", iot_list_topic_rules},
    {"GET", "/rules/{ruleName}", "", "iot:GetTopicRule", iot_get_topic_rule},
    {"POST", "/rules/{ruleName}", RULE " @x-amz-tagging", "iot:CreateTopicRule", iot_create_topic_rule},
    {"PATCH", "/rules/{ruleName}", RULE, "iot:ReplaceTopicRule", iot_replace_topic_rule},
    {"DELETE", "/rules/{ruleName}", "", "iot:DeleteTopicRule", iot_delete_topic_rule},

    {"GET", "/registrationcode", "", "iot:GetRegistrationCode", iot_get_registration_code},
    {"POST", "/cacertificate",
     "caCertificate! verificationCertificate ?setAsActive ?allowAutoRegistration registrationConfig tags "
     "certificateMode",
     "iot:RegisterCACertificate", iot_register_ca_certificate},
    {"GET", "/cacertificates", PAGES " ?isAscendingOrder ?templateName", "iot:ListCACertificates",
     iot_list_ca_certificates},
    {"GET", "/cacertificate/{caCertificateId}", "", "iot:DescribeCACertificate", iot_describe_ca_certificate},
    {"PUT", "/cacertificate/{caCertificateId}",
     "?newStatus ?newAutoRegistrationStatus registrationConfig removeAutoRegistration",
     "iot:UpdateCACertificate", iot_update_ca_certificate},
    {"DELETE", "/cacertificate/{caCertificateId}", "", "iot:DeleteCACertificate", iot_delete_ca_certificate},

    {"POST", "/provisioning-templates",
     "templateName! description templateBody! enabled provisioningRoleArn! preProvisioningHook tags type",
     "iot:CreateProvisioningTemplate", iot_create_provisioning_template},
    {"GET", "/provisioning-templates", TOKENS, "iot:ListProvisioningTemplates",
     iot_list_provisioning_templates},
    {"GET", "/provisioning-templates/{templateName}", "", "iot:DescribeProvisioningTemplate",
     iot_describe_provisioning_template},
    {"PATCH", "/provisioning-templates/{templateName}",
     "description enabled defaultVersionId provisioningRoleArn preProvisioningHook "
     "removePreProvisioningHook",
     "iot:UpdateProvisioningTemplate", iot_update_provisioning_template},
    {"DELETE", "/provisioning-templates/{templateName}", "", "iot:DeleteProvisioningTemplate",
     iot_delete_provisioning_template},
    {"POST", "/provisioning-templates/{templateName}/versions", "templateBody! ?setAsDefault",
     "iot:CreateProvisioningTemplateVersion", iot_create_provisioning_template_version},
    {"GET", "/provisioning-templates/{templateName}/versions", TOKENS, "iot:ListProvisioningTemplateVersions",
     iot_list_provisioning_template_versions},
    {"GET", "/provisioning-templates/{templateName}/versions/{versionId}", "",
     "iot:DescribeProvisioningTemplateVersion", iot_describe_provisioning_template_version},
    {"DELETE", "/provisioning-templates/{templateName}/versions/{versionId}", "",
     "iot:DeleteProvisioningTemplateVersion", iot_delete_provisioning_template_version},

    {"GET", "/policies", PAGES " ?isAscendingOrder", "iot:ListPolicies", iot_list_policies},
    {"POST", "/policies/{policyName}", "policyDocument! tags", "iot:CreatePolicy", iot_create_policy},
    {"GET", "/policies/{policyName}", "", "iot:GetPolicy", iot_get_policy},
    {"DELETE", "/policies/{policyName}", "", "iot:DeletePolicy", iot_delete_policy},
    {"POST", "/policies/{policyName}/version", "policyDocument! ?setAsDefault", "iot:CreatePolicyVersion",
     iot_create_policy_version},
    {"GET", "/policies/{policyName}/version", "", "iot:ListPolicyVersions", iot_list_policy_versions},
    {"GET", "/policies/{policyName}/version/{policyVersionId}", "", "iot:GetPolicyVersion",
     iot_get_policy_version},
    {"PATCH", "/policies/{policyName}/version/{policyVersionId}", "", "iot:SetDefaultPolicyVersion",
     iot_set_default_policy_version},
    {"DELETE", "/policies/{policyName}/version/{policyVersionId}", "", "iot:DeletePolicyVersion",
     iot_delete_policy_version},

    {"PUT", "/target-policies/{policyName}", "target!", "iot:AttachPolicy", iot_attach_policy},
    {"POST", "/target-policies/{policyName}", "target!", "iot:DetachPolicy", iot_detach_policy},
    {"POST", "/policy-targets/{policyName}", PAGES, "iot:ListTargetsForPolicy", iot_list_targets_for_policy},
    {"POST", "/attached-policies/{target}", PAGES, "iot:ListAttachedPolicies", iot_list_attached_policies},

    {"POST", "/certificates", "certificateSigningRequest! ?setAsActive", "iot:CreateCertificateFromCsr",
     iot_create_certificate_from_csr},
    {"POST", "/keys-and-certificate", "?setAsActive", "iot:CreateKeysAndCertificate",
     iot_create_keys_and_certificate},
    {"POST", "/certificate/register", REGISTRATION " caCertificatePem ?setAsActive",
     "iot:RegisterCertificate", iot_register_certificate},
    {"POST", "/certificate/register-no-ca", REGISTRATION, "iot:RegisterCertificateWithoutCA",
     iot_register_certificate_without_ca},
    {"GET", "/certificates", PAGES " ?isAscendingOrder", "iot:ListCertificates", iot_list_certificates},
    {"GET", "/certificates-by-ca/{caCertificateId}", PAGES " ?isAscendingOrder", "iot:ListCertificatesByCA",
     iot_list_certificates_by_ca},
    {"GET", "/certificates/{certificateId}", "", "iot:DescribeCertificate", iot_describe_certificate},
    {"PUT", "/certificates/{certificateId}", "?newStatus!", "iot:UpdateCertificate", iot_update_certificate},
    {"DELETE", "/certificates/{certificateId}", "?forceDelete", "iot:DeleteCertificate",
     iot_delete_certificate},

    {"GET", "/things", TOKENS " ?attributeName ?attributeValue ?thingTypeName ?usePrefixAttributeValue",
     "iot:ListThings", iot_list_things},
    {"POST", "/things/{thingName}", "thingTypeName attributePayload billingGroupName", "iot:CreateThing",
     iot_create_thing},
    {"GET", "/things/{thingName}", "", "iot:DescribeThing", iot_describe_thing},
    {"PATCH", "/things/{thingName}", "thingTypeName attributePayload expectedVersion removeThingType",
     "iot:UpdateThing", iot_update_thing},
    {"DELETE", "/things/{thingName}", "?expectedVersion", "iot:DeleteThing", iot_delete_thing},
    {"POST", "/things/{thingName}/connectivity-data", "", "iot:GetThingConnectivityData",
     iot_get_thing_connectivity_data},
    {"PUT", "/things/{thingName}/principals", "@x-amzn-principal!", "iot:AttachThingPrincipal",
     iot_attach_thing_principal},
    {"DELETE", "/things/{thingName}/principals", "@x-amzn-principal!", "iot:DetachThingPrincipal",
     iot_detach_thing_principal},
    {"GET", "/things/{thingName}/principals", TOKENS, "iot:ListThingPrincipals", iot_list_thing_principals},
    {"GET", "/principals/things", TOKENS " @x-amzn-principal!", "iot:ListPrincipalThings",
     iot_list_principal_things},

    {"GET", "/thing-types", TOKENS " ?thingTypeName", "iot:ListThingTypes", iot_list_thing_types},
    {"POST", "/thing-types/{thingTypeName}", "thingTypeProperties tags", "iot:CreateThingType",
     iot_create_thing_type},
    {"GET", "/thing-types/{thingTypeName}", "", "iot:DescribeThingType", iot_describe_thing_type},
    {"POST", "/thing-types/{thingTypeName}/deprecate", "undoDeprecate", "iot:DeprecateThingType",
     iot_deprecate_thing_type},
    {"DELETE", "/thing-types/{thingTypeName}", "", "iot:DeleteThingType", iot_delete_thing_type},

    {"GET", "/thing-groups", TOKENS, "iot:ListThingGroups", iot_list_thing_groups},
    {"PUT", "/thing-groups/addThingToThingGroup", "thingGroupName thingGroupArn thingName thingArn",
     "iot:AddThingToThingGroup", iot_add_thing_to_thing_group},
    {"PUT", "/thing-groups/removeThingFromThingGroup", "thingGroupName thingGroupArn thingName thingArn",
     "iot:RemoveThingFromThingGroup", iot_remove_thing_from_thing_group},
    {"POST", "/thing-groups/{thingGroupName}", "parentGroupName thingGroupProperties tags",
     "iot:CreateThingGroup", iot_create_thing_group},
    {"GET", "/thing-groups/{thingGroupName}", "", "iot:DescribeThingGroup", iot_describe_thing_group},
    {"DELETE", "/thing-groups/{thingGroupName}", "?expectedVersion", "iot:DeleteThingGroup",
     iot_delete_thing_group},
    {"GET", "/thing-groups/{thingGroupName}/things", TOKENS, "iot:ListThingsInThingGroup",
     iot_list_things_in_thing_group},
    {"GET", "/things/{thingName}/thing-groups", TOKENS, "iot:ListThingGroupsForThing",
     iot_list_thing_groups_for_thing},
};

static const struct {
    unsigned status;
    const char *type;
} errors[] = {
    [IOT_INVALID] = {400, "InvalidRequestException"},
    [IOT_NOT_FOUND] = {404, "ResourceNotFoundException"},
    [IOT_EXISTS] = {409, "ResourceAlreadyExistsException"},
    [IOT_DELETE_CONFLICT] = {409, "DeleteConflictException"},
    [IOT_CERTIFICATE_STATE] = {406, "CertificateStateException"},
    [IOT_CERTIFICATE_VALIDATION] = {400, "CertificateValidationException"},
    [IOT_CERTIFICATE_CONFLICT] = {409, "CertificateConflictException"},
    [IOT_REGISTRATION_CODE] = {400, "RegistrationCodeValidationException"},
    [IOT_MALFORMED_POLICY] = {400, "MalformedPolicyException"},
    [IOT_VERSIONS_LIMIT] = {409, "VersionsLimitExceededException"},
    [IOT_VERSION_CONFLICT] = {409, "VersionConflictException"},
    [IOT_LIMIT] = {410, "LimitExceededException"},
    [IOT_SQL_PARSE] = {400, "SqlParseException"},
    [IOT_UNAUTHORIZED] = {401, "UnauthorizedException"},
    [IOT_INDEX_NOT_READY] = {400, "IndexNotReadyException"},
};

void iot_fail(struct iot_call *call, enum iot_error error, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!call->failed)
        answer_iot_error(call->answer, errors[error].status, errors[error].type, message, NULL, NULL);
    call->failed = true;
}

void iot_fail_exists(struct iot_call *call, const char *kind, const char *id, const char *what)
{
    TEXT struct text message = TEXT_EMPTY;
    char arn[IOT_ARN_SIZE];

    iot_arn(kind, id, arn);
    text_printf(&message, "%s already exists (arn = %s)", what, arn);
    answer_iot_error(call->answer, errors[IOT_EXISTS].status, errors[IOT_EXISTS].type, text_get(&message), id,
                     arn);
    call->failed = true;
}

const char *iot_text(const struct iot_call *call, const char *name)
{
    return store_text(call->input, name);
}

bool iot_flag(const struct iot_call *call, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->input, name));
}

static const struct row *find_row(const struct cloud_request *request)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].method, request->method) == 0 && iot_path_matches(rows[i].path, request->path))
            return &rows[i];
    return NULL;
}

const char *iot_action(const struct cloud_call *call)
{
    const struct row *row = find_row(call->request);

    return row ? row->action : NULL;
}

void iot_answer(struct cloud *cloud, struct cloud_call *whole, struct cloud_answer *answer)
{
    const struct row *row = find_row(whole->request);
    const struct text *bytes = &whole->body.memory;
    TEXT struct text why = TEXT_EMPTY;
    JSON cJSON *input =
        bytes->length ? json_object_parse_within(text_get(bytes), bytes->length, REQUEST_BODY_MEMORY_MAX)
                      : cJSON_CreateObject();
    struct iot_call call = {.cloud = cloud,
                            .request = whole->request,
                            .members = row->members,
                            .input = input,
                            .output = cJSON_CreateObject(),
                            .answer = answer};

    if (!input)
        answer_iot_error(answer, 400, "SerializationException", "The body is not a JSON object", NULL, NULL);
    else if (!iot_input_read(whole->request, row->path, row->members, input, &why))
        iot_fail(&call, IOT_INVALID, "%s", text_get(&why));
    else
        row->handle(&call);
    if (input && !call.failed)
        answer_json(answer, 200, call.output->child ? call.output : NULL);
    cJSON_Delete(call.output);
}
