// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/liveness.h"
#include "diffjoule/store/schema.h"
#include "diffjoule/store/store.h"

namespace diffjoule::store {
namespace {

struct Candidate {
  std::int64_t number = 0;
  std::string id, state;
  bool there = false;
  bool same = true;
};

Result<std::vector<Candidate>> candidates_of(Database& database) {
  auto rows = database.prepare(
      "SELECT theirs.number, theirs.id, theirs.state, ours.id IS NOT NULL, ours.document IS theirs.document "
      "FROM other.measurement AS theirs LEFT JOIN main.measurement AS ours ON ours.id = theirs.id "
      "ORDER BY theirs.number");
  if (!rows) return forward(rows);
  std::vector<Candidate> all;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return all;
    all.push_back({rows->integer(0), rows->text(1), rows->text(2), rows->integer(3) != 0, rows->integer(4) != 0});
  }
}

Status run_with(Database& database, const std::string& statement, std::int64_t first, std::int64_t second_one) {
  auto prepared = database.prepare(statement);
  if (!prepared) return forward(prepared);
  return prepared->bind(1, first).bind(2, second_one).run();
}

// The rows of one measurement, under a number of its own here.
Status copy(Database& database, const Candidate& candidate) {
  auto row = database.prepare(
      "INSERT INTO main.measurement SELECT NULL, id, CASE state WHEN 'running' THEN 'cut off' ELSE state END, source, "
      "host, command, program, started_s, elapsed_s, energy_j, energy_uncertainty_j, boundary, doubts, document "
      "FROM other.measurement WHERE number = ?");
  if (!row) return forward(row);
  if (auto done = row->bind(1, candidate.number).run(); !done) return done;
  const std::int64_t number = database.last_row();
  for (const auto& [table, columns] : {std::pair{"device", "position, document"},
                                       {"phase", "position, name, count, elapsed_s, energy_j"},
                                       {"span", "position, name, begin_ns, end_ns"}}) {
    const std::string statement = std::string("INSERT INTO main.") + table + " SELECT ?1, " + columns + " FROM other." +
                                  table + " WHERE measurement = ?2 ORDER BY position";
    if (auto done = run_with(database, statement, number, candidate.number); !done) return done;
  }
  return run_with(database,
                  "INSERT INTO main.readings SELECT NULL, ?1, first_ns, last_ns, bytes FROM other.readings "
                  "WHERE measurement = ?2 ORDER BY number",
                  number, candidate.number);
}

Status take_in(Database& database, const std::string& other, Merged& merged) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return forward(transaction);
  auto candidates = candidates_of(database);
  if (!candidates) return forward(candidates);
  for (const Candidate& c : *candidates) {
    if (c.there) {
      ++merged.already_there;
      if (!c.same) merged.differing.push_back(c.id);
    } else if (c.state == "running" && is_alive(other, c.number).value_or(true)) {
      merged.left_out.push_back(c.id + ": it is still being measured; merge again when it has ended");
    } else {
      if (auto done = copy(database, c); !done) return done;
      ++merged.added;
    }
  }
  return transaction->commit();
}

}  // namespace

Result<Merged> Store::merge(const std::string& other) {
  {
    auto looked_at = Database::open(other, Database::Mode::read_only, 5.0 * second);
    if (!looked_at) return forward(looked_at);
    if (auto known = prepare_schema(*looked_at, false); !known) return forward(known);
  }
  auto attach = database_.prepare("ATTACH DATABASE ? AS other");
  if (!attach) return forward(attach);
  if (auto done = attach->bind(1, other).run(); !done) return forward(done, "merging " + other);
  Merged merged;
  auto done = take_in(database_, other, merged);
  const auto detached = database_.execute("DETACH DATABASE other");
  if (!done) return forward(done, "merging " + other);
  if (!detached) return tl::unexpected<Error>(detached.error());
  return merged;
}

}  // namespace diffjoule::store
