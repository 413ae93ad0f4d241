/* The simulator: real node, store, wire and session code; the network, the clocks and the disasters
 * are ours. Everything comes from one seed, so the seed is the bug report.
 *
 *     country   generated units, nodes and catalogues             country.c
 *     world     nodes, virtual time, the queue of what is due     world.c queue.c
 *     net       messages under way, links and what befalls them   net.c
 *     hooks     the store's seam: commits that fail, full disks   hooks.c
 *     folder    where the disks are                             folder.c
 *     disk      backups, lost disks, what they take with them     disk.c
 *     faults    which faults this seed has, and when they strike  faults.c
 *     ask       requests to nodes, repeated until answered        ask.c
 *     reporter  authors that are far away, and have a key         reporter.c
 *     work      authors that file, correct and withdraw           work.c ledger.c
 *     safe      how far up a report is held, as authors are told  safe.c
 *     admin     enrolling, revoking, publishing, marking          admin.c
 *     oracle    what every node must hold, the simplest way       oracle.c duty.c owed.c
 *     say       people that remind, close, reopen, look            say.c
 *     said      what is said about units and reports            said.c
 *     follow    programs that follow what changes at a node       follow.c
 *     questions what nodes answer when the world is at rest       questions.c
 *     checks    at every step, and when the world is at rest      step_check.c checks.c */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdio.h>

#include "core/coverage.h"
#include "node/node.h"
#include "sim/fault.h"
#include "wire/digest.h"

enum {
    SIM_UNITS_MAX = 320,
    SIM_UNIT_ID_FIRST = 100,
    SIM_CATALOGUES_MAX = 6, /* publications in one campaign, the first included */
    SIM_YEAR_FIRST = 2023,
    SIM_YEARS = 3,
    SIM_FORMS = 3,
    SIM_FORM_MANUAL = 3, /* waits for acceptance above */
    SIM_KEYS_PER_UNIT = 2 * SIM_YEARS * PERIOD_LABEL_COUNT * SIM_FORMS,
    SIM_AUTHORS = 2,     /* of each report: they may correct it at the same time */
    SIM_AUTHOR_AFAR = 1, /* this one is a remote reporter, the other is at the node */
    SIM_NONE = -1,
};

/* ---- country.c ---- */

enum sim_size { SIM_SIZE_MIXED, SIM_SIZE_SMALL, SIM_SIZE_PROVINCE };

struct sim_unit {
    uint32_t id;
    int parent; /* index, SIM_NONE at the root */
    uint8_t level;
    uint32_t since;    /* the catalogue that brings it; above 1 it begins in December 2024 */
    bool has_ended;    /* in September 2024: then it is ... */
    int successor;     /* ... part of this one, which has no node of its own either */
    bool may_be_moved; /* a node may be enrolled for it, or revoked, in mid-campaign */
    int node;          /* index, SIM_NONE while it never had one */
};

/* What catalogue n changes. */
enum sim_change { SIM_CHANGE_NAME, SIM_CHANGE_UNIT, SIM_CHANGE_INDICATOR };

struct sim_country {
    struct sim_unit units[SIM_UNITS_MAX];
    size_t unit_count;
    bool is_province, has_long_names;
    enum sim_change changes[SIM_CATALOGUES_MAX + 1]; /* by catalogue number, from 2 */
    size_t renamed[SIM_CATALOGUES_MAX + 1];
};

/* ---- world.c ---- */

/* The last statement about a (kind, year) that a node sent up. */
struct sim_statement {
    uint64_t seq;
    Tonghop__StatementOutcome outcome; /* unspecified: not answered */
};

