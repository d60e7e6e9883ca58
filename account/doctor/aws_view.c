/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/aws_view.h"
#include "aws/encoding.h"

void aws_view_skip(struct aws_view *view, const char *const *checks, const char *seen, const char *mend)
{
    for (; *checks; checks++, mend = NULL) /* one sentence for all */
        doctor_tell(view->doctor, DOCTOR_SKIPPED, *checks, seen, mend);
}

void aws_view_unanswered(struct aws_view *view, enum aws_error error, const char *action, const char *why,
                         const char *const *checks)
{
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (error == AWS_INTERRUPTED)
        return;
    if (error == AWS_FORBIDDEN) {
        text_printf(&seen, "%s is not allowed", action);
        text_printf(&mend, "Allow %s to %s, or run this as a user with that permission.", action,
                    view->account.caller);
        aws_view_skip(view, checks, text_get(&seen), text_get(&mend));
        return;
    }
    doctor_tell(view->doctor, DOCTOR_WARNING, *checks, why, "Run this again: AWS gave no valid answer.");
    text_printf(&seen, "%s got no answer", action);
    aws_view_skip(view, checks + 1, text_get(&seen), NULL);
}

static bool is_out_of_reach(struct aws_view *view, enum aws_error error, const char *const *checks)
{
    if (error)
        view->unreachable = error == AWS_UNREACHABLE || error == AWS_INTERRUPTED;
    else if (view->unreachable)
        aws_view_skip(view, checks, "AWS IoT cannot be reached", NULL);
    return view->unreachable;
}

enum aws_error aws_view_ask(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                            cJSON **answer)
{
    TEXT struct text why = TEXT_EMPTY;

    if (is_out_of_reach(view, AWS_OK, checks))
        return AWS_UNREACHABLE;
    enum aws_error error = oem_account_iot(&view->account, call, answer, NULL, &why);
    if (!error || error == AWS_NOT_FOUND)
        return error;
    (void)is_out_of_reach(view, error, checks);
    aws_view_unanswered(view, error, call->action, text_get(&why), checks);
    return error;
}

enum aws_error aws_view_get(struct aws_view *view, const char *action, const char *path, const char *segment,
                            const char *const *checks, cJSON **answer)
{
    TEXT struct text whole = TEXT_EMPTY;

    text_puts(&whole, path);
    aws_path_add(&whole, segment);
    const struct iot_call call = {.action = action, .method = "GET", .path = text_get(&whole)};
    return aws_view_ask(view, &call, checks, answer);
}

enum aws_error aws_view_list(struct aws_view *view, const struct iot_call *call, const char *const *checks,
                             const char *member, bool (*each)(void *context, const cJSON *item),
                             void *context)
{
    TEXT struct text why = TEXT_EMPTY;

    if (is_out_of_reach(view, AWS_OK, checks))
        return AWS_UNREACHABLE;
    enum aws_error error = oem_account_list(&view->account, call, member, each, context, &why);
    if (!error || error == AWS_NOT_FOUND)
        return error;
    (void)is_out_of_reach(view, error, checks);
    aws_view_unanswered(view, error, call->action, text_get(&why), checks);
    return error;
}

const char *aws_view_text(const cJSON *object, const char *member)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, member));
    return text ? text : "";
}
