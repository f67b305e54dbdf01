// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/store.h"

#include <algorithm>
#include <filesystem>

#include "diffjoule/io/json.h"
#include "diffjoule/store/device_document.h"
#include "diffjoule/store/liveness.h"
#include "diffjoule/store/measurement_row.h"
#include "diffjoule/store/readings.h"
#include "diffjoule/store/schema.h"

namespace diffjoule::store {
namespace {

Status make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::unavailable, "store " + path + ": its folder cannot be made: " + error.message() +
                                            "; name another place with --store FILE");
  return {};
}

Result<std::int64_t> number_of(Database& database, const std::string& id) {
  auto row = database.prepare("SELECT number FROM measurement WHERE id = ?");
  if (!row) return forward(row);
  auto there = row->bind(1, id).step();
  if (!there) return forward(there);
  if (!*there) return fail(ErrorCode::not_found, "store " + database.path() + ": no measurement \"" + id + "\"");
  return row->integer(0);
}

// `text` as a LIKE pattern that matches what begins so.
std::string beginning_with(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

// One call of the sink for all readings of a device at a moment.
void hand_over(std::span<const StoredReading> same, measure::Sink& sink) {
  std::vector<std::size_t> channels;
  std::vector<sensors::Reading> readings;
  for (const StoredReading& r : same) {
    channels.push_back(r.channel);
    readings.push_back(r.reading);
  }
  sink.take({same.front().device, same.front().time, channels, readings});
}

void hand_over_batch(std::vector<StoredReading> batch, measure::Sink& sink) {
  std::stable_sort(batch.begin(), batch.end(), [](const StoredReading& a, const StoredReading& b) {
    return std::pair(a.time, a.device) < std::pair(b.time, b.device);
  });
  for (auto from = batch.begin(); from != batch.end();) {
    const auto to = std::find_if(
        from, batch.end(), [from](const StoredReading& r) { return r.time != from->time || r.device != from->device; });
    hand_over({from, to}, sink);
    from = to;
  }
}

}  // namespace

Result<Store> Store::open(const std::string& path, Duration patience) {
  if (auto made = make_folder_of(path); !made) return forward(made);
  auto database = Database::open(path, Database::Mode::create, patience);
  if (!database) return forward(database);
  if (auto ready = prepare_schema(*database, true); !ready) return forward(ready);
  Store store(std::move(*database));
  if (auto looked = store.find_cut_off(); !looked) return forward(looked);
  return store;
}

Status Store::find_cut_off() {
  auto running = database_.prepare("SELECT number, id, command, started_s FROM measurement WHERE state = 'running'");
  if (!running) return forward(running);
  std::vector<std::int64_t> gone;
  while (true) {
    auto there = running->step();
    if (!there) return forward(there);
    if (!*there) break;
    if (is_alive(path(), running->integer(0)).value_or(true)) continue;
    gone.push_back(running->integer(0));
    const std::string command = running->text(2);
    news_.push_back("measurement " + running->text(1) + (command.empty() ? "" : " (" + command + ")") + ", started " +
                    os::utc_text(running->real(3) * second) +
                    ", was cut off before it ended; the readings up to its last second are kept");
  }
  running->reset();
  for (const std::int64_t number : gone) {
    // Elapsed: from its first reading to its last.
    auto mark = database_.prepare(
        "UPDATE measurement SET state = 'cut off', elapsed_s = (SELECT (max(last_ns) - min(first_ns)) * 1e-9 FROM "
        "readings WHERE measurement = ?1) WHERE number = ?1");
    if (!mark) return forward(mark);
    if (auto done = mark->bind(1, number).run(); !done) return done;
  }
  return {};
}

Status Store::put(const Entry& entry, const io::Document& document) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return forward(transaction);
  auto there = number_of(database_, entry.id);
  if (there)
    return fail(ErrorCode::invalid_argument, "store " + path() + ": measurement \"" + entry.id + "\" is there already");
  if (there.error().code() != ErrorCode::not_found) return forward(there);
  auto number = insert_row(database_, entry, State::ended, io::to_json_line(document));
  if (!number) return forward(number);
  return transaction->commit();
}

