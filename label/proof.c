/* SPDX-License-Identifier: Apache-2.0 */
#include "label/proof.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/pool.h"
#include "label/label_png.h"

#define PROCESSES 2
#define ON_THE_WAY_MAX 8
#define MODULE_PIXELS 4 /* about as in a photograph of a label */
/* What the portal accepts if no account has a form. */
#define ANY_NAME "[A-Za-z0-9_-]{8,64}"

struct proof {
    const struct label_rules *rules;
    struct identifier_form any; /* used if rules have no forms */
    struct decode_pool *pool;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on_the_way has decreased */
    int on_the_way;
    bool wrong;
    struct text why; /* about the first misread code */
};

/* One code being read. Owned by the pool until done. */
struct trial {
    struct decode_job job;
    struct proof *proof;
    struct text picture;
    char name[IDENTIFIER_SIZE];
    char url[LABEL_URL_SIZE];
    struct digital_link link;
};

struct proof *proof_start(const struct label_rules *rules, const char *program, struct text *why)
{
    const struct decode_pool_options options = {
        .program = program, .processes = PROCESSES, .waiting_max = ON_THE_WAY_MAX};
    struct decode_pool *pool = decode_pool_start(&options, why);

    if (pool == NULL)
        return NULL;
    struct proof *proof = memory_new(1, sizeof *proof);
    proof->rules = rules;
    proof->pool = pool;
    if (identifier_form_parse(ANY_NAME, "keep", &proof->any) != IDENTIFIER_OK)
        abort();
    pthread_mutex_init(&proof->lock, NULL);
    pthread_cond_init(&proof->changed, NULL);
    return proof;
}

/* Parses the text as the portal would. */
static bool is_read_as(const struct trial *trial, const struct decode_code *code)
{
    const struct proof *proof = trial->proof;
    const struct label_rules *rules = proof->rules;
    struct digital_link link;

    if (trial->link.gtin[0] != '\0')
        return digital_link_parse(code->text, code->length, &link) == IDENTIFIER_OK &&
               strcmp(link.gtin, trial->link.gtin) == 0 && strcmp(link.serial, trial->link.serial) == 0;
    size_t count = rules->form_count > 0 ? rules->form_count : 1;
    const struct identifier_form *forms = rules->form_count > 0 ? rules->forms : &proof->any;
    char read[IDENTIFIER_SIZE];

    for (size_t i = 0; i < count; i++)
        if (identifier_parse(&forms[i], code->text, code->length, read, NULL) == IDENTIFIER_OK)
            return strcmp(read, trial->name) == 0;
    return false;
}

/* What is wrong with the result, NULL if nothing. */
static const char *judge(const struct trial *trial, enum decode_error error,
                         const struct decode_result *result)
{
    if (error != DECODE_OK)
        return decode_error_sentence(error);
    if (result->count != 1 || result->codes[0].length != strlen(trial->url) ||
        memcmp(result->codes[0].text, trial->url, result->codes[0].length) != 0)
        return "another text was read than its address";
    if (!is_read_as(trial, &result->codes[0]))
        return "the portal would take its address for another identifier's";
    return NULL;
}

static void done(void *argument, enum decode_error error, struct decode_result *result)
{
    struct trial *trial = argument;
    struct proof *proof = trial->proof;
    const char *wrong = judge(trial, error, result);

    pthread_mutex_lock(&proof->lock);
    if (wrong != NULL && !proof->wrong) {
        proof->wrong = true;
        text_printf(&proof->why, "the code of %s cannot be relied on: %s", trial->name, wrong);
    }
    text_fini(&trial->picture);
    free(trial);
    proof->on_the_way--;
    pthread_cond_signal(&proof->changed);
    pthread_mutex_unlock(&proof->lock);
}

/* Waits until at most that many codes are being read. */
static bool wait_for(struct proof *proof, int most)
{
    pthread_mutex_lock(&proof->lock);
    while (proof->on_the_way > most)
        pthread_cond_wait(&proof->changed, &proof->lock);
    bool fine = !proof->wrong;
    pthread_mutex_unlock(&proof->lock);
    return fine;
}

static struct trial *make_trial(struct proof *proof, const struct label *label, const struct qr_code *code)
{
    struct trial *trial = memory_new(1, sizeof *trial);

    trial->proof = proof;
    memcpy(trial->name, label->name, sizeof trial->name);
    memcpy(trial->url, label->url, sizeof trial->url);
    trial->link = label->link;
    label_png_code(code, MODULE_PIXELS, &trial->picture);
    trial->job = (struct decode_job){
        .bytes = (const unsigned char *)trial->picture.data,
        .length = trial->picture.length,
        .done = done,
        .argument = trial,
    };
    return trial;
}

bool proof_add(struct proof *proof, const struct label *label, const struct qr_code *code)
{
    struct trial *trial = make_trial(proof, label, code);

    wait_for(proof, ON_THE_WAY_MAX - 1);
    pthread_mutex_lock(&proof->lock);
    proof->on_the_way++;
    pthread_mutex_unlock(&proof->lock);
    if (!decode_pool_submit(proof->pool, &trial->job))
        done(trial, DECODE_UNAVAILABLE, NULL);
    return wait_for(proof, ON_THE_WAY_MAX);
}

bool proof_wait(struct proof *proof, struct text *why)
{
    bool fine = wait_for(proof, 0);

    if (!fine)
        text_puts(why, text_get(&proof->why));
    return fine;
}

void proof_free(struct proof *proof)
{
    if (proof == NULL)
        return;
    decode_pool_stop(proof->pool);
    identifier_form_fini(&proof->any);
    pthread_cond_destroy(&proof->changed);
    pthread_mutex_destroy(&proof->lock);
    text_fini(&proof->why);
    free(proof);
}
