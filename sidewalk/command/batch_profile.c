/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/batch_profile.h"

#include "sidewalk/command/import_command.h"

void batch_profile_fini(struct batch_profile *batch)
{
    device_profile_fini(&batch->profile);
    batch->certificate = NULL;
}

int batch_profile_ask(const struct common *common, struct aws_session *session, const char *id,
                      const char *apid, struct batch_profile *out)
{
    TEXT struct text why = TEXT_EMPTY;
    enum aws_error error = device_profile_get(session, id, &out->profile, &why);

    if (error != AWS_OK)
        return common_failed(common, error, "the device profile cannot be read", text_get(&why));
    out->certificate = device_profile_factory(&out->profile, apid);
    return COMMAND_DONE;
}

void batch_profile_words(const struct batch_profile *batch, const char *apid, struct text *out)
{
    if (batch->certificate == NULL) {
        text_puts(out, "no certificate has factory support");
        if (apid != NULL)
            text_printf(out, " and the ApId %s", apid);
        return;
    }
    text_printf(out, "factory support, ApId %s, ", batch->certificate->apid);
    if (batch->certificate->signatures_max < 0)
        text_puts(out, "unlimited signatures");
    else
        common_count((unsigned long long)batch->certificate->signatures_max, out);
    if (batch->certificate->signatures_max >= 0)
        text_puts(out, " signatures");
}

bool batch_profile_is_short(const struct batch_profile *batch, unsigned long long devices)
{
    return batch->certificate != NULL && batch->certificate->signatures_max >= 0 &&
           (unsigned long long)batch->certificate->signatures_max < devices;
}
