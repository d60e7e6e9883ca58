/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/import_task.h"

#include <stdlib.h>
#include <string.h>

#include "aws/encoding.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "sidewalk/import_answer.h"
#include "sidewalk/import_limits.h"

#define PAGE "250" /* AWS's maximum */

static const struct aws_pair json_headers[] = {{"Content-Type", "application/json"}, {NULL, NULL}};

/* Sends one request. body and query may be NULL. */
static enum aws_error ask(struct aws_session *session, const char *method, const char *path,
                          const struct aws_pair *query, const struct text *body,
                          struct aws_response *response, struct text *why)
{
    const struct aws_request request = {
        .service = "iotwireless",
        .host = "api.iotwireless.%s.amazonaws.com",
        .method = method,
        .path = path,
        .query = query,
        .headers = body != NULL ? json_headers : NULL,
        .body = body != NULL ? text_get(body) : NULL,
        .body_length = body != NULL ? body->length : 0,
    };
    return aws_send(session, &request, response, why);
}

static void response_fini(struct aws_response *response)
{
    aws_response_fini(response);
}

#define RESPONSE __attribute__((cleanup(response_fini)))

static void write_given(struct json_writer *json, const char *name, const char *value)
{
    if (value != NULL)
        json_write_text(json, name, value);
}

static void write_tags(struct json_writer *json, const struct aws_pair *tags)
{
    if (tags == NULL || tags->name == NULL)
        return;
    json_begin_array(json, "Tags");
    for (size_t i = 0; tags[i].name != NULL; i++) {
        json_begin_object(json, NULL);
        json_write_text(json, "Key", tags[i].name);
        write_given(json, "Value", tags[i].value);
        json_end_object(json);
    }
    json_end_array(json);
}

/* Writes the last member of every request. positioning: of a start, a destination; may be NULL, as role. */
static void write_sidewalk(struct json_writer *json, const char *name, const char *value, const char *role,
                           const char *positioning)
{
    json_begin_object(json, "Sidewalk");
    json_write_text(json, name, value);
    write_given(json, "Role", role);
    if (positioning != NULL) {
        json_begin_object(json, "Positioning");
        json_write_text(json, "DestinationName", positioning);
        json_end_object(json);
    }
    json_end_object(json);
    json_end_object(json);
    json_writer_finish(json);
}

void import_request_json(const struct import_request *request, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    write_given(&json, "DestinationName", request->destination);
    write_given(&json, "ClientRequestToken", request->token);
    write_tags(&json, request->tags);
    write_given(&json, "Positioning", request->positioning);
    write_sidewalk(&json, "DeviceCreationFile", request->file, request->role,
                   request->positioning_destination);
}

static enum aws_error start(struct aws_session *session, const char *path, const struct text *body, char **id,
                            char **arn, struct text *why)
{
    RESPONSE struct aws_response response = {0};
    enum aws_error error = ask(session, "POST", path, NULL, body, &response, why);

    if (error != AWS_OK)
        return error;
    return import_answer_started(text_get(&response.body), response.body.length, id, arn, why)
               ? AWS_OK
               : AWS_BAD_ANSWER;
}

enum aws_error import_task_start(struct aws_session *session, const struct import_request *request, char **id,
                                 char **arn, struct text *why)
{
    TEXT struct text body = TEXT_EMPTY;

    if (!import_destination_fits(request->destination, why) || !import_file_fits(request->file, why) ||
        !import_role_fits(request->role, why) || !import_tags_fit(request->tags, why) ||
        (request->token != NULL && !import_token_fits(request->token, why)))
        return AWS_REFUSED;
    import_request_json(request, &body);
    return start(session, "/wireless_device_import_task", &body, id, arn, why);
}

enum aws_error import_task_start_single(struct aws_session *session, const char *destination,
                                        const char *smsn, const char *name, const char *token, char **id,
                                        char **arn, struct text *why)
{
    TEXT struct text body = TEXT_EMPTY;

    if (!import_smsn_fits(smsn, why) || !import_destination_fits(destination, why) ||
        (name != NULL && !import_name_fits(name, why)) || (token != NULL && !import_token_fits(token, why)))
        return AWS_REFUSED;
    struct json_writer json = json_writer_into(&body);
    json_begin_object(&json, NULL);
    json_write_text(&json, "DestinationName", destination);
    write_given(&json, "DeviceName", name);
    write_given(&json, "ClientRequestToken", token);
    write_sidewalk(&json, "SidewalkManufacturingSn", smsn, NULL, NULL);
    return start(session, "/wireless_single_device_import_task", &body, id, arn, why);
}

