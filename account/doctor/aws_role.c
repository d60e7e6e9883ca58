/* SPDX-License-Identifier: Apache-2.0 */
/* The role that AWS IoT assumes to make things (IoT, "Provisioning": iot.amazonaws.com assumes it, and it
 * needs AWSIoTThingsRegistration). */
#include <string.h>

#include "account/doctor/aws_view.h"
#include "aws/role_trust.h"
#include "aws/xml.h"

#define REGISTRATION_POLICY "service-role/AWSIoTThingsRegistration"

static const char *const checks[] = {"aws.template.role", NULL};

static void fail(struct aws_view *view, const char *seen)
{
    TEXT struct text mend = TEXT_EMPTY;

    text_printf(&mend, "Fix it with: %s.", text_get(&view->apply));
    doctor_tell(view->doctor, DOCTOR_FAILED, checks[0], seen, text_get(&mend));
}

/* The OEM's own permissions, which are not evaluated here. */
static void tell_own(struct aws_view *view, const struct aws_xml *policies, const char *path)
{
    TEXT struct text seen = TEXT_EMPTY;
    const char *name;

    text_puts(&seen, "AWSIoTThingsRegistration is not attached, but");
    for (size_t i = 0; (name = aws_xml_text(policies, path, i)) != NULL; i++)
        text_printf(&seen, "%s %s", i ? "," : "", name);
    doctor_tell(view->doctor, DOCTOR_WARNING, checks[0], text_get(&seen),
                "Check that the role's own policies allow the same: to make things, and to attach "
                "certificates and policies to them.");
}

static enum aws_error ask(struct aws_view *view, const char *action, const char *role,
                          struct aws_xml **answer)
{
    const struct aws_pair parameters[] = {{"RoleName", role}, {NULL, NULL}};
    TEXT struct text why = TEXT_EMPTY;
    TEXT struct text named = TEXT_EMPTY;

    enum aws_error error = oem_account_iam(&view->account, action, parameters, answer, &why);
    if (error && error != AWS_NOT_FOUND) {
        text_printf(&named, "iam:%s", action);
        aws_view_unanswered(view, error, text_get(&named), text_get(&why), checks);
    }
    return error;
}

/* No policies are attached: there may be inline ones. */
static void check_inside(struct aws_view *view, const char *role)
{
    static const char path[] = "ListRolePoliciesResult/PolicyNames/member";
    struct aws_xml *inside = NULL;

    enum aws_error error = ask(view, "ListRolePolicies", role, &inside);
    if (error == AWS_NOT_FOUND)
        fail(view, "the role does not exist any more");
    else if (!error && aws_xml_text(inside, path, 0))
        tell_own(view, inside, path);
    else if (!error)
        fail(view, "AWSIoTThingsRegistration is not attached, nor is anything else");
    aws_xml_free(inside);
}

static void judge_policies(struct aws_view *view, const char *name, const struct aws_xml *attached)
{
    static const char path[] = "ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyArn";
    const char *arn = NULL;
    size_t count = 0;

    for (; (arn = aws_xml_text(attached, path, count)) != NULL; count++) {
        const char *policy = strstr(arn, ":policy/");
        if (policy && strcmp(policy + strlen(":policy/"), REGISTRATION_POLICY) == 0) {
            doctor_tell(view->doctor, DOCTOR_OK, checks[0], name, NULL);
            return;
        }
    }
    if (count == 0)
        check_inside(view, name);
    else
        tell_own(view, attached, "ListAttachedRolePoliciesResult/AttachedPolicies/member/PolicyName");
}

static void check_policies(struct aws_view *view, const char *name)
{
    struct aws_xml *attached = NULL;

    enum aws_error error = ask(view, "ListAttachedRolePolicies", name, &attached);
    if (error == AWS_NOT_FOUND)
        fail(view, "the role does not exist any more");
    else if (!error)
        judge_policies(view, name, attached);
    aws_xml_free(attached);
}

void aws_check_role(struct aws_view *view, const char *arn)
{
    const char *slash = strrchr(arn, '/');
    const char *name = slash ? slash + 1 : arn;
    TEXT struct text seen = TEXT_EMPTY;
    struct aws_xml *role = NULL;

    if (!*name) {
        fail(view, "the template has no role");
        return;
    }
    enum aws_error error = ask(view, "GetRole", name, &role);
    bool trusted = !error && role_trust_lets_iot_in(
                                 aws_xml_text(role, "GetRoleResult/Role/AssumeRolePolicyDocument", 0));
    aws_xml_free(role);
    if (error == AWS_NOT_FOUND) {
        text_printf(&seen, "there is no role %s", name);
        fail(view, text_get(&seen));
    } else if (!error && !trusted) {
        text_printf(&seen, "%s does not let iot.amazonaws.com assume it", name);
        fail(view, text_get(&seen));
    } else if (!error) {
        check_policies(view, name);
    }
}
