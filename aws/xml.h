/* SPDX-License-Identifier: Apache-2.0 */
/* Parses an XML document from the network into its texts, each with its path. The only user of expat.
 * Document types and custom entities are rejected, as are more than 32 levels or 100,000 elements. Attributes
 * are ignored. One thread at a time for a document. */
#ifndef AWS_XML_H
#define AWS_XML_H

#include <stddef.h>

struct aws_xml;

/* NULL: not valid XML. Owned. */
struct aws_xml *aws_xml_parse(const char *bytes, size_t length);
void aws_xml_free(struct aws_xml *xml); /* NULL is fine */

/* The text of element `number` (from 0) at a path of local names below the root: "GetRoleResult/Role/Arn".
 * Elements with child elements are not counted. NULL: there is no such element. Borrowed. */
const char *aws_xml_text(const struct aws_xml *xml, const char *path, size_t number);

#endif
