/* What verify, backup, restore, export and import share: processes of their own that do the work,
 * and what they do there. Private to daemon/offline*.c. */
#ifndef DAEMON_OFFLINE_WORK_H
#define DAEMON_OFFLINE_WORK_H

#include "offline.h"
#include "store/backup.h"
#include "store/care_record.h"
#include "wire/digest.h"

/* What the worker found; in memory that it shares with us. */
struct findings {
    bool is_complete; /* the worker came to its end */
    enum err error;
    uint64_t reports, visited, figures, bytes; /* visited: reports that were recomputed */
    size_t differences;
    uint32_t catalogue;
    bool is_rebuilding;
    uint8_t digest[DIGEST_SIZE];
};

struct job {
    const struct offline *offline;
    const char *what; /* is read: for messages */
    int fd;           /* of the file that is read */
    struct backup *copy;
    struct findings *findings;
    const char *care_name; /* the care record that is to be written, and what it says */
    struct care care;
};

/* NULL when there is no memory to share (logged). */
struct findings *work_new_findings(void);
void work_free_findings(struct findings *findings);

/* Runs `work` in a process of its own. Logged: that it was stopped, or crashed. */
enum err work_run(void (*work)(struct job *), struct job *job);

/* Has `work` fill a copy in the state folder, which no daemon may have open, from file `path`,
 * which `open_file` opens, and puts it in the place of the data there. Prints what was found;
 * removes what was not finished; what is in place was verified by `work`, and is noted so. As root,
 * we are the owner of the folder from here on. */
enum err work_replace_state(const struct offline *offline, const char *path,
                            enum err (*open_file)(const char *path, int *ret_fd),
                            void (*work)(struct job *), bool may_replace);

/* Has each of `works` in turn fill file `path`, and gives it its name. Prints what was found;
 * removes what was not finished. */
enum err work_write_file(struct job *job, const char *path, bool may_replace,
                         void (*const works[])(struct job *), size_t count);

/* ---- in that process; what fails was logged ---- */

/* Root becomes the owner of the state folder for good. */
enum err work_become_owner(const struct job *job);
/* The node's store, to be read, as the owner of its folder. */
enum err work_open_store(const struct job *job, struct store **ret_store);
/* Recomputes everything; each difference is logged, and is ERR_CORRUPT. */
enum err work_look_at(struct store *store, struct job *job);
/* A copy of another unit's data would be a good one, and wrong: ERR_FOREIGN. */
enum err work_check_unit(struct store *store, const struct job *job);
enum err work_take_digest(int fd, const char *path, struct findings *findings);

/* ---- afterwards ---- */

/* Says in care record `name` how it ended; a warning when that cannot be written. */
void work_note_care(struct job *job, const char *name, enum err err);

#endif
