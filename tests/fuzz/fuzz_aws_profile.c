/* SPDX-License-Identifier: Apache-2.0 */
/* A shared file, read in both styles. What is found in it was in it, and what refuses it says a line and none
 * of its content. */
#include "aws/profile.h"
#include "tests/fuzz/fuzz.h"

static void check_value(const char *value, const uint8_t *data, size_t size)
{
    MUST(value == NULL || (value[0] != '\0' && memmem(data, size, value, strlen(value)) != NULL));
}

static void check(enum aws_profile_style style, const uint8_t *data, size_t size)
{
    TEXT struct text why = TEXT_EMPTY;
    struct aws_profile_file *file = aws_profile_parse("F", style, (const char *)data, size, &why);

    MUST((file == NULL) == (why.length > 0));
    if (file == NULL) {
        MUST(strncmp(text_get(&why), "F:", 2) == 0 && why.length < 80);
        return;
    }
    check_value(aws_profile_get(file, "default", "region"), data, size);
    check_value(aws_profile_get(file, "a", "aws_access_key_id"), data, size);
    check_value(aws_profile_get_service(file, "s", "s3", "endpoint_url"), data, size);
    MUST(aws_profile_get(file, "a", "region") == NULL || aws_profile_has(file, "a"));
    aws_profile_free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(AWS_PROFILE_CONFIG, data, size);
    check(AWS_PROFILE_CREDENTIALS, data, size);
    return 0;
}
