/* SPDX-License-Identifier: Apache-2.0 */
#include "base/core_dump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void core_dump_forbid(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* A limit of 0 does not stop a core dump that goes to a program (core(5)). */
    if (!SANITIZED)
        prctl(PR_SET_DUMPABLE, 0);
}
