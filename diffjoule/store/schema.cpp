// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/schema.h"

namespace diffjoule::store {
namespace {

constexpr std::int64_t application = 0x646a6c31;  // "djl1", what file(1) and others see

constexpr const char* tables = R"(
CREATE TABLE measurement(
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'cut off')),
  source TEXT NOT NULL,
  host TEXT NOT NULL,
  command TEXT NOT NULL,
  program TEXT NOT NULL,
  started_s REAL NOT NULL,
  elapsed_s REAL,
  energy_j REAL,
  energy_uncertainty_j REAL,
  boundary TEXT NOT NULL,
  doubts INTEGER NOT NULL,
  document TEXT);
CREATE INDEX measurement_started ON measurement(started_s);
CREATE TABLE device(
  measurement INTEGER NOT NULL REFERENCES measurement(number),
  position INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (measurement, position)) WITHOUT ROWID;
CREATE TABLE phase(
  measurement INTEGER NOT NULL REFERENCES measurement(number),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  elapsed_s REAL,
  energy_j REAL,
  PRIMARY KEY (measurement, position)) WITHOUT ROWID;
CREATE INDEX phase_name ON phase(name);
CREATE TABLE span(
  measurement INTEGER NOT NULL REFERENCES measurement(number),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  begin_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  PRIMARY KEY (measurement, position)) WITHOUT ROWID;
CREATE TABLE readings(
  number INTEGER PRIMARY KEY,
  measurement INTEGER NOT NULL REFERENCES measurement(number),
  first_ns INTEGER NOT NULL,
  last_ns INTEGER NOT NULL,
  bytes BLOB NOT NULL);
CREATE INDEX readings_measurement ON readings(measurement, number);
)";

Status create(Database& database) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return forward(transaction);
  // Another process may have been first.
  auto version = database.integer("PRAGMA user_version");
  if (!version) return forward(version);
  if (*version == schema_version) return {};
  const std::string marks = "PRAGMA application_id = " + std::to_string(application) +
                            "; PRAGMA user_version = " + std::to_string(schema_version) + ";";
  if (auto made = database.execute(tables + marks); !made) return made;
  return transaction->commit();
}

}  // namespace

Status prepare_schema(Database& database, bool may_write) {
  // The first look at the file: what is no database, is locked or broken shows here.
  auto objects = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return forward(objects);
  auto owner = database.integer("PRAGMA application_id");
  auto version = database.integer("PRAGMA user_version");
  if (!owner) return forward(owner);
  if (!version) return forward(version);
  const std::string path = "store " + database.path() + ": ";
  if (*objects > 0 && *owner != application)
    return fail(ErrorCode::invalid_data,
                path + "a database of another program; move it away, or name another place with --store FILE");
  if (*objects > 0 && *version != schema_version)
    return fail(ErrorCode::invalid_data,
                path + "written in version " + std::to_string(*version) + " of the store, this program knows version " +
                    std::to_string(schema_version) + "; " +
                    (*version > schema_version ? "use a newer diffjoule" : "use the diffjoule that wrote it") +
                    ", or name another place with --store FILE");
  if (!may_write) {
    if (*objects == 0) return fail(ErrorCode::invalid_data, path + "an empty database, expected a store");
    return {};
  }
  if (auto set = database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
      !set)
    return set;
  return *objects > 0 ? Status{} : create(database);
}

}  // namespace diffjoule::store
