/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the clock: TLS, signed requests and the portal's comparison of event timestamps need it. */
#include <sys/timex.h>

#include "account/doctor/doctor.h"
#include "base/text.h"

#define SKEW_WARNING_MS 2000    /* between an event's timestamp and ours (server/onboarding/watcher.c) */
#define SKEW_FAILED_MS 240000LL /* AWS refuses signatures that are five minutes old */

static const char set_it[] = "Set it, and let chrony or systemd-timesyncd keep it right.";

static void tell_skew(struct doctor *doctor, long long skew_ms)
{
    long long away = skew_ms < 0 ? -skew_ms : skew_ms;
    enum doctor_level level = away < SKEW_WARNING_MS ? DOCTOR_OK : DOCTOR_WARNING;
    TEXT struct text seen = TEXT_EMPTY;

    if (away >= SKEW_FAILED_MS)
        level = DOCTOR_FAILED;
    if (level == DOCTOR_OK)
        text_puts(&seen, "the same as AWS's");
    else
        text_printf(&seen, "%lld s %s AWS's", away / 1000, skew_ms > 0 ? "behind" : "ahead of");
    doctor_tell(doctor, level, "clock", text_get(&seen), level == DOCTOR_OK ? NULL : set_it);
}

void doctor_clock(struct doctor *doctor)
{
    struct timex state = {0};
    long long skew_ms;
    int kept = adjtimex(&state);

    if (doctor->options->aws && aws_session_clock_skew(doctor->options->aws, &skew_ms))
        tell_skew(doctor, skew_ms);
    else if (doctor->clock_is_behind)
        doctor_tell(doctor, DOCTOR_FAILED, "clock", "a server's certificate is not valid yet", set_it);
    else if (kept < 0)
        doctor_tell(doctor, DOCTOR_SKIPPED, "clock", "the kernel does not say whether it is synchronized",
                    NULL);
    else if (kept == TIME_ERROR)
        doctor_tell(doctor, DOCTOR_WARNING, "clock", "the kernel says that it is not synchronized", set_it);
    else
        doctor_tell(doctor, DOCTOR_OK, "clock", "synchronized over the network", NULL);
}
