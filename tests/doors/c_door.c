/* SPDX-FileCopyrightText: The diffjoule authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The C door from C11. Without arguments: calls every function, right and wrong, and checks what it says. With
 * `call VERB REQUEST`: prints the answer, for tests/doors/same_answers_test.py. With `window SECONDS`: prints a window.
 */
#include <diffjoule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int failures = 0;

#define CHECK(what)                                                      \
  do {                                                                   \
    if (!(what)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
      ++failures;                                                        \
    }                                                                    \
  } while (0)

static void sleep_for(double seconds) {
  struct timespec length;
  length.tv_sec = (time_t)seconds;
  length.tv_nsec = (long)((seconds - (double)length.tv_sec) * 1e9);
  while (nanosleep(&length, &length) != 0) {
  }
}

static int says(const diffjoule_answer* answer, const char* words) {
  return strstr(diffjoule_answer_text(answer), words) != NULL;
}

/* Asks, checks the code and the words, gives the answer back. */
static void ask(const char* verb, const char* request, diffjoule_code expected, const char* words) {
  diffjoule_answer* answer = NULL;
  const diffjoule_code code = diffjoule_call(verb, request, &answer);
  if (code != expected || answer == NULL || !says(answer, words)) {
    fprintf(stderr, "%s %s: code %d, expected %d and \"%s\" in: %s\n", verb ? verb : "NULL", request ? request : "NULL",
            (int)code, (int)expected, words, diffjoule_answer_text(answer));
    ++failures;
  }
  diffjoule_answer_free(answer);
}

static void calls(void) {
  CHECK(strchr(diffjoule_version(), '.') != NULL);
  ask("count", "{\"model\": \"sd15\", \"steps\": 2}", DIFFJOULE_OK, "\"steps\": 2");
  ask("count", "{\"model\": \"nobody-knows-this\"}", DIFFJOULE_NOT_FOUND, "nobody-knows-this");
  ask("count", "{\"model\": \"sd15\", \"stepz\": 2}", DIFFJOULE_INVALID_ARGUMENT, "steps");
  ask("count", "{\"model\": ", DIFFJOULE_INVALID_DATA, "the request of count");
  ask("count", "[1]", DIFFJOULE_INVALID_ARGUMENT, "expected a JSON object");
  ask("count", NULL, DIFFJOULE_INVALID_ARGUMENT, "missing");
  ask("cuont", "{}", DIFFJOULE_NOT_FOUND, "count");
  ask(NULL, "{}", DIFFJOULE_NOT_FOUND, "error");
  ask("list", "{\"what\": \"gpus\", \"data\": \"/nowhere/at/all\"}", DIFFJOULE_NOT_FOUND, "/nowhere/at/all");
  ask("list", "{\"what\": \"gpus\", \"data\": 3}", DIFFJOULE_INVALID_ARGUMENT, "an integer");
  ask("measure", "{\"command\": [\"true\"]}", DIFFJOULE_UNAVAILABLE, "diffjoule_meter_open");
  CHECK(diffjoule_call("list", "{\"what\": \"gpus\"}", NULL) == DIFFJOULE_OK);
  CHECK(strcmp(diffjoule_answer_text(NULL), "") == 0 && strcmp(diffjoule_answer_notes(NULL), "") == 0);
  diffjoule_answer_free(NULL);
}

