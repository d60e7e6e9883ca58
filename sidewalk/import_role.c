/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_role.h"

#include <string.h>

#include "aws/partition.h"
#include "aws/query.h"
#include "aws/role_trust.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "sidewalk/upload.h"

#define SERVICE "iotwireless.amazonaws.com"
#define TRUST                                                                                                \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"" SERVICE \
    "\"},"                                                                                                   \
    "\"Action\":\"sts:AssumeRole\"}]}"
#define DESCRIPTION "AWS IoT Wireless imports Sidewalk devices by it (sidewalk-import)"

static enum aws_error call(struct aws_session *session, const char *action, const struct aws_pair *parameters,
                           struct aws_xml **answer, char code[80], struct text *why)
{
    const struct aws_partition *partition = aws_partition_of(aws_session_region(session));
    const struct aws_query query = {
        .service = "iam",
        .host = partition->iam_host,
        .region = partition->iam_region,
        .version = "2010-05-08",
        .action = action,
        .parameters = parameters,
    };
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *xml = NULL;

    enum aws_error error = aws_query(session, &query, &xml, code, &said);
    if (error != AWS_OK)
        text_printf(why, "iam:%s: %s", action, text_get(&said));
    else if (answer != NULL)
        *answer = xml;
    else
        aws_xml_free(xml);
    return error;
}

/* The part of the ARN after the last slash. */
static const char *name_of(const char *arn)
{
    return strrchr(arn, '/') + 1;
}

enum aws_error import_role_look(struct aws_session *session, const char *arn, struct import_role *out,
                                struct text *why)
{
    const struct aws_pair parameters[] = {{"RoleName", name_of(arn)}, {NULL, NULL}};
    TEXT struct text said = TEXT_EMPTY;
    struct aws_xml *answer = NULL;
    char code[80] = "";

    enum aws_error error = call(session, "GetRole", parameters, &answer, code, &said);
    if (error != AWS_OK && strcmp(code, "NoSuchEntity") == 0) {
        *out = (struct import_role){.state = IMPORT_ROLE_MISSING};
        return AWS_OK;
    }
    if (error != AWS_OK) {
        text_puts(why, text_get(&said));
        return error;
    }
    const char *description = aws_xml_text(answer, "GetRoleResult/Role/Description", 0);
    bool trusts =
        role_trust_lets_in(aws_xml_text(answer, "GetRoleResult/Role/AssumeRolePolicyDocument", 0), SERVICE);
    *out = (struct import_role){
        .state = trusts ? IMPORT_ROLE_TRUSTS : IMPORT_ROLE_OTHERS,
        .ours = description != NULL && strcmp(description, DESCRIPTION) == 0,
    };
    aws_xml_free(answer);
    return AWS_OK;
}

enum aws_error import_role_create(struct aws_session *session, const char *arn, struct text *why)
{
    const char *path = strstr(arn, ":role/") + strlen(":role");
    OWNED char *folder = memory_part(path, (size_t)(name_of(arn) - path));
    const struct aws_pair parameters[] = {
        {"RoleName", name_of(arn)},   {"Path", folder}, {"AssumeRolePolicyDocument", TRUST},
        {"Description", DESCRIPTION}, {NULL, NULL},
    };
    TEXT struct text said = TEXT_EMPTY;
    char code[80] = "";

    enum aws_error error = call(session, "CreateRole", parameters, NULL, code, &said);
    if (error == AWS_CONFLICT) /* an attempt whose answer was lost */
        return AWS_OK;
    text_puts(why, text_get(&said));
    return error;
}

static void allow(struct json_writer *json, const char *action, const char *resource)
{
    json_begin_object(json, NULL);
    json_write_text(json, "Effect", "Allow");
    json_write_text(json, "Action", action);
    json_write_text(json, "Resource", resource);
    json_end_object(json);
}

/* arn: of the role, for the account's number. */
static void write_policy(const struct aws_session *session, const char *arn, const char *bucket,
                         const char *topic, struct text *out)
{
    const char *region = aws_session_region(session), *partition = aws_partition_of(region)->name;
    const char *account = strstr(arn, ":iam::") + strlen(":iam::");
    TEXT struct text objects = TEXT_EMPTY, topics = TEXT_EMPTY;
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_write_text(&json, "Version", "2012-10-17");
    json_begin_array(&json, "Statement");
    text_printf(&objects, "arn:%s:s3:::%s/*", partition, bucket);
    allow(&json, "s3:GetObject", text_get(&objects));
    if (topic != NULL) {
        text_printf(&topics, "arn:%s:iot:%s:", partition, region);
        text_add(&topics, account, strcspn(account, ":"));
        text_printf(&topics, ":topic/%s", topic);
        allow(&json, "iot:Publish", text_get(&topics));
        allow(&json, "iot:DescribeEndpoint", "*");
    }
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
}

enum aws_error import_role_allow(struct aws_session *session, const char *arn, const char *file,
                                 const char *topic, struct text *why)
{
    TEXT struct text bucket = TEXT_EMPTY, key = TEXT_EMPTY, policy = TEXT_EMPTY, name = TEXT_EMPTY;
    char code[80] = "";

    if (!upload_url_parse(file, &bucket, &key, why))
        return AWS_REFUSED;
    write_policy(session, arn, text_get(&bucket), topic, &policy);
    text_printf(&name, "sidewalk-import-%s", text_get(&bucket));
    const struct aws_pair parameters[] = {
        {"RoleName", name_of(arn)},
        {"PolicyName", text_get(&name)},
        {"PolicyDocument", text_get(&policy)},
        {NULL, NULL},
    };
    return call(session, "PutRolePolicy", parameters, NULL, code, why);
}
