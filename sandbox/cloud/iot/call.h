/* SPDX-License-Identifier: Apache-2.0 */
/* One call of AWS IoT's control plane, from its checked members to its answer. With the cloud's lock held. */
#ifndef SANDBOX_CLOUD_IOT_CALL_H
#define SANDBOX_CLOUD_IOT_CALL_H

#include <stdbool.h>

#include "base/json.h"
#include "sandbox/cloud/cloud.h"

#define IOT_ARN_SIZE 256

struct iot_call {
    struct cloud *cloud;
    const struct cloud_request *request;
    const char *members; /* that the call has, as its row of the table has them */
    cJSON *input;  /* its members, of path, query, headers and body alike, all as the model wants them */
    cJSON *output; /* where the handler puts the answer's members */
    struct cloud_answer *answer;
    bool failed; /* the answer is an error, and there */
};

/* The exceptions of the model, each with its status. */
enum iot_error {
    IOT_INVALID, /* InvalidRequestException */
    IOT_NOT_FOUND,
    IOT_EXISTS,
    IOT_DELETE_CONFLICT,
    IOT_CERTIFICATE_STATE,
    IOT_CERTIFICATE_VALIDATION,
    IOT_CERTIFICATE_CONFLICT,
    IOT_REGISTRATION_CODE,
    IOT_MALFORMED_POLICY,
    IOT_VERSIONS_LIMIT,
    IOT_VERSION_CONFLICT,
    IOT_LIMIT,
};
/* The first error of a call counts. */
void iot_fail(struct iot_call *call, enum iot_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* ResourceAlreadyExistsException, which says what is there. */
void iot_fail_exists(struct iot_call *call, const char *kind, const char *id, const char *what);

/* Of a call's members; NULL, false and 0 where they were not given. Texts are borrowed. */
const char *iot_text(const struct iot_call *call, const char *name);
bool iot_flag(const struct iot_call *call, const char *name);

/* "arn:aws:iot:us-east-1:123456789012:policy/NAME" */
void iot_arn(const char *kind, const char *id, char out[IOT_ARN_SIZE]);
/* The last part of an ARN of this account and kind; NULL: it is none. Borrowed from arn. */
const char *iot_arn_id(const char *arn, const char *kind);

/* Entries of "cas", "certificates", "policies", "templates", "things", "thingTypes", "thingGroups". They stay
 * the registry's. */
cJSON *iot_section(const struct iot_call *call, const char *section);
cJSON *iot_find(const struct iot_call *call, const char *section, const char *name);
/* NULL with ResourceNotFoundException. */
cJSON *iot_wanted(struct iot_call *call, const char *section, const char *name);
/* A new entry, with the time and a number of its own. */
cJSON *iot_add(struct iot_call *call, const char *section, const char *name);
/* What was changed goes to the disk; entry may be NULL, otherwise its time of change is now. */
void iot_changed(struct iot_call *call, cJSON *entry);
void iot_remove(struct iot_call *call, const char *section, const char *name);

void iot_set_text(cJSON *object, const char *name, const char *text);
void iot_set_flag(cJSON *object, const char *name, bool value);
void iot_set_number(cJSON *object, const char *name, long long value);
/* A time of an entry as the API has it, seconds with a fraction. */
void iot_add_time(cJSON *out, const char *name, const cJSON *entry, const char *entry_name);

/* Lists of texts inside an entry. */
bool iot_has_text(const cJSON *entry, const char *list, const char *text);
/* Once; false: it was there. */
bool iot_add_text(cJSON *entry, const char *list, const char *text);
/* False: it was not there. */
bool iot_remove_text(cJSON *entry, const char *list, const char *text);

/* The pages of a list: all rows are added, in ascending order of their numbers (from 1), and one page of them
 * is the output's member, after pageSize, marker and isAscendingOrder, or maxResults and nextToken. */
struct iot_list {
    struct iot_row {
        unsigned long long number;
        cJSON *item;
    } * rows;
    size_t count, room;
};
/* item becomes the list's; NULL is left out. */
void iot_list_add(struct iot_list *list, unsigned long long number, cJSON *item);
/* Where rows come from more than one place. */
void iot_list_sort(struct iot_list *list);
/* Frees list. */
void iot_list_end(struct iot_call *call, struct iot_list *list, const char *member);
/* All texts of an entry's list. */
void iot_list_texts(struct iot_call *call, const cJSON *texts, const char *member);
/* The certificateDescription of the output, of an entry with a certificate; texts are members to take over,
 * and end with NULL. It stays the output's. */
cJSON *iot_describe_x509(const struct iot_call *call, const char *kind, const cJSON *entry,
                         const char *const *texts);
/* All entries of a section, as describe() has them, NULL for those that are left out. */
void iot_list_section(struct iot_call *call, const char *section, const char *member,
                      cJSON *(*describe)(const struct iot_call *call, const cJSON *entry));

#endif
