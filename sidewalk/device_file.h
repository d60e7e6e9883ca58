/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises a device's own file: what the factory writes into the device, with its private keys. It comes
 * from the same tools as control logs and lists, and must not be mistaken for one, nor sent around. Its
 * forms: JSON (`p256R1`, `eD25519`, `metadata` with `devicePrivKeyP256R1`), the same flat
 * (`devicePrivKeyP256R1: ...` on a line, `--outform flat` of Amazon's Sidewalk signing tool), and the answer
 * of GetWirelessDevice (`PrivateKeys`). No value of such a file may be printed. Pure functions, any thread.
 */
#ifndef SIDEWALK_DEVICE_FILE_H
#define SIDEWALK_DEVICE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* For printf: what it should have been. */
#define DEVICE_FILE "this is a device's own file with private keys, not a %s; do not send it around"

/* Whether it is the name of a JSON member that holds private keys. */
bool device_file_is_private(const char *name, size_t length);

/* Whether a document with a member of this name, at its top level, is a device's file. */
bool device_file_is_member(const char *name, size_t length);

/* Whether the text, which need not be JSON and may be cut, has a part of such a file in it. */
bool device_file_is_in(const char *text, size_t length);

#endif
