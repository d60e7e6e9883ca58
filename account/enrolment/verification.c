/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/verification.h"

#include <string.h>

#include "account/keys/private_key.h"
#include "account/keys/signing_request.h"

enum aws_error verification_code(const struct oem_account *account, struct text *out, struct text *why)
{
    const struct iot_call call = {
        .action = "iot:GetRegistrationCode", .method = "GET", .path = "/registrationcode"};
    JSON cJSON *answer = NULL;
    enum aws_error error = oem_account_iot(account, &call, &answer, NULL, why);
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(answer, "registrationCode");

    if (error == AWS_OK && (!cJSON_IsString(code) || code->valuestring[0] == '\0')) {
        text_puts(why, "iot:GetRegistrationCode: the answer has no code");
        return AWS_BAD_ANSWER;
    }
    if (error == AWS_OK)
        text_puts(out, code->valuestring);
    return error;
}

bool verification_request(const char *code, struct text *out, struct text *why)
{
    struct private_key *key = private_key_generate();
    bool made = signing_request_make(key, code, out);

    private_key_free(key);
    if (!made)
        text_printf(why, "the registration code \"%.80s\" fits no common name", code);
    return made;
}

bool verification_fits(const struct certificate *certificate, const struct certificate *authority,
                       const char *code, long long now_ms, struct text *why)
{
    TEXT struct text name = TEXT_EMPTY;

    if (!certificate_is_signed_by(certificate, authority)) {
        text_puts(why,
                  "this CA has not signed it: sign the request with the key of the CA that is registered");
        return false;
    }
    if (!certificate_subject(certificate, "CommonName", &name) || strcmp(name.data, code) != 0) {
        text_printf(why,
                    "its common name is %s, not this account's registration code %s: make a request with "
                    "--verification-request, and have that one signed as it is",
                    name.length > 0 ? name.data : "missing", code);
        return false;
    }
    if (certificate_not_after_ms(certificate) <= now_ms) {
        text_puts(why, "it has expired: have the request signed again");
        return false;
    }
    return true;
}
