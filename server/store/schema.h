/* SPDX-License-Identifier: Apache-2.0 */
/* The text of sql/sqlite.sql, put into the program by the build. */
#ifndef SERVER_STORE_SCHEMA_H
#define SERVER_STORE_SCHEMA_H

extern const char schema_sqlite[];

#endif