Result<std::vector<Stored>> Store::list(const Filter& filter) {
  auto rows = database_.prepare(
      std::string("SELECT ") + row_columns +
      " FROM measurement WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR started_s >= ?2) AND (?3 IS NULL OR "
      "EXISTS (SELECT 1 FROM phase WHERE phase.measurement = measurement.number AND phase.name = ?3)) "
      "ORDER BY started_s DESC, number DESC LIMIT ?4");
  if (!rows) return forward(rows);
  rows->bind(1, filter.source);
  rows->bind(2, filter.since ? std::optional(filter.since->in(second)) : std::nullopt);
  rows->bind(3, filter.phase).bind(4, filter.most ? static_cast<std::int64_t>(*filter.most) : std::int64_t{-1});
  std::vector<Stored> all;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return all;
    auto stored = stored_of(*rows);
    if (!stored) return forward(stored, "store " + path());
    auto phases = phases_of(database_, rows->integer(0));
    if (!phases) return forward(phases);
    stored->entry.phases = std::move(*phases);
    all.push_back(std::move(*stored));
  }
}

Result<std::string> Store::find(std::string_view prefix) {
  auto rows = database_.prepare(
      prefix == "last" ? "SELECT id FROM measurement WHERE ?1 = ?1 ORDER BY started_s DESC, number DESC LIMIT 1"
                       : "SELECT id FROM measurement WHERE id LIKE ?1 ESCAPE '\\' ORDER BY id LIMIT 5");
  if (!rows) return forward(rows);
  rows->bind(1, beginning_with(prefix));
  std::vector<std::string> ids;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) break;
    ids.push_back(rows->text(0));
    if (ids.back() == prefix) return ids.back();
  }
  if (ids.size() == 1) return ids.front();
  if (ids.empty())
    return fail(ErrorCode::not_found,
                "store " + path() + ": no measurement whose id begins with \"" + std::string(prefix) + "\"");
  std::string all;
  for (const std::string& id : ids) all += (all.empty() ? "" : ", ") + id;
  return fail(ErrorCode::invalid_argument, "\"" + std::string(prefix) + "\" is the beginning of several ids: " + all +
                                               (ids.size() == 5 ? ", ..." : "") + "; give more of it");
}

Result<Stored> Store::get(std::string_view prefix) {
  auto id = find(prefix);
  if (!id) return forward(id);
  auto row = database_.prepare(std::string("SELECT ") + row_columns + " FROM measurement WHERE id = ?");
  if (!row) return forward(row);
  auto there = row->bind(1, *id).step();
  if (!there) return forward(there);
  if (!*there) return fail(ErrorCode::not_found, "store " + path() + ": measurement \"" + *id + "\" is gone");
  auto stored = stored_of(*row);
  if (!stored) return forward(stored, "store " + path());
  auto phases = phases_of(database_, row->integer(0));
  if (!phases) return forward(phases);
  stored->entry.phases = std::move(*phases);
  return stored;
}

Result<std::vector<sensors::DeviceInfo>> Store::devices(const std::string& id) {
  auto number = number_of(database_, id);
  if (!number) return forward(number);
  auto rows = database_.prepare("SELECT document FROM device WHERE measurement = ? ORDER BY position");
  if (!rows) return forward(rows);
  rows->bind(1, *number);
  std::vector<sensors::DeviceInfo> all;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return all;
    auto device = io::parse_json(rows->text(0)).and_then(device_from);
    if (!device) return forward(device, "store " + path() + ": measurement " + id);
    all.push_back(std::move(*device));
  }
}

Result<std::vector<measure::Span>> Store::spans(const std::string& id) {
  auto number = number_of(database_, id);
  if (!number) return forward(number);
  auto rows = database_.prepare("SELECT name, begin_ns, end_ns FROM span WHERE measurement = ? ORDER BY position");
  if (!rows) return forward(rows);
  rows->bind(1, *number);
  std::vector<measure::Span> all;
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return all;
    all.push_back(
        {rows->text(0), os::Instant::at_nanoseconds(rows->integer(1)), os::Instant::at_nanoseconds(rows->integer(2))});
  }
}

Status Store::play(const std::string& id, measure::Sink& sink) {
  auto number = number_of(database_, id);
  if (!number) return forward(number);
  auto known = devices(id);
  if (!known) return forward(known);
  auto rows = database_.prepare("SELECT bytes FROM readings WHERE measurement = ? ORDER BY number");
  if (!rows) return forward(rows);
  rows->bind(1, *number);
  while (true) {
    auto there = rows->step();
    if (!there) return forward(there);
    if (!*there) return {};
    auto batch = unpacked(rows->text(0));
    if (!batch) return forward(batch, "store " + path() + ": measurement " + id);
    for (const StoredReading& r : *batch) {
      if (r.device >= known->size() || r.channel >= (*known)[r.device].channels.size())
        return fail(ErrorCode::invalid_data,
                    "store " + path() + ": measurement " + id + " has readings of a device that it does not name");
    }
    hand_over_batch(std::move(*batch), sink);
  }
}

}  // namespace diffjoule::store