static bool task_path(const char *id, struct text *path, struct text *why)
{
    if (!import_id_fits(id, why))
        return false;
    text_puts(path, "/wireless_device_import_task");
    aws_path_add(path, id);
    return true;
}

enum aws_error import_task_get(struct aws_session *session, const char *id, struct import_task *out,
                               struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!task_path(id, &path, why))
        return AWS_REFUSED;
    enum aws_error error = ask(session, "GET", text_get(&path), NULL, NULL, &response, why);
    if (error != AWS_OK)
        return error;
    return import_answer_task(text_get(&response.body), response.body.length, out, why) ? AWS_OK
                                                                                        : AWS_BAD_ANSWER;
}

enum aws_error import_task_update(struct aws_session *session, const char *id, const char *file,
                                  struct text *why)
{
    TEXT struct text path = TEXT_EMPTY, body = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!task_path(id, &path, why) || !import_file_fits(file, why))
        return AWS_REFUSED;
    struct json_writer json = json_writer_into(&body);
    json_begin_object(&json, NULL);
    write_sidewalk(&json, "DeviceCreationFile", file, NULL, NULL);
    return ask(session, "PATCH", text_get(&path), NULL, &body, &response, why);
}

enum aws_error import_task_delete(struct aws_session *session, const char *id, struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    RESPONSE struct aws_response response = {0};

    if (!task_path(id, &path, why))
        return AWS_REFUSED;
    return ask(session, "DELETE", text_get(&path), NULL, NULL, &response, why);
}

/* How to read a list in pages: the path, the query, and the function that takes a page. */
struct pages {
    const char *path, *id, *status;
    bool (*take)(const struct pages *pages, const struct text *body, char **next, bool *enough,
                 struct text *why);
    bool (*each_task)(void *context, const struct import_task *task);
    bool (*each_device)(void *context, const struct imported_device *device);
    void *context;
};

static enum aws_error ask_page(struct aws_session *session, const struct pages *pages, char **next,
                               bool *enough, struct text *why)
{
    struct aws_pair query[5] = {{"maxResults", PAGE}};
    size_t count = 1;
    RESPONSE struct aws_response response = {0};

    if (*next != NULL)
        query[count++] = (struct aws_pair){"nextToken", *next};
    if (pages->id != NULL)
        query[count++] = (struct aws_pair){"id", pages->id};
    if (pages->status != NULL)
        query[count++] = (struct aws_pair){"status", pages->status};
    enum aws_error error = ask(session, "GET", pages->path, query, NULL, &response, why);
    if (error != AWS_OK)
        return error;
    char *token = NULL;
    if (!pages->take(pages, &response.body, &token, enough, why))
        return AWS_BAD_ANSWER;
    /* Stop instead of reading the same page forever. */
    bool repeats = token != NULL && *next != NULL && strcmp(token, *next) == 0;
    free(*next);
    *next = token;
    if (repeats)
        text_puts(why, "AWS sends the same page again and again");
    return repeats ? AWS_BAD_ANSWER : AWS_OK;
}

static enum aws_error ask_pages(struct aws_session *session, const struct pages *pages, struct text *why)
{
    OWNED char *next = NULL;
    bool enough = false;
    enum aws_error error;

    do
        error = ask_page(session, pages, &next, &enough, why);
    while (error == AWS_OK && next != NULL && !enough);
    return error;
}

static bool take_tasks(const struct pages *pages, const struct text *body, char **next, bool *enough,
                       struct text *why)
{
    return import_answer_tasks(text_get(body), body->length, pages->each_task, pages->context, next, enough,
                               why);
}

static bool take_devices(const struct pages *pages, const struct text *body, char **next, bool *enough,
                         struct text *why)
{
    return import_answer_devices(text_get(body), body->length, pages->each_device, pages->context, next,
                                 enough, why);
}

enum aws_error import_task_list(struct aws_session *session,
                                bool (*each)(void *context, const struct import_task *task), void *context,
                                struct text *why)
{
    const struct pages pages = {
        .path = "/wireless_device_import_tasks",
        .take = take_tasks,
        .each_task = each,
        .context = context,
    };
    return ask_pages(session, &pages, why);
}

enum aws_error import_task_devices(struct aws_session *session, const char *id, const char *status,
                                   bool (*each)(void *context, const struct imported_device *device),
                                   void *context, struct text *why)
{
    const struct pages pages = {
        .path = "/wireless_device_import_task",
        .id = id,
        .status = status,
        .take = take_devices,
        .each_device = each,
        .context = context,
    };
    if (!import_id_fits(id, why))
        return AWS_REFUSED;
    return ask_pages(session, &pages, why);
}
