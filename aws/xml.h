/* SPDX-License-Identifier: Apache-2.0 */
/* An XML document from the network as the texts in it, each with the path to it. The only user of expat. No
 * document types, no entities of its own, at most 32 levels and 100,000 elements; attributes are passed over.
 * A document belongs to one thread at a time. */
#ifndef AWS_XML_H
#define AWS_XML_H

#include <stddef.h>

struct aws_xml;

/* NULL: it is not one. Owned. */
struct aws_xml *aws_xml_parse(const char *bytes, size_t length);
void aws_xml_free(struct aws_xml *xml); /* NULL is fine */

/* The text of the element with that number (from 0) among those at a path of local names below the root:
 * "GetRoleResult/Role/Arn"; an element that holds elements has none. NULL: there are not so many. Borrowed.
 */
const char *aws_xml_text(const struct aws_xml *xml, const char *path, size_t number);

#endif
