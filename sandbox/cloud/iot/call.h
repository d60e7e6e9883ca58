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
    const char *members; /* the call's members, as in its row of the table */
    cJSON *input;        /* the members from path, query, headers and body, checked by the API model */
    cJSON *output;       /* where the handler puts the answer's members */
    struct cloud_answer *answer;
    bool failed; /* the answer is an error */
};

/* The exceptions of the API model, each with its HTTP status. */
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
    IOT_SQL_PARSE,
    IOT_UNAUTHORIZED,
    IOT_INDEX_NOT_READY,
};
/* Fails the call. Only the first error counts. */
void iot_fail(struct iot_call *call, enum iot_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails with ResourceAlreadyExistsException, which names the existing resource. */
void iot_fail_exists(struct iot_call *call, const char *kind, const char *id, const char *what);

/* Read a member of the call; NULL, false or 0 if it is missing. Strings are borrowed. */
const char *iot_text(const struct iot_call *call, const char *name);
bool iot_flag(const struct iot_call *call, const char *name);

/* Writes an ARN such as "arn:aws:iot:us-east-1:123456789012:policy/NAME". */
void iot_arn(const char *kind, const char *id, char out[IOT_ARN_SIZE]);
/* Returns the last part of an ARN of this account and kind; NULL if it is not one. Borrowed from arn. */
const char *iot_arn_id(const char *arn, const char *kind);

/* Entries of "cas", "certificates", "policies", "templates", "things", "thingTypes" "thingGroups",
 * "billingGroups" and "rules". All results are borrowed. */
cJSON *iot_section(const struct iot_call *call, const char *section);
cJSON *iot_find(const struct iot_call *call, const char *section, const char *name);
/* Like iot_find(), but fails with ResourceNotFoundException if it returns NULL. */
cJSON *iot_wanted(struct iot_call *call, const char *section, const char *name);
/* Adds an entry, with the time and its own number. */
cJSON *iot_add(struct iot_call *call, const char *section, const char *name);
/* Keeps the tags that a call creates an entry with; iot_add() has done so. */
void iot_keep_tags(struct iot_call *call, cJSON *entry);
/* Writes the change to disk; entry may be NULL, otherwise its time of change is set. */
void iot_changed(struct iot_call *call, cJSON *entry);
void iot_remove(struct iot_call *call, const char *section, const char *name);

void iot_set_text(cJSON *object, const char *name, const char *text);
void iot_set_flag(cJSON *object, const char *name, bool value);
void iot_set_number(cJSON *object, const char *name, long long value);
/* Adds a time of an entry in the API's format, seconds with a fraction. */
void iot_add_time(cJSON *out, const char *name, const cJSON *entry, const char *entry_name);

/* Lists of strings inside an entry. */
bool iot_has_text(const cJSON *entry, const char *list, const char *text);
/* Adds a string once; returns false if it exists. */
bool iot_add_text(cJSON *entry, const char *list, const char *text);
/* Returns false if it is not in the list. */
bool iot_remove_text(cJSON *entry, const char *list, const char *text);

/* Pages of a list. Add all rows, in ascending order of their numbers (from 1); iot_list_end() puts one page
 * into the output, by pageSize, marker and isAscendingOrder, or maxResults and nextToken. */
struct iot_list {
    struct iot_row {
        unsigned long long number;
        cJSON *item;
    } * rows;
    size_t count, room;
};
/* Takes ownership of item; NULL is ignored. */
void iot_list_add(struct iot_list *list, unsigned long long number, cJSON *item);
/* Needed if rows come from several sources. */
void iot_list_sort(struct iot_list *list);
/* Also frees list. */
void iot_list_end(struct iot_call *call, struct iot_list *list, const char *member);
/* Lists all strings of an entry's list. */
void iot_list_texts(struct iot_call *call, const cJSON *texts, const char *member);
/* Adds certificateDescription to the output, for an entry with a certificate; texts: the members to copy,
 * ended by NULL. The result is borrowed. */
cJSON *iot_describe_x509(const struct iot_call *call, const char *kind, const cJSON *entry,
                         const char *const *texts);
/* Lists all entries of a section in the form of describe(), which returns NULL to leave one out. */
void iot_list_section(struct iot_call *call, const char *section, const char *member,
                      cJSON *(*describe)(const struct iot_call *call, const cJSON *entry));

#endif
