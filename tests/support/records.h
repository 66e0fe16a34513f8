/* SPDX-License-Identifier: BSD-2-Clause */
/* What formats of efficientnetpublish make of records. */
#ifndef EFFNET_TEST_RECORDS_H
#define EFFNET_TEST_RECORDS_H

#include "format.h"

/* What a file contains after FORMAT has written the N RECORDS, of one stream. Takes FORMAT. */
char *effnet_test_write_records(GstEfficientNetFormat *format, const GstEfficientNetRecord *records,
                                gsize n);

#endif