static void refusals_of_the_meter(void) {
  diffjoule_meter* meter = NULL;
  diffjoule_answer* answer = NULL;
  diffjoule_window window = {0};
  CHECK(diffjoule_meter_open("{\"period\": 1}", &meter, &answer) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(meter == NULL && says(answer, "period_s"));
  diffjoule_answer_free(answer);
  CHECK(diffjoule_meter_open("{\"period_s\": 0.001}", &meter, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_open("{\"devices\": [1]}", &meter, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_open("{\"own_processes\": [0]}", &meter, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_open("{\"align\": 1}", &meter, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_open("{\"root\": \"\"}", &meter, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_open("not json", &meter, NULL) == DIFFJOULE_INVALID_DATA);
  CHECK(diffjoule_meter_open(NULL, NULL, NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_begin(NULL, "denoise", &window) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_end(NULL, window, &answer) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(says(answer, "open one first"));
  diffjoule_answer_free(answer);
  diffjoule_meter_close(NULL);
}

static void windows(void) {
  diffjoule_meter* meter = NULL;
  diffjoule_answer* answer = NULL;
  diffjoule_window outer = {0}, inner = {0}, never = {987654321};
  CHECK(diffjoule_meter_open("{\"period_s\": 0.05}", &meter, &answer) == DIFFJOULE_OK);
  CHECK(says(answer, "\"devices\"") && says(answer, "\"advice\""));
  diffjoule_answer_free(answer);
  if (meter == NULL) return;
  CHECK(diffjoule_meter_begin(meter, "", &outer) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_begin(meter, "run", NULL) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(diffjoule_meter_begin(meter, "run", &outer) == DIFFJOULE_OK);
  CHECK(diffjoule_meter_begin(meter, "denoise", &inner) == DIFFJOULE_OK);
  sleep_for(0.02);
  CHECK(diffjoule_meter_end(meter, inner, NULL) == DIFFJOULE_OK);
  CHECK(diffjoule_meter_end(meter, outer, &answer) == DIFFJOULE_OK);
  CHECK(says(answer, "\"energy_j\"") && says(answer, "\"energy_uncertainty_j\"") && says(answer, "\"elapsed_s\": "));
  CHECK(says(answer, "\"verdict\"") && says(answer, "\"parts\"") && says(answer, "\"name\": \"run\""));
  diffjoule_answer_free(answer);
  CHECK(diffjoule_meter_end(meter, inner, &answer) == DIFFJOULE_OK); /* asked for later */
  CHECK(says(answer, "\"name\": \"denoise\""));
  diffjoule_answer_free(answer);
  CHECK(diffjoule_meter_end(meter, never, &answer) == DIFFJOULE_INVALID_ARGUMENT);
  CHECK(says(answer, "never begun"));
  diffjoule_answer_free(answer);
  diffjoule_meter_close(meter);
}

static void marks(void) {
  unsetenv("DIFFJOULE_PHASES");
  CHECK(diffjoule_mark(DIFFJOULE_BEGIN, "denoise", 1) == DIFFJOULE_NOT_MEASURED);
  setenv("DIFFJOULE_PHASES", "unix:/nowhere/at/all", 1);
  CHECK(diffjoule_mark(DIFFJOULE_BEGIN, "denoise", 1) == DIFFJOULE_DROPPED);
  CHECK(diffjoule_mark(DIFFJOULE_BEGIN, NULL, 1) == DIFFJOULE_INVALID_ARGUMENT);
  unsetenv("DIFFJOULE_PHASES");
}

static int print_call(const char* verb, const char* request) {
  diffjoule_answer* answer = NULL;
  const diffjoule_code code = diffjoule_call(verb, request, &answer);
  puts(diffjoule_answer_text(answer));
  diffjoule_answer_free(answer);
  return (int)code;
}

static int print_window(double seconds) {
  diffjoule_meter* meter = NULL;
  diffjoule_window window;
  diffjoule_answer* answer = NULL;
  diffjoule_code code = diffjoule_meter_open(NULL, &meter, NULL);
  if (code == DIFFJOULE_OK) code = diffjoule_meter_begin(meter, "sleep", &window);
  if (code == DIFFJOULE_OK) {
    sleep_for(seconds);
    code = diffjoule_meter_end(meter, window, &answer);
    puts(diffjoule_answer_text(answer));
  }
  diffjoule_answer_free(answer);
  diffjoule_meter_close(meter);
  return (int)code;
}

/* Three marks to the meter of DIFFJOULE_PHASES. */
static int send_marks(void) {
  int code = (int)diffjoule_mark(DIFFJOULE_BEGIN, "denoise", 7);
  code |= (int)diffjoule_mark(DIFFJOULE_MARK, "image", 0);
  return code | (int)diffjoule_mark(DIFFJOULE_END, "denoise", 7);
}

int main(int count, char** arguments) {
  if (count == 4 && strcmp(arguments[1], "call") == 0) return print_call(arguments[2], arguments[3]);
  if (count == 3 && strcmp(arguments[1], "window") == 0) return print_window(strtod(arguments[2], NULL));
  if (count == 2 && strcmp(arguments[1], "marks") == 0) return send_marks();
  calls();
  refusals_of_the_meter();
  windows();
  marks();
  if (failures > 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}
