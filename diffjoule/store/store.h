// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/measure/trace.h"
#include "diffjoule/store/database.h"
#include "diffjoule/store/entry.h"

// Measurements that stay: an SQLite file (schema.h) in which every run is a row, with its devices, phases, windows and
// readings. Several programs may use one store at once. A run whose writer was killed keeps what was written up to its
// last second; the next open() says so. A store belongs to one thread at a time.
namespace diffjoule::store {

struct Stored {
  Entry entry;
  State state = State::ended;
  io::Document document;  // null: cut off or still running
};

// What was asked for, all of it.
struct Filter {
  std::optional<std::string> source = std::nullopt;
  std::optional<std::string> phase = std::nullopt;  // has one of that name
  std::optional<Duration> since = std::nullopt;     // started then or later
  std::optional<std::size_t> most = std::nullopt;   // the newest
};

struct Merged {
  std::size_t added = 0;
  std::size_t already_there = 0;
  std::vector<std::string> differing;  // ids that both have, with other contents: the store's own were kept
  std::vector<std::string> left_out;   // with the reason
};

class Store {
 public:
  // Makes the file and its folders where they are missing. `patience`: how long another program's lock is waited for.
  [[nodiscard]] static Result<Store> open(const std::string& path, Duration patience = 5.0 * second);

  // Lines for the person at the terminal: runs found cut off now, for the first time.
  [[nodiscard]] const std::vector<std::string>& news() const { return news_; }
  [[nodiscard]] const std::string& path() const { return database_.path(); }

  // A measurement that has ended. An id that is there already is an error.
  [[nodiscard]] Status put(const Entry& entry, const io::Document& document);

  // Newest first.
  [[nodiscard]] Result<std::vector<Stored>> list(const Filter& filter = {});
  // The one whose id begins so; "last" is the newest. An error lists the candidates where there are several.
  [[nodiscard]] Result<std::string> find(std::string_view prefix);
  [[nodiscard]] Result<Stored> get(std::string_view prefix);

  // What is kept of the run itself.
  [[nodiscard]] Result<std::vector<sensors::DeviceInfo>> devices(const std::string& id);
  [[nodiscard]] Result<std::vector<measure::Span>> spans(const std::string& id);
  // Hands the readings to a sink again, in order of time, as the sampler had done. A value that stayed the same comes
  // as its first and last reading of each batch.
  [[nodiscard]] Status play(const std::string& id, measure::Sink& sink);

  // The same as a trace, from which a run that was cut off can be measured again.
  [[nodiscard]] Result<measure::Trace> trace(const std::string& id);

  // Takes in all that another store has and this one has not.
  [[nodiscard]] Result<Merged> merge(const std::string& other);

 private:
  explicit Store(Database database) : database_(std::move(database)) {}
  [[nodiscard]] Status find_cut_off();
  Database database_;
  std::vector<std::string> news_;
};

}  // namespace diffjoule::store
