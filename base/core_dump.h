/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the memory of a process, which has private keys and passwords, out of core dumps. */
#ifndef BASE_CORE_DUMP_H
#define BASE_CORE_DUMP_H

/* This process, and the programs that it starts, leave no core file, and no other process of the same user
 * may read its memory. Call first in main(). (A sanitized program may still be read: the leak sanitizer reads
 * it from a process of its own.) */
void core_dump_forbid(void);

#endif
