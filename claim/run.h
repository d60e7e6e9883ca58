/* SPDX-License-Identifier: Apache-2.0 */
/* Claims devices without a portal: connects, publishes, and where asked to waits until they have arrived. For
 * scripts and for staff at a terminal; the portal's way is server/onboarding.
 *
 * It connects as the configured claim-thing, so a portal of the same client id loses its connection meanwhile
 * and comes back by itself (IoT limits: the older of two equal client ids is dropped). The observer's client
 * id gets "-claim" at its end, so that the portal's session with the OEM account is left alone. */
#ifndef CLAIM_RUN_H
#define CLAIM_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "claim/settings.h"

#define CLAIM_RUN_STAGING_MAX 16

/* One device. The caller fills names; the rest is the run's and can be read when it has ended. */
struct claim_device {
    /* In the form of each staging account of the settings, by index; "" where the form does not fit. At least
     * one. */
    char names[CLAIM_RUN_STAGING_MAX][IDENTIFIER_SIZE];
    unsigned published; /* PUBACKs */
    bool provisioned;   /* thing created in the OEM account */
    bool connected;     /* seen connecting to the OEM account */
    bool refused;       /* every staging account drops the connection for it */
};

enum claim_news_kind {
    CLAIM_NEWS_STAGING_UP,    /* account */
    CLAIM_NEWS_STAGING_DOWN,  /* account, reason */
    CLAIM_NEWS_OBSERVER_UP,   /* account: the endpoint's key; subscribed */
    CLAIM_NEWS_OBSERVER_DOWN, /* account, reason */
    CLAIM_NEWS_PUBLISHED,     /* device, account */
    CLAIM_NEWS_PROVISIONED,   /* device, account */
    CLAIM_NEWS_CONNECTED,     /* device, account */
    CLAIM_NEWS_REFUSED,       /* device, account */
    CLAIM_NEWS_TIME,          /* about once a second, for a clock on the screen */
};

struct claim_news {
    enum claim_news_kind kind;
    const char *account;               /* borrowed */
    const char *reason;                /* borrowed, for people */
    const struct claim_device *device; /* borrowed */
    long long elapsed_ms;              /* since the run began */
};

struct claim_run_options {
    const struct claim_settings *settings;
    const struct oem_endpoint *endpoint;
    struct claim_device *devices;
    size_t device_count;
    bool wait; /* until every device has arrived; needs endpoint->observed */
    long long timeout_ms;
    void (*news)(void *context, const struct claim_news *news); /* on the caller's thread */
    void *context;
    const volatile sig_atomic_t *interrupted; /* not zero: end now */
};

enum claim_run_result {
    CLAIM_RUN_DONE,        /* published; with wait: arrived */
    CLAIM_RUN_NOT_ARRIVED, /* published, and the time was over before all had arrived */
    CLAIM_RUN_UNREACHABLE, /* the time was over before all could be published */
    CLAIM_RUN_REFUSED,     /* a device was refused by every staging account */
    CLAIM_RUN_INTERRUPTED,
    CLAIM_RUN_BROKEN, /* a certificate or key cannot be used; the log says which */
};

/* Blocks until it has ended. Call mqtt_library_init() first, once. */
enum claim_run_result claim_run(const struct claim_run_options *options) __attribute__((warn_unused_result));

#endif
