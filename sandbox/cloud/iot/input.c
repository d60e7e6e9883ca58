/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/iot/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/percent.h"
#include "sandbox/cloud/uri.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HEX "0123456789abcdefABCDEF"
#define DIGITS "0123456789"
#define THING ALNUM ":_-"
#define MARKER ALNUM "+/="
#define LONG 65536

enum kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG, KIND_CHOICE, KIND_OBJECT, KIND_LIST };

/* A member has the same rule in all calls. */
struct rule {
    const char *name;
    enum kind kind;
    long least, most;       /* for the length of a text, a number, or the entries of a list */
    const char *characters; /* allowed in a text; NULL: any. For a choice: its values, separated by spaces */
    const char *pattern;    /* from the API model, for the message */
};

static const struct rule rules[] = {
    {"actions", KIND_LIST, 0, 10, NULL, NULL},
    {"allowAutoRegistration", KIND_FLAG, 0, 0, NULL, NULL},
    {"attributeName", KIND_TEXT, 1, 128, ALNUM "_.,@/:#-", "[a-zA-Z0-9_.,@/:#-]+"},
    {"attributePayload", KIND_OBJECT, 0, 0, NULL, NULL},
    {"attributeValue", KIND_TEXT, 0, 800, ALNUM "_.,@/:#-", "[a-zA-Z0-9_.,@/:#-]*"},
    {"awsIotSqlVersion", KIND_TEXT, 0, 64, NULL, NULL},
    {"billingGroupName", KIND_TEXT, 1, 128, THING, "[a-zA-Z0-9:_-]+"},
    {"billingGroupProperties", KIND_OBJECT, 0, 0, NULL, NULL},
    {"caCertificate", KIND_TEXT, 1, LONG, NULL, NULL},
    {"caCertificateId", KIND_TEXT, 64, 64, HEX, "(0x)?[a-fA-F0-9]+"},
    {"caCertificatePem", KIND_TEXT, 1, LONG, NULL, NULL},
    {"certificateId", KIND_TEXT, 64, 64, HEX, "(0x)?[a-fA-F0-9]+"},
    {"certificateMode", KIND_CHOICE, 0, 0, "DEFAULT SNI_ONLY", NULL},
    {"certificatePem", KIND_TEXT, 1, LONG, NULL, NULL},
    {"certificateSigningRequest", KIND_TEXT, 1, 4096, NULL, NULL},
    {"defaultVersionId", KIND_NUMBER, 1, 1000000, NULL, NULL},
    {"description", KIND_TEXT, 0, 500, NULL, NULL},
    {"enabled", KIND_FLAG, 0, 0, NULL, NULL},
    {"endpointType", KIND_TEXT, 0, 128, NULL, NULL},
    {"errorAction", KIND_OBJECT, 0, 0, NULL, NULL},
    {"eventConfigurations", KIND_OBJECT, 0, 0, NULL, NULL},
    {"expectedVersion", KIND_NUMBER, 0, 1L << 52, NULL, NULL},
    {"forceDelete", KIND_FLAG, 0, 0, NULL, NULL},
    {"isAscendingOrder", KIND_FLAG, 0, 0, NULL, NULL},
    {"marker", KIND_TEXT, 0, 1024, MARKER, "[A-Za-z0-9+/]+={0,2}"},
    {"maxResults", KIND_NUMBER, 1, 250, NULL, NULL},
    {"newAutoRegistrationStatus", KIND_CHOICE, 0, 0, "ENABLE DISABLE", NULL},
    {"newStatus", KIND_CHOICE, 0, 0,
     "ACTIVE INACTIVE REVOKED PENDING_TRANSFER REGISTER_INACTIVE PENDING_ACTIVATION", NULL},
    {"nextToken", KIND_TEXT, 0, 1024, NULL, NULL},
    {"pageSize", KIND_NUMBER, 1, 250, NULL, NULL},
    {"parentGroupName", KIND_TEXT, 1, 128, THING, "[a-zA-Z0-9:_-]+"},
    {"policyDocument", KIND_TEXT, 0, 404600, NULL, NULL},
    {"policyName", KIND_TEXT, 1, 128, ALNUM "_+=,.@-", "[\\w+=,.@-]+"},
    {"policyVersionId", KIND_TEXT, 1, 20, DIGITS, "[0-9]+"},
    {"preProvisioningHook", KIND_OBJECT, 0, 0, NULL, NULL},
    {"provisioningRoleArn", KIND_TEXT, 20, 2048, NULL, NULL},
    {"registrationConfig", KIND_OBJECT, 0, 0, NULL, NULL},
    {"removeAutoRegistration", KIND_FLAG, 0, 0, NULL, NULL},
    {"removePreProvisioningHook", KIND_FLAG, 0, 0, NULL, NULL},
    {"removeThingType", KIND_FLAG, 0, 0, NULL, NULL},
    {"resourceArn", KIND_TEXT, 1, 2048, NULL, NULL},
    {"roleArn", KIND_TEXT, 20, 2048, NULL, NULL},
    {"ruleDisabled", KIND_FLAG, 0, 0, NULL, NULL},
    {"ruleName", KIND_TEXT, 1, 128, ALNUM "_", "^[a-zA-Z0-9_]+$"},
    {"setAsActive", KIND_FLAG, 0, 0, NULL, NULL},
    {"setAsDefault", KIND_FLAG, 0, 0, NULL, NULL},
    {"sql", KIND_TEXT, 0, 65536, NULL, NULL},
    {"status", KIND_CHOICE, 0, 0,
     "ACTIVE INACTIVE REVOKED PENDING_TRANSFER REGISTER_INACTIVE PENDING_ACTIVATION", NULL},
    {"tagKeys", KIND_LIST, 0, 50, NULL, NULL},
    {"tags", KIND_LIST, 0, 50, NULL, NULL},
    {"target", KIND_TEXT, 1, 2048, NULL, NULL},
    {"templateBody", KIND_TEXT, 0, 10240, NULL, NULL},
    {"templateName", KIND_TEXT, 1, 36, ALNUM "_-", "^[0-9A-Za-z_-]+$"},
    {"thingArn", KIND_TEXT, 1, 2048, NULL, NULL},
    {"thingGroupArn", KIND_TEXT, 1, 2048, NULL, NULL},
    {"thingGroupName", KIND_TEXT, 1, 128, THING, "[a-zA-Z0-9:_-]+"},
    {"thingGroupProperties", KIND_OBJECT, 0, 0, NULL, NULL},
    {"thingGroupIndexingConfiguration", KIND_OBJECT, 0, 0, NULL, NULL},
    {"thingIndexingConfiguration", KIND_OBJECT, 0, 0, NULL, NULL},
    {"thingName", KIND_TEXT, 1, 128, THING, "[a-zA-Z0-9:_-]+"},
    {"thingTypeName", KIND_TEXT, 1, 128, THING, "[a-zA-Z0-9:_-]+"},
    {"thingTypeProperties", KIND_OBJECT, 0, 0, NULL, NULL},
    {"topic", KIND_TEXT, 0, 1024, NULL, NULL},
    {"type", KIND_CHOICE, 0, 0, "FLEET_PROVISIONING JITP", NULL},
    {"undoDeprecate", KIND_FLAG, 0, 0, NULL, NULL},
    {"usePrefixAttributeValue", KIND_FLAG, 0, 0, NULL, NULL},
    {"verificationCertificate", KIND_TEXT, 1, LONG, NULL, NULL},
    {"versionId", KIND_NUMBER, 1, 1000000, NULL, NULL},
    {"x-amz-tagging", KIND_TEXT, 0, 2048, NULL, NULL},
    {"x-amzn-principal", KIND_TEXT, 1, 2048, NULL, NULL},
};

