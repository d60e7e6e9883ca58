/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the provisioning template: whether it makes a thing for a new module. */
#include <string.h>

#include "account/doctor/aws_view.h"
#include "account/provisioning_template.h"
#include "claim/identifier.h"

static void check_enabled(struct aws_view *view, const cJSON *answer)
{
    TEXT struct text mend = TEXT_EMPTY;

    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "enabled"))) {
        doctor_tell(view->doctor, DOCTOR_OK, "aws.template.enabled", NULL, NULL);
        return;
    }
    text_printf(&mend, "Enable it: aws iot update-provisioning-template --template-name %s --enabled, or %s.",
                view->setup, text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, "aws.template.enabled", "disabled: no device is provisioned",
                text_get(&mend));
}

static void check_type(struct aws_view *view, const cJSON *answer)
{
    const char *type = aws_view_text(answer, "type");
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (strcmp(type, "JITP") == 0) {
        doctor_tell(view->doctor, DOCTOR_OK, "aws.template.type", type, NULL);
        return;
    }
    text_printf(&seen, "%s, which CAs cannot use", *type ? type : "none");
    text_printf(&mend,
                "The type of a template cannot be changed: make one of type JITP with another name "
                "(expresslink-claim account apply --name OTHER), or delete this one (aws iot "
                "delete-provisioning-template --template-name %s) and run %s.",
                view->setup, text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, "aws.template.type", text_get(&seen), text_get(&mend));
}

/* Returns the staging account with names of this form; NULL: none, or only another one is checked. */
static const struct staging_account *find_form(const struct doctor_options *options, const char *name)
{
    char written[IDENTIFIER_SIZE];

    for (size_t i = 0; i < options->settings->staging_count; i++) {
        const struct staging_account *staging = &options->settings->staging[i];
        if (options->staging && strcmp(options->staging, staging->name) != 0)
            continue;
        if (identifier_parse(&staging->form, name, strlen(name), written, NULL) == IDENTIFIER_OK &&
            strcmp(written, name) == 0)
            return staging;
    }
    return NULL;
}

static void check_thing_name(struct aws_view *view)
{
    const struct doctor_options *options = view->doctor->options;
    const char *name = text_get(&view->thing_name);
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (options->settings->staging_count == 0) {
        doctor_tell(view->doctor, DOCTOR_SKIPPED, "aws.template.thing_name", "no staging account", NULL);
        return;
    }
    const struct staging_account *staging = find_form(options, name);
    text_printf(&seen, "the thing would be %s", name);
    if (staging) {
        text_printf(&seen, ", the form of [staging.%s]", staging->name);
        doctor_tell(view->doctor, DOCTOR_OK, "aws.template.thing_name", text_get(&seen), NULL);
        return;
    }
    text_puts(&seen, ", which is not a name that can be claimed");
    text_printf(
        &mend,
        "The portal expects the name on the label: let the template take the name from the right field of "
        "the "
        "birth certificate (%s --thing-name common-name or serial-number), or set "
        "identifier_form and identifier_case of the staging account to the form of the modules' names.",
        text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, "aws.template.thing_name", text_get(&seen), text_get(&mend));
}

static void check_parameters(struct aws_view *view)
{
    static const char *const checks[] = {"aws.template.parameters", "aws.template.thing_name", NULL};
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    if (!view->template_body) {
        text_printf(&mend, "Make it again: %s.", text_get(&view->apply));
        doctor_tell(view->doctor, DOCTOR_FAILED, checks[0], "the template's body is not JSON",
                    text_get(&mend));
        aws_view_skip(view, checks + 1, "the template's body is not JSON", NULL);
    } else if (!view->birth) {
        aws_view_skip(view, checks, "no birth certificate to try it with",
                      "Give a birth certificate of the manufacturer: --birth-certificate FILE.");
    } else if (!provisioning_template_try(view->template_body, view->birth, &view->thing_name, &why)) {
        text_printf(
            &mend,
            "Remove from the template what the certificates do not have, or take the thing's name from "
            "another field: %s --thing-name common-name or serial-number.",
            text_get(&view->apply));
        doctor_tell(view->doctor, DOCTOR_FAILED, checks[0], text_get(&why), text_get(&mend));
        aws_view_skip(view, checks + 1, "it would make no thing", NULL);
    } else {
        doctor_tell(view->doctor, DOCTOR_OK, checks[0], NULL, NULL);
        check_thing_name(view);
    }
}

void aws_check_template(struct aws_view *view)
{
    static const char *const checks[] = {"aws.template.exists",
                                         "aws.template.enabled",
                                         "aws.template.type",
                                         "aws.template.role",
                                         "aws.template.parameters",
                                         "aws.template.thing_name",
                                         NULL};
    JSON cJSON *answer = NULL;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    enum aws_error error = aws_view_get(view, "iot:DescribeProvisioningTemplate", "/provisioning-templates",
                                        view->setup, checks, &answer);
    if (error == AWS_NOT_FOUND) {
        text_printf(&seen, "there is no %s", view->setup);
        text_printf(&mend, "Make it: %s --ca CA.pem; or name the right setup: --name SETUP.",
                    text_get(&view->apply));
        doctor_tell(view->doctor, DOCTOR_FAILED, checks[0], text_get(&seen), text_get(&mend));
        aws_view_skip(view, checks + 1, text_get(&seen), NULL);
    }
    if (error)
        return;
    const char *body = aws_view_text(answer, "templateBody");
    view->template_body = json_object_parse(body, strlen(body));
    doctor_tell(view->doctor, DOCTOR_OK, checks[0], view->setup, NULL);
    check_enabled(view, answer);
    check_type(view, answer);
    aws_check_role(view, aws_view_text(answer, "provisioningRoleArn"));
    check_parameters(view);
}
