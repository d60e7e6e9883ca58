/* SPDX-License-Identifier: Apache-2.0 */
/* Who of the portals that share a database leads: one for each staging account and one for each OEM account,
 * each called a post here. Only the leader connects with that account's client id, and what it writes begins
 * with leaders_check() and the term.
 *
 * A thread takes the posts that are free and renews the terms of its own (server/store/leaders.h). The end of
 * a term is counted here on the monotonic clock, from before the database was asked, and with a margin: a
 * process that was stopped, or whose database hangs, knows by itself that its term is over before another
 * portal can take the next one. */
#ifndef SERVER_ONBOARDING_LEADERSHIP_H
#define SERVER_ONBOARDING_LEADERSHIP_H

#include <stdbool.h>

#include "base/text.h"
#include "claim/settings.h"
#include "server/onboarding/stats.h"
#include "server/store/store.h"

struct leadership;
struct post;

enum lead {
    LEAD_FOLLOWS, /* another portal leads, or none */
    LEAD_LAPSED,  /* the term could not be renewed in time; no other portal is known to lead. Do not publish,
                     write  or connect; a connection that stands may stay */
    LEAD_LEADS,
};

/* Knows the posts of all accounts in the settings. Leads none of them yet. */
struct leadership *leadership_new(const struct claim_settings *settings, struct store *store);
/* Starts the thread. False with a sentence in *why. */
bool leadership_start(struct leadership *leadership, struct text *why) __attribute__((warn_unused_result));
/* Resigns from all posts, so that other portals take them at once. Call it when lanes and observers have
 * disconnected. The store must still run. Frees. NULL is allowed. */
void leadership_stop(struct leadership *leadership);

/* Calls wake() whenever the lead of a post has changed, until leadership_listen_no_more(). A lapse is not
 * announced. wake() runs on the thread and must not block. */
#define LEADERSHIP_LISTENERS 2
void leadership_listen(struct leadership *leadership, void (*wake)(void *context), void *context);
void leadership_listen_no_more(struct leadership *leadership, const void *context);

/* By index in the settings. Borrowed. */
const struct post *leadership_staging(const struct leadership *leadership, size_t index);
const struct post *leadership_endpoint(const struct leadership *leadership, size_t index);

/* The name in leaders.h. Borrowed. */
const char *post_name(const struct post *post);
/* *term: for leaders_check(); 0 unless it leads or has lapsed. Any thread, cheap. */
enum lead post_lead(const struct post *post, long long *term);
/* Another portal leads, and has renewed its term lately: it is alive. Any thread, cheap. */
bool post_is_held(const struct post *post);
void post_stats(const struct post *post, struct lead_stats *out);

#endif
