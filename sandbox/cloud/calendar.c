/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/calendar.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "sandbox/cloud/store.h"

static void keep(const struct calendar *calendar)
{
    JSON cJSON *object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "wall_ms", (double)calendar->base_wall_ms);
    cJSON_AddNumberToObject(object, "simulated_ms", (double)calendar->base_ms);
    cJSON_AddNumberToObject(object, "speed", calendar->speed);
    store_write(calendar->path, object);
}

/* Continues counting from this time. */
static void rebase(struct calendar *calendar, long long now_ms)
{
    calendar->base_ms = now_ms;
    calendar->base_wall_ms = clock_wall_ms();
}

long long calendar_now_ms(const struct calendar *calendar)
{
    return calendar->base_ms +
           (long long)((double)(clock_wall_ms() - calendar->base_wall_ms) * calendar->speed);
}

void calendar_open(struct calendar *calendar, const char *folder, double speed)
{
    *calendar = (struct calendar){.path = store_path(folder, "clock.json"), .speed = speed};
    rebase(calendar, clock_wall_ms());
    JSON cJSON *object = store_read(calendar->path);
    if (object) {
        calendar->base_wall_ms = store_number(object, "wall_ms");
        calendar->base_ms = store_number(object, "simulated_ms");
        calendar->speed = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, "speed"));
        rebase(calendar, calendar_now_ms(calendar));
        calendar->speed = speed;
    }
    keep(calendar);
}

void calendar_close(struct calendar *calendar)
{
    free(calendar->path);
}

void calendar_advance(struct calendar *calendar, long long ms)
{
    rebase(calendar, calendar_now_ms(calendar) + ms);
    keep(calendar);
}