struct sim_node {
    uint32_t unit;
    int parent;          /* index, SIM_NONE at the root */
    bool is_running;     /* false: revoked and stopped, or not there yet */
    unsigned generation; /* of its key: a new one at each enrolment */
    unsigned disk;       /* grows when its disk is replaced by an older one, or none ... */
    int64_t disk_ms;     /* ... which was last at this time */
    unsigned process;    /* grows with each start */
    char *folder;
    struct store *store;
    struct node *node;
    struct effects effects;
    uint64_t said_above;  /* when it was restored: the feed number of the node above ... */
    unsigned said_disk;   /* ... on this disk; 0: it was not, or has heard all of it */
    bool has_backup;      /* in its folder */
    bool was_copied_back; /* by hand, without a mark */
    bool is_leaving;      /* its key is being revoked ... */
    bool is_cut_off;      /* ... and now is, at the node above ... */
    unsigned cut_off_at;  /* ... on this disk of it */
    int64_t clock_us;     /* how far its clock is off */
    int64_t busy_until_ms, full_until_ms;
    bool is_run_due;
    uint64_t timer; /* the timer that stands; others are void */
    struct sim_message **inbox;
    size_t inbox_count, inbox_capacity;
    unsigned sends_left; /* what still leaves before the process dies */
    /* Its uplink. */
    uint32_t connection; /* 0: none; a new number for each */
    uint32_t let_in;     /* the connection that its parent's process has let in ... */
    unsigned let_in_by;  /* ... and which process that was */
    size_t under_way[2]; /* messages, by direction */
    struct sim_statement statements[2][SIM_YEARS];
    int64_t cut_until_ms[2];
    int64_t last_due_ms[2]; /* messages keep their order unless a fault reorders them */
};

/* A message under way. */
struct sim_message {
    size_t to; /* the node; to a reporter that is afar nothing */
    unsigned to_process;
    bool is_local;
    bool is_afar;  /* from or to a remote reporter */
    size_t link;   /* the child node whose uplink it uses, or the reporter's unit */
    int direction; /* enum sim_direction */
    uint32_t connection;
    unsigned generation; /* of the child's key */
    uint8_t *bytes;
    size_t len;
};
enum sim_direction { SIM_UP, SIM_DOWN };

/* ---- ledger.c ---- */

/* What an author handed in once. */
struct sim_filing {
    size_t key;
    struct report report;
    uint8_t content[DIGEST_SIZE];
    int64_t filed_ms;
    uint64_t revision; /* acknowledged as; 0: not (yet) */
    int64_t received_us;
    size_t node;          /* that acknowledged it ... */
    unsigned disk;        /* ... on this disk */
    bool is_excused;      /* every disk that held it is gone */
    int holder;           /* the node above its home that is said to hold it, SIM_NONE ... */
    unsigned holder_disk; /* ... on this disk */
    uint8_t marks;        /* bits that an operator was told are set */
    uint8_t marks_lost;   /* of them, those that every disk lost */
    int next;             /* of the same key, SIM_NONE at the end */
};

/* A content that stood under a revision number on some disk: filed again it is the same revision,
 * and the earliest of its times of receipt counts. */
struct sim_taken {
    uint64_t revision;
    uint8_t content[DIGEST_SIZE];
    int64_t received_us;
};

struct sim_key {
    int first, last;             /* its filings */
    uint64_t known[SIM_AUTHORS]; /* the revision that each author knows of */
    bool is_asking[SIM_AUTHORS];
    bool is_disturbed; /* a disk that held it was replaced, or its home has moved */
    bool may_fork;     /* its home has moved, or an old disk came back without a mark */
    struct sim_taken *taken;
    size_t taken_count, taken_capacity;
};

/* ---- ask.c ---- */

enum sim_ask_type {
    SIM_ASK_FILE,
    SIM_ASK_SAFE, /* the history of what was filed */
    SIM_ASK_MARK,
    SIM_ASK_ENROL,
    SIM_ASK_ENROL_REPORTER,
    SIM_ASK_REVOKE,
    SIM_ASK_PUBLISH,
    SIM_ASK_SAY, /* a reminder, a closing ... */
};

