/* SPDX-License-Identifier: Apache-2.0 */
/* Destinations. Unless the faults list those that exist, every name is one. */
#include <string.h>

#include "sandbox/cloud/answers.h"
#include "sandbox/cloud/arn.h"
#include "sandbox/cloud/wireless_call.h"

#define DESTINATION_TYPE "Destination"

static const struct check name_check = {"Name", true, 1, 128, CHECKS_WORD},
                          type_check = {"ExpressionType", true, 1, 16, NULL},
                          expression_check = {"Expression", true, 1, 2048, NULL},
                          role_check = {"RoleArn", true, 20, 2048, NULL},
                          description_check = {"Description", false, 0, 2048, NULL};

static cJSON *make(const char *name, const char *type, const char *expression, const char *role)
{
    cJSON *destination = cJSON_CreateObject();
    char arn[ARN_SIZE + 128];

    snprintf(arn, sizeof arn, "arn:aws:iotwireless:" ARN_REGION ":" ARN_ACCOUNT ":Destination/%s", name);
    cJSON_AddStringToObject(destination, "Arn", arn);
    cJSON_AddStringToObject(destination, "Name", name);
    cJSON_AddStringToObject(destination, "ExpressionType", type);
    cJSON_AddStringToObject(destination, "Expression", expression);
    cJSON_AddStringToObject(destination, "RoleArn", role);
    return destination;
}

bool wireless_knows_destination(struct wireless_call *call, const char *name)
{
    return destinations_find(&call->cloud->destinations, name) ||
           faults_knows_destination(&call->cloud->faults, name) ||
           wireless_not_found(call, DESTINATION_TYPE, name);
}

bool wireless_get_destination(struct wireless_call *call)
{
    if (!wireless_knows_destination(call, call->id))
        return false;
    const cJSON *found = destinations_find(&call->cloud->destinations, call->id);
    JSON cJSON *destination =
        found ? cJSON_Duplicate(found, 1)
              : make(call->id, "MqttTopic", "sidewalk", "arn:aws:iam::" ARN_ACCOUNT ":role/SidewalkImport");
    answer_json(call->answer, 200, destination);
    return true;
}

bool wireless_create_destination(struct wireless_call *call)
{
    const char *name, *type, *expression, *role, *description, *token;

    if (!check_text(call->body, &name_check, &name, &call->why) ||
        !check_text(call->body, &type_check, &type, &call->why) ||
        !check_text(call->body, &expression_check, &expression, &call->why) ||
        !check_text(call->body, &role_check, &role, &call->why) || !check_role(role, &call->why) ||
        !check_text(call->body, &description_check, &description, &call->why) ||
        !check_text(call->body, &wireless_token_check, &token, &call->why) ||
        !check_tags(call->body, &call->why))
        return false;
    if (strcmp(type, "MqttTopic") != 0 && strcmp(type, "RuleName") != 0) {
        text_puts(&call->why,
                  "1 validation error detected: Value at 'expressionType' failed to satisfy constraint: "
                  "Member must satisfy enum value set: [RuleName, MqttTopic]");
        return false;
    }
    if (destinations_find(&call->cloud->destinations, name))
        return wireless_conflict(call, "The destination exists already", DESTINATION_TYPE, name);
    cJSON *made = make(name, type, expression, role);
    JSON cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "Arn",
                            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(made, "Arn")));
    cJSON_AddStringToObject(answer, "Name", name);
    destinations_add(&call->cloud->destinations, name, made);
    answer_json(call->answer, 201, answer);
    return true;
}
