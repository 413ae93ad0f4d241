/* Coverage: which units had to report, which did, when, and which did not. A set of units, not a
 * percentage: rates derive from the sets and cannot exceed 100 %. */
#ifndef CORE_COVERAGE_H
#define CORE_COVERAGE_H

#include "core/report.h"
#include "core/tree.h"

enum coverage_state {
    COVERAGE_MISSING = 1,
    COVERAGE_WAITING = 2, /* filed, not accepted yet */
    COVERAGE_ACCEPTED = 3,
    COVERAGE_RETURNED = 4,
    COVERAGE_COVERED = 5, /* filed nothing, and a whole report above stands for it (covered_by) */
};

enum timeliness {
    TIMELINESS_NONE = 0,  /* nothing filed, or filed after the window with no deadline set */
    TIMELINESS_EARLY = 1, /* in time, and before the window ended: allowed and marked */
    TIMELINESS_ON_TIME = 2,
    TIMELINESS_LATE = 3, /* after the deadline, even where that lies before the window's end */
};

/* Whether the unit is to file: nothing was, or what was is returned. That a period is closed is
 * another matter. */
bool coverage_is_to_file(enum coverage_state state);

/* What is known of one filed report. */
struct coverage_filing {
    uint64_t revision; /* 0: nothing filed */
    uint8_t states;    /* state bits of the latest revision */
    uint8_t scope;
    bool is_withdrawn;
    struct instant first_filed; /* by the clock of its home */
    struct instant arrived;     /* above its home, whose clock was wrong then: it is judged by this
                                   one; 0: the clock was right */
};

struct coverage_source {
    void *ctx;
    /* The filing of (unit, form) for `label` of the same kind and year. */
    struct coverage_filing (*filing)(void *ctx, uint32_t unit, uint32_t form,
                                     enum period_label label);
    /* Whether that revision has no figures; NULL: nobody wants to know, and none is. */
    bool (*is_nil)(void *ctx, uint32_t unit, uint32_t form, enum period_label label,
                   uint64_t revision);
};

/* One duty: a unit that owes a form in the period. */
struct coverage_line {
    uint32_t unit;
    uint32_t form;
    enum coverage_state state;
    enum timeliness timeliness;
    struct instant first_filed;
    bool is_clock_off; /* it was judged by when it arrived above, and first_filed is wrong */
    uint64_t revision;
    /* The S2 duty is met by S2 or by the year; the year's by itself or, since its figure is then
     * their sum, by both halves (met_by S2, with the worse state and the later filing of the two).
     * Of two ways the one that has come further is named, and first_filed is the earlier one. The
     * period's own label when missing. */
    enum period_label met_by;
    bool is_nil;         /* what met it has no figures: of both halves, neither has */
    uint32_t covered_by; /* nearest unit above whose whole report stands for it, 0 if none: also
                            for a unit that filed, whose figures are then not added */
};

/* A form that a unit would owe in the period, but for an exception. */
struct coverage_excepted {
    uint32_t unit;
    uint32_t form;
    const struct duty_exception *exception; /* belongs to the catalogue */
};

/* How many duties are what. Each duty is due, and one of filed, covered and missing; what is filed
 * is one of accepted, waiting and returned, and one of early, on time, late and untimed (filed
 * after the period, for which no deadline is set). So due = filed + covered + missing, filed =
 * accepted + waiting + returned = early + on_time + late + untimed,  nil <= filed. What is excepted
 * is not due. */
struct coverage_counts {
    uint32_t due, filed, covered, missing;
    uint32_t accepted, waiting, returned;
    uint32_t early, on_time, late, untimed;
    uint32_t nil;
    uint32_t excepted;
};

/* The counts of a unit directly beneath another, with all that lies beneath it. */
struct coverage_row {
    uint32_t unit;
    struct coverage_counts counts;
};

struct coverage {
    struct coverage_line *lines; /* depth first, forms in order */
    size_t count, capacity;
    struct coverage_excepted *excepted; /* likewise; none of them is a line */
    size_t excepted_count, excepted_capacity;
    struct coverage_counts counts;
};

void coverage_fini(struct coverage *coverage);
/* Overwrites `ret_coverage` (zero-initialised or used before; coverage_fini). Coverage of the
 * subtree of unit `root`, empty if it is not in the tree; units that ended owe nothing. A unit
 * beneath a whole report that covers the label (year.h) is COVERED unless it filed itself. */
void coverage_build(const struct catalogue *catalogue, const struct tree *tree, uint32_t root,
                    const struct coverage_source *source, struct coverage *ret_coverage);
/* Leaves only what is of forms that the body of that code answers for. */
void coverage_keep_body(const struct catalogue *catalogue, const char *body,
                        struct coverage *coverage);
/* The counts of the subtree of `root`, which `coverage` is of, in parts that add up to it: first
 * those of `root` itself where it has any, then those of each unit directly beneath that has not
 * ended. The caller frees. */
struct coverage_row *coverage_by_child(const struct tree *tree, uint32_t root,
                                       const struct coverage *coverage, size_t *ret_count);
/* Whether the unit at `index` of the tree owes the form in the tree's period: it has not ended, is
 * of a level and type that owe it for the label, and not excepted. `*ret_exception` (may be NULL)
 * is the exception that frees it, or NULL. */
bool coverage_is_owed(const struct catalogue *catalogue, const struct tree *tree, uint32_t index,
                      const struct form *form, const struct duty_exception **ret_exception);
/* The line of one duty: of the unit at `index` of the tree, which must owe `form`. */
struct coverage_line coverage_duty(const struct catalogue *catalogue, const struct tree *tree,
                                   uint32_t index, uint32_t form,
                                   const struct coverage_source *source);

#endif