static const struct rule *find_rule(const char *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    abort(); /* the table of calls names a member without a rule */
}

static bool fail(struct text *why, const char *name, const char *value, const char *constraint)
{
    text_puts(why, "1 validation error detected: Value ");
    if (value && strlen(value) <= 128)
        text_printf(why, "'%s' ", value);
    else if (!value)
        text_puts(why, "null ");
    text_printf(why, "at '%s' failed to satisfy constraint: %s", name, constraint);
    return false;
}

static size_t characters_of(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool check_text(const struct rule *rule, const char *text, struct text *why)
{
    TEXT struct text constraint = TEXT_EMPTY;
    size_t length = characters_of(text);

    if (length < (size_t)rule->least)
        text_printf(&constraint, "Member must have length greater than or equal to %ld", rule->least);
    else if (length > (size_t)rule->most)
        text_printf(&constraint, "Member must have length less than or equal to %ld", rule->most);
    else if (rule->characters && text[strspn(text, rule->characters)] != '\0')
        text_printf(&constraint, "Member must satisfy regular expression pattern: %s", rule->pattern);
    return constraint.length == 0 || fail(why, rule->name, text, text_get(&constraint));
}

static bool is_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);

    for (const char *at = choices; length && *at;) {
        size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, text, length) == 0)
            return true;
        at += size + (at[size] == ' ');
    }
    return false;
}

static bool check_number(const struct rule *rule, double value, struct text *why)
{
    TEXT struct text constraint = TEXT_EMPTY;
    char given[32];

    if (value >= (double)rule->least && value <= (double)rule->most)
        return true;
    snprintf(given, sizeof given, "%.0f", value);
    text_printf(&constraint, "Member must be a number from %ld to %ld", rule->least, rule->most);
    return fail(why, rule->name, given, text_get(&constraint));
}

