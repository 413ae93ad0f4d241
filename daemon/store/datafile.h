/* LMDB's data file as bytes: what LMDB 0.9 believes without asking, checked before it is asked. */
#ifndef STORE_DATAFILE_H
#define STORE_DATAFILE_H

#include "tonghop/err.h"

#define DATAFILE_NAME      "data.mdb"
#define DATAFILE_LOCK_NAME "lock.mdb"

/* Checks the two header pages of the data file in folder `folder_fd`: LMDB divides by the page size
 * found there. The pages behind them are pages_check's. ERR_NOT_FOUND: there is no data file;
 * ERR_CORRUPT; ERR_IO. Logged, except for ERR_NOT_FOUND. `path` is for the log. */
enum err datafile_check(int folder_fd, const char *path);

/* What is wrong with the header pages of data file `fd`, NULL if nothing is. */
const char *datafile_damage(int fd);

/* The log line about a damaged file, with the remedy. */
void datafile_log_damage(const char *path, const char *damage);

#endif