/* A request to a node over its local socket, or from afar, repeated until it is answered. */
struct sim_ask {
    enum sim_ask_type type;
    bool is_open;
    size_t node;
    uint64_t seq; /* of the latest try */
    unsigned tries;
    char refused[80]; /* the last time, and why */
    size_t filing;    /* FILE, SAFE, MARK */
    unsigned author;
    bool has_seen_warnings; /* FILE */
    uint32_t slip_unit;     /* FILE: for this unit at first, by mistake; 0: no mistake */
    size_t unit;            /* ENROL_REPORTER */
    int64_t delay_ms;       /* before the first try */
    uint64_t revision;      /* MARK */
    uint8_t bit;
    size_t child; /* ENROL, REVOKE */
    unsigned generation;
    uint8_t says;            /* SAY: enum notice_type; HEARD: the inbox is looked into */
    struct report_key about; /* SAY */
    uint32_t catalogue;      /* PUBLISH */
    uint32_t chunk;
};

/* ---- reporter.c ---- */

/* The remote reporter of a unit; there is one connection at a time. */
struct sim_reporter {
    uint32_t connection; /* 0: none; a new number for each */
    size_t node;         /* where it leads to ... */
    unsigned process;    /* ... and to which process */
    bool is_let_in;
    bool is_enrolling; /* an operator is at it */
    int64_t last_due_ms[2];
};

/* ---- follow.c ---- */

/* What a program was told last of a report. */
struct sim_told {
    uint64_t revision; /* 0: nothing */
    uint8_t states;
    bool is_withdrawn, counts;
};

/* A program that follows one node from the beginning. */
struct sim_follower {
    size_t node;
    unsigned disk; /* of the node, when it asked last */
    char cursor[WIRE_CURSOR_MAX + 1];
    struct sim_told *told; /* by key; NULL: it has not begun */
};
enum { SIM_FOLLOWERS = 3 };

/* ---- said.c ---- */

/* A notice that a node was asked to say, and answered. */
struct sim_said {
    struct notice_key key;
    size_t node;
    unsigned disk;
};

/* ---- all of it ---- */

struct sim {
    uint64_t seed, random;
    const char *folder; /* of all disks */
    int64_t now_ms;
    struct sim_country country;
    struct sim_node *nodes;
    size_t node_count;
    uint32_t connections;
    uint64_t epochs; /* of stores: each that is opened could be a new one */
    struct sim_queue {
        struct sim_due *items;
        size_t count, capacity;
        uint64_t order;
    } queue;
    unsigned rates[FAULT_COUNT]; /* in 100,000 */
    unsigned counts[FAULT_COUNT];
    size_t queue_limit;                 /* messages that a link's sender may queue */
    bool is_set_up, is_stormy, is_calm; /* calm: nothing strikes but the operators */
    const char *said;                   /* the kind of the message that is being sent */
    int64_t busy_ms;                    /* when something but pings was last said */
    struct buf catalogues[SIM_CATALOGUES_MAX + 1];
    struct catalogue *in_force[SIM_CATALOGUES_MAX + 1]; /* by number, from 1 */
    uint32_t published; /* the catalogue that was last put in force */
    bool is_publishing;
    struct sim_key *keys;
    size_t key_count;
    struct sim_filing *filings;
    size_t filing_count, filing_capacity;
    size_t asking_count;                          /* authors waiting for an answer */
    struct sim_reporter reporters[SIM_UNITS_MAX]; /* by unit */
    struct sim_follower followers[SIM_FOLLOWERS];
    struct sim_said *said_notices;
    size_t said_count, said_capacity;
    uint64_t follow_random;
    uint64_t settle_random;     /* of its own, so that settling changes nothing else ... */
    uint64_t settle_once_in;    /* ... of so many batches; 0: never */
    uint64_t pending_bytes_max; /* that wait in a store; 0: as many as may */
    struct sim_ask *asks;
    size_t ask_count, ask_capacity;
    uint64_t local_seq;
    size_t work_total, work_done;
    int64_t storm_from_ms, storm_ms;
    struct arena *arena; /* of the answer or filing in hand */
    struct arena *ahead; /* of the messages that a batch has opened already */
    FILE *trace;         /* NULL: only the hash */
    uint64_t trace_hash;
    size_t wrong_count; /* found so far */
    uint64_t acked_count, repeated_count, stale_count, refused_count, mark_count, excused_count;
    uint64_t closed_count;
    uint64_t afar_count, foreign_count, safe_count, story_count, told_count, told_anew_count;
};

