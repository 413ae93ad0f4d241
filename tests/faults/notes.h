/* What the shim writes into the journal: what stood where a write goes, and that it was flushed. */
#ifndef TESTS_FAULTS_NOTES_H
#define TESTS_FAULTS_NOTES_H

#include <stdbool.h>
#include <stdint.h>

struct noted_file;

_Noreturn void notes_give_up(const char *what);

/* Goes on with what an earlier process left in the journal. `loses_flushes`: none is noted. */
void notes_begin(const char *journal_path, bool loses_flushes);
/* False before notes_begin: then there is nothing to be called. */
bool notes_are_kept(void);

/* Files are known by their inode's number, for good. */
struct noted_file *notes_file(uint64_t number, const char *path);
struct noted_file *notes_made(uint64_t number, const char *path);
struct noted_file *notes_renamed(uint64_t number, const char *path);

/* Before the call that they are about. */
void notes_write(struct noted_file *file, uint64_t offset, uint64_t length);
void notes_length(struct noted_file *file, uint64_t length);
/* After it. */
void notes_flush(struct noted_file *file, bool has_failed);
void notes_flush_part(struct noted_file *file, uint64_t offset, uint64_t length);
void notes_flush_names(void);

#endif
