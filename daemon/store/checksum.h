/* What stands behind every record: LMDB has no checksums, and a disk may return other bytes than it
 * was given. */
#ifndef STORE_CHECKSUM_H
#define STORE_CHECKSUM_H

#include "core/buf.h"

enum { CHECKSUM_SIZE = 8 };

/* The sum so far, and `bytes`. */
uint64_t checksum_add(uint64_t sum, struct span bytes);

/* Over the name of the table, the key and the record, so that an entry that got to another place is
 * found, too. Into `ret_bytes` of CHECKSUM_SIZE. */
void checksum_make(const char *table, struct span key, struct span record, uint8_t *ret_bytes);

/* True if the last bytes of `entry` are the checksum of what is before them, which is the record.
 */
bool checksum_check(const char *table, struct span key, struct span entry, struct span *ret_record);

#endif
