/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/cloud.h"

#include "sandbox/cloud/iot/topic_rule.h"
#include "sandbox/cloud/store.h"

bool cloud_open(struct cloud *cloud, const struct cloud_options *options, struct text *why)
{
    *cloud = (struct cloud){.options = *options, .lock = PTHREAD_MUTEX_INITIALIZER};
    store_folder(options->state);
    calendar_open(&cloud->calendar, options->state, options->speed);
    credentials_init(&cloud->credentials, options->access_key, options->secret_key, options->session_token);
    buckets_open(&cloud->buckets, options->state, options->bucket);
    deliveries_open(&cloud->deliveries, options->state);
    profiles_open(&cloud->profiles, options->state);
    if (cJSON_GetArraySize(cloud->profiles.all) == 0)
        profiles_create(&cloud->profiles, "Sandbox", NULL, options->apid, true);
    destinations_open(&cloud->destinations, options->state);
    cloud->imports = (struct imports){
        .pace_ms = (long long)((double)options->pace_ms * options->speed),
        .calendar = &cloud->calendar,
        .buckets = &cloud->buckets,
        .deliveries = &cloud->deliveries,
        .faults = &cloud->faults,
    };
    imports_open(&cloud->imports, options->state);
    roles_open(&cloud->roles, options->state);
    roles_prepare(&cloud->roles, "SidewalkImport", "iotwireless.amazonaws.com");
    queues_open(&cloud->queues, options->state);
    account_feed_open(&cloud->feed, options->journal, &cloud->iot, &cloud->queues);
    if (!iot_open(&cloud->iot, options->state, options->iot_ca, options->iot_endpoint, why))
        return false;
    if (options->events_queue) {
        queues_prepare(&cloud->queues, options->events_queue);
        iot_prepare_events(&cloud->iot, options->events_queue);
    }
    account_feed_follow(&cloud->feed);
    return true;
}

void cloud_flush(struct cloud *cloud)
{
    pthread_mutex_lock(&cloud->lock);
    iot_flush(&cloud->iot);
    account_feed_follow(&cloud->feed);
    pthread_mutex_unlock(&cloud->lock);
}

void cloud_end_waits(struct cloud *cloud)
{
    pthread_mutex_lock(&cloud->lock);
    cloud->queues.closing = true;
    pthread_cond_broadcast(&cloud->queues.sent);
    pthread_mutex_unlock(&cloud->lock);
}

void cloud_close(struct cloud *cloud)
{
    account_feed_close(&cloud->feed);
    queues_close(&cloud->queues);
    iot_close(&cloud->iot);
    roles_close(&cloud->roles);
    imports_close(&cloud->imports);
    destinations_close(&cloud->destinations);
    profiles_close(&cloud->profiles);
    deliveries_close(&cloud->deliveries);
    buckets_close(&cloud->buckets);
    credentials_fini(&cloud->credentials);
    faults_fini(&cloud->faults);
    calendar_close(&cloud->calendar);
    pthread_mutex_destroy(&cloud->lock);
}
