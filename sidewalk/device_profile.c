/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/device_profile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/encoding.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "sidewalk/import_limits.h"

#define ANSWER_MAX ((size_t)1024 * 1024)
#define SIGNATURES_MAX 9007199254740992.0 /* 2^53 */

void device_profile_fini(struct device_profile *profile)
{
    free(profile->id);
    free(profile->arn);
    free(profile->name);
    free(profile->server_key);
    for (size_t i = 0; i < profile->certificate_count; i++) {
        free(profile->certificates[i].certificate_id);
        free(profile->certificates[i].apid);
        free(profile->certificates[i].device_type_id);
    }
    free(profile->certificates);
    *profile = (struct device_profile){0};
}

const struct dak_certificate *device_profile_factory(const struct device_profile *profile, const char *apid)
{
    for (size_t i = 0; i < profile->certificate_count; i++) {
        const struct dak_certificate *certificate = &profile->certificates[i];
        if (certificate->factory_support && certificate->apid != NULL && *certificate->apid != '\0' &&
            (apid == NULL || strcasecmp(certificate->apid, apid) == 0))
            return certificate;
    }
    return NULL;
}

static char *take_text(const cJSON *object, const char *name)
{
    return memory_string(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

/* A missing or invalid number counts as no signatures. */
static long long take_signatures(const cJSON *object)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, "MaxAllowedSignature");

    if (!cJSON_IsNumber(member) || !(member->valuedouble >= -1) || member->valuedouble > SIGNATURES_MAX)
        return 0;
    return (long long)member->valuedouble;
}

static void take_certificates(const cJSON *list, struct device_profile *out)
{
    const cJSON *entry;
    size_t count = cJSON_IsArray(list) ? (size_t)cJSON_GetArraySize(list) : 0;

    if (count == 0)
        return;
    out->certificates = memory_new(count, sizeof *out->certificates);
    cJSON_ArrayForEach(entry, list)
    {
        if (!cJSON_IsObject(entry))
            continue;
        out->certificates[out->certificate_count++] = (struct dak_certificate){
            .certificate_id = take_text(entry, "CertificateId"),
            .apid = take_text(entry, "ApId"),
            .device_type_id = take_text(entry, "DeviceTypeId"),
            .signatures_max = take_signatures(entry),
            .factory_support = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "FactorySupport")),
        };
    }
}

/* AWS has used two names for this list: DakCertificate, then DakCertificateMetadata. */
static const cJSON *certificate_list(const cJSON *sidewalk)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(sidewalk, "DakCertificateMetadata");

    return list != NULL ? list : cJSON_GetObjectItemCaseSensitive(sidewalk, "DakCertificate");
}

bool device_profile_parse(const char *json, size_t length, struct device_profile *out, struct text *why)
{
    JSON cJSON *object = json_object_parse_within(json, length, ANSWER_MAX);
    const cJSON *sidewalk = cJSON_GetObjectItemCaseSensitive(object, "Sidewalk");

    if (object == NULL) {
        text_puts(why, "AWS's answer is not a JSON object");
        return false;
    }
    if (!cJSON_IsObject(sidewalk)) {
        text_puts(why, "this is not a Sidewalk device profile (one for LoRaWAN?)");
        return false;
    }
    *out = (struct device_profile){
        .id = take_text(object, "Id"),
        .arn = take_text(object, "Arn"),
        .name = take_text(object, "Name"),
        .server_key = take_text(sidewalk, "ApplicationServerPublicKey"),
        .qualified = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(sidewalk, "QualificationStatus")),
    };
    take_certificates(certificate_list(sidewalk), out);
    return true;
}

static void response_fini(struct aws_response *response)
{
    aws_response_fini(response);
}

#define RESPONSE __attribute__((cleanup(response_fini)))

enum aws_error device_profile_get(struct aws_session *session, const char *id, struct device_profile *out,
                                  struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!import_id_fits(id, why))
        return AWS_REFUSED;
    text_puts(&path, "/device-profiles");
    aws_path_add(&path, id);
    const struct aws_request request = {
        .service = "iotwireless",
        .host = "api.iotwireless.%s.amazonaws.com",
        .method = "GET",
        .path = text_get(&path),
    };
    enum aws_error error = aws_send(session, &request, &response, why);
    if (error != AWS_OK)
        return error;
    return device_profile_parse(text_get(&response.body), response.body.length, out, why) ? AWS_OK
                                                                                          : AWS_BAD_ANSWER;
}

enum aws_error device_profile_create(struct aws_session *session, const char *name, char **id,
                                     struct text *why)
{
    static const struct aws_pair headers[] = {{"Content-Type", "application/json"}, {NULL, NULL}};
    TEXT struct text body = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!import_name_fits(name, why))
        return AWS_REFUSED;
    struct json_writer json = json_writer_into(&body);
    json_begin_object(&json, NULL);
    json_write_text(&json, "Name", name);
    json_begin_object(&json, "Sidewalk");
    json_end_object(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    const struct aws_request request = {
        .service = "iotwireless",
        .host = "api.iotwireless.%s.amazonaws.com",
        .method = "POST",
        .path = "/device-profiles",
        .headers = headers,
        .body = text_get(&body),
        .body_length = body.length,
    };
    enum aws_error error = aws_send(session, &request, &response, why);
    if (error != AWS_OK)
        return error;
    JSON cJSON *answer = json_object_parse_within(text_get(&response.body), response.body.length, ANSWER_MAX);
    char *found = take_text(answer, "Id");
    if (found == NULL) {
        text_puts(why, "AWS's answer has no Id of the device profile");
        return AWS_BAD_ANSWER;
    }
    *id = found;
    return AWS_OK;
}
