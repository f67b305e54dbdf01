/* SPDX-FileCopyrightText: The diffjoule authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The door for programs, usable from C11 on: every verb of `diffjoule` by name, and the meter.
 *
 * Units stand in the names of the JSON members: energy_j in joules, duration_s in seconds, power_w in watts.
 * Uncertainties are standard uncertainties (one standard deviation). A value that is not available is null with the
 * reason beside it, never 0.
 *
 * Ownership: what a function writes through a pointer to a pointer belongs to the caller, who gives it back through the
 * one function that takes that type without const: diffjoule_answer_free, diffjoule_meter_close. All other pointers are
 * borrowed. Text is UTF-8 and ends with a zero; text that goes in is copied.
 *
 * Errors: a function that can fail returns a diffjoule_code. Where it takes an answer it writes one in every case but
 * DIFFJOULE_OUT_OF_MEMORY (then NULL): the result, or {"error": {"code": "not_found", "message": "..."}}. No C++
 * exception leaves the library.
 *
 * Threads: every function may be called from any thread at any time, except that nobody may use an answer or a meter
 * while or after it is given back. After fork() a meter works in the parent only; the child may open one of its own.
 */
#ifndef DIFFJOULE_H
#define DIFFJOULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DIFFJOULE_EXPORT __attribute__((visibility("default")))
#else
#define DIFFJOULE_EXPORT
#endif

/* Changes when a program built against an older header would break; it is the number in libdiffjoule.so.1. */
#define DIFFJOULE_ABI 1

/* The first two carry a result, the others an error. Programs must expect numbers that later versions add. */
typedef enum diffjoule_code {
  DIFFJOULE_OK = 0,
  DIFFJOULE_PARTIAL = 1,          /* answered, but something was left out: the answer's notes say what */
  DIFFJOULE_INVALID_ARGUMENT = 2, /* the request cannot be meant */
  DIFFJOULE_INVALID_DATA = 3,     /* a file or a table is not what it should be */
  DIFFJOULE_NOT_FOUND = 4,        /* a file or an entry does not exist */
  DIFFJOULE_UNAVAILABLE = 5,      /* this machine, or this door, cannot answer it */
  DIFFJOULE_UNIDENTIFIABLE = 6,   /* the data do not determine what was asked for */
  DIFFJOULE_OUT_OF_MEMORY = 7,
  DIFFJOULE_INTERNAL = 8,     /* a fault of the library, in its message */
  DIFFJOULE_NOT_MEASURED = 9, /* diffjoule_mark: not run under `diffjoule measure`; nothing was done */
  DIFFJOULE_DROPPED = 10      /* diffjoule_mark: the meter does not keep up or is gone; the mark is lost */
} diffjoule_code;

typedef struct diffjoule_answer diffjoule_answer;
typedef struct diffjoule_meter diffjoule_meter;

/* A window of one meter. Plain value: copy it freely, there is nothing to give back. */
typedef struct diffjoule_window {
  uint64_t id;
} diffjoule_window;

/* "0.2.0". Lives as long as the library. */
DIFFJOULE_EXPORT const char* diffjoule_version(void);

/* Asks a verb ("count", "predict", "list", ...; `diffjoule --help` lists them). `request_json` is an object whose
 * members are the flags of that verb by their long names, {"model": "flux1-dev", "gpu": "H100-SXM-80GB", "steps": 20};
 * NULL or "" is the empty request. One member more is understood by every verb: "data", a folder whose files come
 * before the built-in ones. The answer is what `diffjoule VERB --json` prints. Verbs that run a program or never end
 * (measure, exporter) are DIFFJOULE_UNAVAILABLE here: open a meter instead. */
DIFFJOULE_EXPORT diffjoule_code diffjoule_call(const char* verb, const char* request_json, diffjoule_answer** answer);

/* The JSON document. Never NULL for an answer; lives as long as it. */
DIFFJOULE_EXPORT const char* diffjoule_answer_text(const diffjoule_answer* answer);

/* What the command line would say beside the answer, one note a line; "" where there is none. Lives as long as the
 * answer. */
DIFFJOULE_EXPORT const char* diffjoule_answer_notes(const diffjoule_answer* answer);

/* NULL is allowed. */
DIFFJOULE_EXPORT void diffjoule_answer_free(diffjoule_answer* answer);

/* Finds the sensors of this machine and starts one sampling thread over them. `options_json` (NULL or "": all
 * defaults): "period_s"       between samples, at least 0.01; default: each sensor's own update period "align" true:
 * follow the energy counter to its next step at the edges of a window (default), false: do not "devices"        list of
 * device ids or their beginnings; default: all "own_processes"  list of process ids whose use of a shared device is
 * ours; default: this process "requests"       sensors that are asked for by name: "model:cpu=65", "replay:FILE",
 * "wall:tcp://127.0.0.1:5555" "root"           where /sys, /proc and /dev are found, "/host" in a container; default:
 * "/" "idle_s"         takes an idle baseline of that many seconds before it returns; default: none The answer (NULL:
 * not wanted) lists "devices" and, in "advice", what would make more available. A machine without any sensor is no
 * error: its windows say that nothing could be read. */
DIFFJOULE_EXPORT diffjoule_code diffjoule_meter_open(const char* options_json, diffjoule_meter** meter,
                                                     diffjoule_answer** answer);

/* Marks the beginning of a window, now. Windows may nest and overlap. Costs microseconds: no driver is called. Work of
 * a GPU is asynchronous: synchronise with the device before both edges. */
DIFFJOULE_EXPORT diffjoule_code diffjoule_meter_begin(diffjoule_meter* meter, const char* name,
                                                      diffjoule_window* window);

/* Marks the end of a window, now, if it was not ended yet. With `answer` it waits (at most 0.3 s) for the samples that
 * the last edge needs and gives the result; with NULL it only marks, and the result is had by calling it again later.
 * The answer: "energy_j" and "energy_uncertainty_j" (counted parts added up, idle included; null where there is none),
 * "above_idle_energy_j" (null without an idle baseline), "elapsed_s", "name", "parts" with both instruments for each
 * part of each device, and "verdict", the list of doubts: empty is trustworthy. */
DIFFJOULE_EXPORT diffjoule_code diffjoule_meter_end(diffjoule_meter* meter, diffjoule_window window,
                                                    diffjoule_answer** answer);

/* Stops the thread and gives the sensors back. NULL is allowed. */
DIFFJOULE_EXPORT void diffjoule_meter_close(diffjoule_meter* meter);

typedef enum diffjoule_event { DIFFJOULE_BEGIN = 0, DIFFJOULE_END = 1, DIFFJOULE_MARK = 2 } diffjoule_event;

/* Tells the `diffjoule measure` that this program runs under (environment variable DIFFJOULE_PHASES) that a phase
 * begins or ends now, or that something happened. A begin and an end belong together by name and id; any id will do.
 * Waits only while the meter's queue is full, at most 50 ms; then, or where the meter is gone, the mark is lost and the
 * code is DIFFJOULE_DROPPED: nobody else counts it. A name longer than 200 bytes is cut between two characters.
 * DIFFJOULE_NOT_MEASURED where nobody measures: programs may leave their marks in. */
DIFFJOULE_EXPORT diffjoule_code diffjoule_mark(diffjoule_event event, const char* name, uint64_t id);

#ifdef __cplusplus
}
#endif

#endif
