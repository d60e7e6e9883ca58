/* SPDX-License-Identifier: Apache-2.0 */
#include "base/core_dump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/sanitized.h"

void core_dump_forbid(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* A limit of 0 does not stop a core dump that goes to a program (core(5)). */
    if (!SANITIZED)
        prctl(PR_SET_DUMPABLE, 0);
}