/* Queries and paths only have texts. Text that is not a number or flag stays text, and is rejected later. */
static cJSON *from_text(const struct rule *rule, const char *text)
{
    char *end = NULL;

    if (rule->kind == KIND_FLAG && (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0))
        return cJSON_CreateBool(strcasecmp(text, "true") == 0);
    double number = strtod(text, &end);
    if (rule->kind == KIND_NUMBER && *text && *end == '\0')
        return cJSON_CreateNumber(number);
    return cJSON_CreateString(text);
}

static bool check_member(const struct rule *rule, const cJSON *member, struct text *why)
{
    TEXT struct text constraint = TEXT_EMPTY;

    if (rule->kind == KIND_TEXT && cJSON_IsString(member))
        return check_text(rule, member->valuestring, why);
    if (rule->kind == KIND_NUMBER && cJSON_IsNumber(member))
        return check_number(rule, member->valuedouble, why);
    if (rule->kind == KIND_CHOICE && cJSON_IsString(member)) {
        text_printf(&constraint, "Member must satisfy enum value set: [%s]", rule->characters);
        return is_choice(rule->characters, member->valuestring) ||
               fail(why, rule->name, member->valuestring, text_get(&constraint));
    }
    if ((rule->kind == KIND_FLAG && cJSON_IsBool(member)) ||
        (rule->kind == KIND_OBJECT && cJSON_IsObject(member)) ||
        (rule->kind == KIND_LIST && cJSON_IsArray(member) && cJSON_GetArraySize(member) <= rule->most))
        return true;
    return fail(why, rule->name, "", "Member must have the right type");
}

/* Only the members named in the call's row are checked, not nested ones such as
 * "caCertificate.registrationConfig". */
static bool take_member(const struct cloud_request *request, cJSON *input, char *word, struct text *why)
{
    bool query = *word == '?', header = *word == '@', required = word[strlen(word) - 1] == '!';
    TEXT struct text value = TEXT_EMPTY;

    word[strlen(word) - required] = '\0';
    const char *name = word + (query || header);
    const struct rule *rule = find_rule(name);
    if (query && uri_field(request->query, name, &value))
        cJSON_AddItemToObject(input, name, from_text(rule, text_get(&value)));
    if (header && cloud_request_header(request, name))
        cJSON_AddStringToObject(input, name, cloud_request_header(request, name));
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(input, name);
    if (!member || cJSON_IsNull(member))
        return !required || fail(why, name, NULL, "Member must not be null");
    return check_member(rule, member, why);
}

bool iot_path_matches(const char *pattern, const char *path)
{
    for (; *pattern && *path; pattern++) {
        if (*pattern == '{') {
            size_t length = strcspn(path, "/");
            if (length == 0)
                return false;
            path += length;
            pattern += strcspn(pattern, "}");
        } else if (*pattern != *path++) {
            return false;
        }
    }
    return !*pattern && !*path;
}

/* Takes the members of a path that matches. */
static bool take_path(const char *pattern, const char *path, cJSON *input, struct text *why)
{
    for (; *pattern; pattern++, path++) {
        if (*pattern != '{')
            continue;
        size_t length = strcspn(path, "/"), name_length = strcspn(pattern + 1, "}");
        OWNED char *name = memory_part(pattern + 1, name_length);
        TEXT struct text value = TEXT_EMPTY;
        percent_decode(&value, path, length);
        const struct rule *rule = find_rule(name);
        cJSON *member = from_text(rule, text_get(&value));
        cJSON_AddItemToObject(input, name, member);
        if (!check_member(rule, member, why))
            return false;
        path += length - 1;
        pattern += name_length + 1;
    }
    return true;
}

/* Removes members from the body that belong to the path, query or headers. */
static void drop_foreign(cJSON *input, const char *pattern, const char *members)
{
    cJSON *each = input->child;

    while (each) {
        cJSON *next = each->next;
        TEXT struct text path = TEXT_EMPTY;
        TEXT struct text word = TEXT_EMPTY;
        text_printf(&path, "{%s}", each->string);
        text_printf(&word, " %s ", members);
        for (char *at = word.data; *at; at++)
            if (*at == '!')
                *at = ' ';
        TEXT struct text own = TEXT_EMPTY;
        text_printf(&own, " %s ", each->string);
        if (strstr(pattern, text_get(&path)) || !strstr(text_get(&word), text_get(&own)))
            cJSON_Delete(cJSON_DetachItemViaPointer(input, each));
        each = next;
    }
}

bool iot_input_read(const struct cloud_request *request, const char *pattern, const char *members,
                    cJSON *input, struct text *why)
{
    OWNED char *words = memory_string(members);
    char *rest = NULL;

    drop_foreign(input, pattern, members);
    if (!take_path(pattern, request->path, input, why))
        return false;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!take_member(request, input, word, why))
            return false;
    return true;
}
