// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/measurement_row.h"

#include "diffjoule/io/json.h"

namespace diffjoule::store {
namespace {

template <class Q>
std::optional<double> number_of(const std::optional<Q>& quantity, Q unit) {
  return quantity ? std::optional<double>(quantity->in(unit)) : std::nullopt;
}

void bind_columns(Statement& s, const Entry& e, State state, const std::string& document) {
  s.bind(1, e.id).bind(2, name(state)).bind(3, e.source).bind(4, e.host).bind(5, e.command).bind(6, e.program);
  s.bind(7, e.started.in(second)).bind(8, number_of(e.elapsed, second));
  s.bind(9, e.energy ? std::optional(e.energy->value.in(joule)) : std::nullopt);
  s.bind(10, e.energy ? std::optional(e.energy->uncertainty.in(joule)) : std::nullopt);
  s.bind(11, e.boundary).bind(12, e.doubts);
  if (document.empty()) {
    s.bind_null(13);
  } else {
    s.bind(13, document);
  }
}

Status write_phases(Database& database, std::int64_t number, const std::vector<EntryPhase>& phases) {
  auto statement = database.prepare("INSERT INTO phase VALUES (?, ?, ?, ?, ?, ?)");
  if (!statement) return forward(statement);
  std::int64_t position = 0;
  for (const EntryPhase& p : phases) {
    statement->bind(1, number).bind(2, position++).bind(3, p.name).bind(4, p.count);
    statement->bind(5, number_of(p.elapsed, second)).bind(6, number_of(p.energy, joule));
    if (auto done = statement->run(); !done) return done;
  }
  return {};
}

Result<State> state_named(const std::string& text) {
  for (const State state : {State::running, State::ended, State::cut_off}) {
    if (text == name(state)) return state;
  }
  return fail(ErrorCode::invalid_data, "a measurement has the state \"" + text + "\", which is not known");
}

}  // namespace

Result<std::int64_t> insert_row(Database& database, const Entry& entry, State state, const std::string& document) {
  auto statement = database.prepare(
      "INSERT INTO measurement (id, state, source, host, command, program, started_s, elapsed_s, energy_j, "
      "energy_uncertainty_j, boundary, doubts, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return forward(statement);
  bind_columns(*statement, entry, state, document);
  if (auto done = statement->run(); !done) return forward(done);
  const std::int64_t number = database.last_row();
  if (auto done = write_phases(database, number, entry.phases); !done) return forward(done);
  return number;
}

Status update_row(Database& database, std::int64_t number, const Entry& entry, State state,
                  const std::string& document) {
  auto statement = database.prepare(
      "UPDATE measurement SET id = ?, state = ?, source = ?, host = ?, command = ?, program = ?, started_s = ?, "
      "elapsed_s = ?, energy_j = ?, energy_uncertainty_j = ?, boundary = ?, doubts = ?, document = ? "
      "WHERE number = ?");
  if (!statement) return forward(statement);
  bind_columns(*statement, entry, state, document);
  statement->bind(14, number);
  if (auto done = statement->run(); !done) return done;
  auto old = database.prepare("DELETE FROM phase WHERE measurement = ?");
  if (!old) return forward(old);
  if (auto done = old->bind(1, number).run(); !done) return done;
  return write_phases(database, number, entry.phases);
}

Result<Stored> stored_of(const Statement& row) {
  Stored s;
  s.entry.id = row.text(1);
  auto state = state_named(row.text(2));
  if (!state) return forward(state);
  s.state = *state;
  s.entry.source = row.text(3);
  s.entry.host = row.text(4);
  s.entry.command = row.text(5);
  s.entry.program = row.text(6);
  s.entry.started = row.real(7) * second;
  if (const auto elapsed = row.real_or_none(8)) s.entry.elapsed = *elapsed * second;
  if (const auto energy = row.real_or_none(9))
    s.entry.energy = Estimate<Energy>{*energy * joule, row.real_or_none(10).value_or(0.0) * joule};
  s.entry.boundary = row.text(11);
  s.entry.doubts = row.integer(12);
  if (!row.is_null(13)) {
    auto document = io::parse_json(row.text(13));
    if (!document) return forward(document, "measurement " + s.entry.id);
    s.document = std::move(*document);
  }
  return s;
}

Result<std::vector<EntryPhase>> phases_of(Database& database, std::int64_t number) {
  auto rows =
      database.prepare("SELECT name, count, elapsed_s, energy_j FROM phase WHERE measurement = ? ORDER BY position");
  if (!rows) return forward(rows);
  rows->bind(1, number);
  std::vector<EntryPhase> phases;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return phases;
    EntryPhase p{rows->text(0), rows->integer(1), std::nullopt, std::nullopt};
    if (const auto elapsed = rows->real_or_none(2)) p.elapsed = *elapsed * second;
    if (const auto energy = rows->real_or_none(3)) p.energy = *energy * joule;
    phases.push_back(std::move(p));
  }
}

}  // namespace diffjoule::store