/* Says what is wrong; the seed is printed at the end. */
void sim_wrong(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- queue.c ---- */

enum sim_due_type {
    SIM_DUE_MESSAGE,
    SIM_DUE_RUN,
    SIM_DUE_TIMER,
    SIM_DUE_ASK,
    SIM_DUE_STORM,
    SIM_DUE_RETIRE,
};

struct sim_due {
    int64_t due_ms;
    uint64_t order; /* ties are broken by it, so that a seed gives one trace */
    enum sim_due_type type;
    size_t index;  /* of the node or the ask */
    uint64_t mark; /* void unless it still is the node's timer, or the ask's seq */
    struct sim_message *message;
};

void sim_queue_put(struct sim *sim, struct sim_due due);
bool sim_queue_take(struct sim *sim, struct sim_due *ret_due);

/* ---- random and trace: trace.c ---- */

uint64_t sim_random(struct sim *sim, uint64_t below);
/* True once in `in` times. */
bool sim_once_in(struct sim *sim, uint64_t in);
/* True when the fault strikes now: counted. */
bool sim_strikes(struct sim *sim, enum sim_fault fault);
/* One event into the hash, and into the trace if there is one. */
void sim_trace(struct sim *sim, const char *what, uint64_t a, uint64_t b, struct span bytes);

/* ---- country.c ---- */

void sim_country_init(struct sim *sim, enum sim_size size);
/* The finished catalogue of that number; the caller frees it. */
struct catalogue *sim_country_catalogue(const struct sim *sim, uint32_t number);
/* The unit's parent in a period's tree, as an index; SIM_NONE at the root. */
int sim_unit_parent(const struct sim *sim, size_t unit, struct period period);
/* Whether it is in that tree, under catalogue `number`. */
bool sim_unit_is_in(const struct sim *sim, size_t unit, struct period period, uint32_t number);
bool sim_unit_has_ended_in(const struct sim *sim, size_t unit, struct period period);
/* The running node at or above the unit. */
size_t sim_home_of(const struct sim *sim, size_t unit);
/* Whether the unit is the node's or beneath it. */
bool sim_node_covers(const struct sim *sim, size_t node, size_t unit);
size_t sim_unit_of_node(const struct sim *sim, size_t node);

/* ---- owed.c ---- */

/* Exceptions, holidays and deadlines in working days into a catalogue that has the rest. */
void sim_owed_add(const struct sim *sim, struct catalogue *catalogue);
/* Whether the unit owes the form under the catalogue that was last published. */
enum sim_owed { SIM_NOT_OWED, SIM_OWED, SIM_EXCEPTED };
enum sim_owed sim_owed(const struct sim *sim, size_t unit, uint32_t form, struct period period);
/* Of what was first filed then. */
enum timeliness sim_timeliness(const struct sim *sim, size_t unit, struct period period,
                               struct instant judged);

/* ---- world.c ---- */

void sim_world_init(struct sim *sim);
/* How much waits in stores, and how often it is placed. */
void sim_settling_draw(struct sim *sim);
void sim_world_fini(struct sim *sim);
/* A node for the unit, with an empty disk; it is started by sim_start. Returns its index. */
size_t sim_add_node(struct sim *sim, size_t unit);
void sim_start(struct sim *sim, size_t node);
void sim_stop(struct sim *sim, size_t node);
/* The process ends at once and is started again some time later. */
void sim_crash(struct sim *sim, size_t node);
/* Jumps to the next thing that is due and lets it happen; false when nothing ever is. */
bool sim_advance(struct sim *sim);
void sim_run_soon(struct sim *sim, size_t node);
struct instant sim_clock(const struct sim *sim, size_t node);

/* ---- net.c ---- */

struct transport sim_transport(struct sim *sim, size_t node);
void sim_send_local(struct sim *sim, size_t to, struct span bytes);
/* Sends it on its way, where it may get lost. */
void sim_launch(struct sim *sim, const struct sim_message *message, struct span bytes);
void sim_arrive(struct sim *sim, struct sim_message *message);
/* The event that the message is to its receiver; false when its connection is gone. */
bool sim_open_message(struct sim *sim, const struct sim_message *message, struct event *ret_event);
void sim_free_message(struct sim *sim, struct sim_message *message);
void sim_fill_key(uint32_t unit, unsigned generation, uint8_t *ret_key);

/* ---- hooks.c ---- */

/* What is to befall the commits of the batch that `sim` is about to run. */
struct sim_fate {
    unsigned die_before_commit, die_after_commit; /* the nth from now; 0: none */
    bool is_full;                                 /* the disk */
    unsigned full_commits;                        /* so many commits find it so */
};
void sim_hooks_begin(struct sim *sim, size_t node, struct sim_fate fate);
/* Returns whether the process has died. */
bool sim_hooks_end(void);

/* ---- disk.c ---- */

void sim_disk_back_up(struct sim *sim, size_t node);
void sim_disk_lose(struct sim *sim, size_t node);
/* Puts the backup in place of the disk; `is_marked`: as tonghop restore does, else by hand. */
void sim_disk_restore(struct sim *sim, size_t node, bool is_marked);
/* The node's key was revoked, and at last its daemon is stopped; its disk is kept. */
void sim_disk_retire(struct sim *sim, size_t node);
/* Empties the disk of a node that is stopped. */
void sim_disk_wipe(const struct sim_node *node);
void sim_disk_remove(struct sim_node *node);

/* ---- folder.c ---- */

/* A new folder, and the descriptor that keeps it ours. */
char *sim_folder_new(int *ret_lock);
void sim_folder_remove(char **folder, int lock);

/* ---- faults.c ---- */

void sim_faults_draw(struct sim *sim);
/* What strikes nodes and links by itself, now and then. */
void sim_faults_storm(struct sim *sim);
/* No more faults; what is broken is mended. */
void sim_faults_end(struct sim *sim);

/* ---- ask.c ---- */

/* Opens a request and sends it; `ask` is copied. */
void sim_ask(struct sim *sim, const struct sim_ask *ask);
void sim_ask_again(struct sim *sim, size_t index, uint64_t seq);
/* A node answers: what it promises is held against its disk now, whether or not it arrives. */
void sim_ask_said(struct sim *sim, size_t node, struct span bytes);
/* The answer arrives. */
void sim_ask_answered(struct sim *sim, struct span bytes);
void sim_ask_close(struct sim *sim, size_t index);
size_t sim_ask_count_open(const struct sim *sim);

/* ---- reporter.c ---- */

/* Makes sure that the reporter is connected to the node; true when it is anew, so that it has to
 * say hello. */
bool sim_reporter_connect(struct sim *sim, size_t unit, size_t node);
void sim_reporter_send(struct sim *sim, size_t unit, struct span bytes);
/* A message of it has reached the node's door: false when its connection is gone, or its key is not
 * enrolled there. Then an operator is called. */
bool sim_reporter_is_let_in(struct sim *sim, const struct sim_message *message, uint8_t *ret_key);
/* The node's answer to the connection; it sets out at once. */
enum err sim_reporter_answer(struct sim *sim, size_t unit, uint32_t connection, struct span bytes);
void sim_reporter_hear(struct sim *sim, const struct sim_message *message);

/* ---- safe.c ---- */

/* The author of a filing that was just acknowledged may want to know when it is safe. */
void sim_safe_wait(struct sim *sim, size_t filing, unsigned author);
/* A node says who holds it, and the author hears it. */
void sim_safe_said(struct sim *sim, size_t ask, const Tonghop__History *history);
void sim_safe_heard(struct sim *sim, size_t ask, const Tonghop__History *history);
void sim_safe_refusal(struct sim *sim, size_t ask, const Tonghop__Refusal *refusal);
/* Whoever was said to hold it does, as long as its disk is there; but for node `but`, whose disk is
 * about to go (SIM_NONE: none). */
void sim_safe_check(struct sim *sim, const struct sim_filing *filing, int but);
/* At rest: or again, if a disk that is in use held it all the time. */
void sim_safe_check_rest(struct sim *sim, const struct sim_filing *filing);
/* One filing, chosen at random. */
void sim_safe_check_some(struct sim *sim);

/* ---- work.c, ledger.c ---- */

void sim_work_step(struct sim *sim);
/* A receipt leaves the node, and the author gets it. */
void sim_work_acknowledged(struct sim *sim, size_t ask, const Tonghop__Receipt *receipt);
void sim_work_receipt(struct sim *sim, size_t ask, const Tonghop__Receipt *receipt);
void sim_work_refusal(struct sim *sim, size_t ask, const Tonghop__Refusal *refusal);

void sim_ledger_init(struct sim *sim);
void sim_ledger_fini(struct sim *sim);
struct report_key sim_key_of(const struct sim *sim, size_t key);
size_t sim_key_unit(size_t key);
/* Whether what is filed waits for acceptance: by those above, whom the root has not. */
bool sim_key_is_manual(const struct sim *sim, size_t key);
size_t sim_key_index(const struct report_key *key);
/* A new filing of `key`; takes over the report. */
size_t sim_ledger_add(struct sim *sim, size_t key, struct report *report);
/* The same content is acknowledged again, under another revision: what was, is an entry of its own.
 */
void sim_ledger_keep(struct sim *sim, size_t filing);
/* The filing of `key` with that content, NULL if nobody ever made one. */
struct sim_filing *sim_ledger_find(struct sim *sim, size_t key, const uint8_t *content);
/* That head is on a disk. */
void sim_ledger_take(struct sim *sim, size_t key, const struct head *head);
/* When what became of a filing was received first, on whatever disk; as its receipt says if it was
 * replaced within the batch that took it in. */
int64_t sim_ledger_taken_us(const struct sim *sim, const struct sim_filing *filing);
/* The same content was on a disk under another number, too. */
bool sim_ledger_is_repeated(const struct sim *sim, const struct sim_filing *filing);
/* The content digest of a stored revision; false when it does not read. */
bool sim_content_of(struct sim *sim, struct span filing, uint8_t *ret_content);
/* Whether the node's store holds that content under any number; the marks of it if so. */
bool sim_node_holds(struct sim *sim, size_t node, const struct sim_filing *filing,
                    uint8_t *ret_states);
/* Whether it is in some node's quarantine: of two filings that two homes numbered alike the one
 * that gives way below the latest revision is kept for a person. */
bool sim_is_set_aside(struct sim *sim, const struct sim_filing *filing);
/* The node's disk is about to be replaced: what only it holds is excused. `backup` (NULL: none) is
 * what replaces it. */
void sim_ledger_disaster(struct sim *sim, size_t node, struct store *backup);
/* Keys of the unit and all beneath may be held apart, or numbered twice, from now on. */
void sim_ledger_disturb(struct sim *sim, size_t unit, bool may_fork);

/* ---- admin.c ---- */

void sim_admin_set_up(struct sim *sim);
/* The operator brings a replaced node's enrolments, and a root's catalogue, up to date. */
void sim_admin_repair(struct sim *sim, size_t node);
void sim_admin_enrol(struct sim *sim);
/* The remote reporter of the unit was not let in at its home. */
void sim_admin_enrol_reporter(struct sim *sim, size_t unit);
void sim_admin_revoke(struct sim *sim);
void sim_admin_publish(struct sim *sim);
void sim_admin_mark(struct sim *sim);
void sim_admin_done(struct sim *sim, size_t ask);
void sim_admin_refusal(struct sim *sim, size_t ask, const Tonghop__Refusal *refusal);

/* ---- oracle.c, duty.c ---- */

/* A value of one indicator as the oracle has it: a span, and how many units it is made of. */
struct sim_value {
    int64_t low, high;
    unsigned parts[QUALIFIER_COUNT];
    unsigned partial, implied, negative;
};

/* What is true of a key once the world is at rest: what its home says. */
struct sim_truth {
    struct head head; /* revision 0: nothing filed */
    const struct report *latest;
    const struct report *counted; /* NULL: none, or withdrawn */
};
struct sim_truth *sim_truth_new(struct sim *sim);
/* The value of the unit's roll-up, by recursion. */
struct sim_value sim_oracle(struct sim *sim, const struct sim_truth *truth,
                            const struct indicator *indicator, const struct report_key *key);
/* Every duty beneath the node. */
void sim_duty_check(struct sim *sim, const struct sim_truth *truth, size_t node);

/* ---- follow.c ---- */

/* Now and then one of the followers asks what has changed. */
void sim_follow_step(struct sim *sim);
/* At rest: each has been told of every report, as it is now. */
void sim_follow_check(struct sim *sim);
void sim_follow_fini(struct sim *sim);

/* ---- say.c ---- */

/* Somebody says something at some node. */
void sim_say_something(struct sim *sim);
/* The message of such a request, by `pack`. */
void sim_say_pack(struct sim *sim, const struct sim_ask *ask,
                  void (*pack)(struct sim *sim, Tonghop__Envelope *envelope, struct buf *out),
                  struct buf *out);
/* It was answered, and not refused. */
void sim_say_done(struct sim *sim, size_t ask);

/* ---- said.c ---- */

/* The node has another disk. If it knows that it was restored, what the node above holds by now is
 * to be heard before anything is taken in; and it takes something in. */
void sim_said_restored(struct sim *sim, size_t node, bool is_marked);
void sim_said_check_restored(struct sim *sim, size_t node);
/* The node has answered that it said this. */
void sim_said_note(struct sim *sim, size_t node, const struct notice_key *key);
/* At rest. */
void sim_said_check(struct sim *sim);

/* ---- questions.c ---- */

/* Asks the node, as a person there does who has said hello; the answer lives as long as
 * `*bytes`, which the caller frees. NULL, and wrong, if there is none. */
const Tonghop__Envelope *sim_question(struct sim *sim, size_t node, Tonghop__Envelope *envelope,
                                      struct buf *bytes);

/* Asks some nodes for totals and their stories. When the checks of the world at rest are done. */
void sim_questions_check(struct sim *sim);

/* ---- step_check.c, checks.c ---- */

void sim_check_receipt(struct sim *sim, size_t node, const struct sim_filing *filing,
                       const Tonghop__Receipt *receipt);
/* `sim->said` is on its way down: a revoked key is told nothing. */
void sim_check_answer(struct sim *sim, size_t node, size_t child);
void sim_check_limits(struct sim *sim, size_t node);
void sim_check_head(struct sim *sim, struct store_txn *txn, const struct report_key *key,
                    const struct head *head);
/* The head of that key is on the node's disk. */
void sim_note_head(struct sim *sim, size_t node, const struct report_key *key);
/* True when nothing is under way and every node is linked, in step and has nothing to send. */
bool sim_is_quiet(struct sim *sim);
/* Prints why it is not. */
void sim_say_restless(struct sim *sim);
void sim_check_rest(struct sim *sim);

#endif
