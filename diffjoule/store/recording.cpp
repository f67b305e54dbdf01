// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/recording.h"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "diffjoule/io/json.h"
#include "diffjoule/store/device_document.h"
#include "diffjoule/store/liveness.h"
#include "diffjoule/store/measurement_row.h"
#include "diffjoule/store/readings.h"
#include "diffjoule/store/store.h"

namespace diffjoule::store {
namespace {

bool same(const sensors::Reading& a, const sensors::Reading& b) {
  return a.absence == b.absence && (a.value == b.value || !a.there());
}

// Readings as they come; of a value that stays the same the first and the last.
class Buffer {
 public:
  void take(const measure::Tick& tick) {
    for (std::size_t i = 0; i < tick.channels.size() && i < tick.readings.size(); ++i) {
      const StoredReading now{tick.time, static_cast<std::uint16_t>(tick.device),
                              static_cast<std::uint16_t>(tick.channels[i]), tick.readings[i]};
      Channel& c = channels_[{now.device, now.channel}];
      if (c.last && same(c.last->reading, now.reading)) {
        c.repeated = now;
      } else {
        if (c.repeated) readings_.push_back(*c.repeated);
        readings_.push_back(now);
        c.repeated.reset();
      }
      c.last = now;
    }
  }
  std::vector<StoredReading> drain() {
    for (auto& [key, c] : channels_) {
      if (c.repeated) readings_.push_back(*c.repeated);
      c.repeated.reset();
    }
    return std::exchange(readings_, {});
  }

 private:
  struct Channel {
    std::optional<StoredReading> last, repeated;
  };
  std::map<std::pair<std::uint16_t, std::uint16_t>, Channel> channels_;
  std::vector<StoredReading> readings_;
};

struct Batch {
  std::int64_t first_ns = 0, last_ns = 0;
  std::string bytes;
};

Batch batch_of(const std::vector<StoredReading>& readings) {
  Batch b{readings.front().time.nanoseconds(), readings.front().time.nanoseconds(), packed(readings)};
  for (const StoredReading& r : readings) {
    b.first_ns = std::min(b.first_ns, r.time.nanoseconds());
    b.last_ns = std::max(b.last_ns, r.time.nanoseconds());
  }
  return b;
}

// Readings and windows that are not on the disk yet. `most` bytes of readings; then the oldest go.
struct Waiting {
  std::deque<Batch> batches;
  std::vector<measure::Span> spans;
  std::size_t bytes = 0;
  std::size_t lost = 0;  // bytes
  void add(Batch batch, std::size_t most) {
    bytes += batch.bytes.size();
    batches.push_back(std::move(batch));
    while (bytes > most && !batches.empty()) {
      lost += batches.front().bytes.size();
      bytes -= batches.front().bytes.size();
      batches.pop_front();
    }
  }
};

}  // namespace

class Recording::Impl {
 public:
  Impl(Store store, Database database, Liveness alive, std::int64_t number, os::Clock& clock, RecordingOptions options)
      : news(store.news()),
        database_(std::move(database)),
        alive_(std::move(alive)),
        number_(number),
        clock_(clock),
        options_(options) {
    if (options_.own_thread) thread_ = std::thread([this] { write_on(); });
  }
  ~Impl() { stop(); }

  void stop() {
    stop_.ring();
    if (thread_.joinable()) thread_.join();
  }

  void take(const measure::Tick& tick) {
    const std::lock_guard lock(taking_);
    buffer_.take(tick);
  }
  void add(const measure::Span& span) {
    const std::lock_guard lock(taking_);
    spans_.push_back(span);
  }

  Status flush() {
    const std::lock_guard lock(writing_);
    collect();
    Status written = write(nullptr, {});
    remember(written);
    return written;
  }

  Status end(const Entry& entry, const io::Document& document) {
    const std::lock_guard lock(writing_);
    collect();
    const std::string text = io::to_json_line(document);
    Status written = write(&entry, text);
    // Rather the record without its last readings than neither.
    if (!written && !waiting_.batches.empty()) {
      remember(written);
      Waiting kept = std::exchange(waiting_, {});
      written = write(&entry, text);
      if (written) {
        kept.lost += kept.bytes;
        kept.batches.clear();
        kept.bytes = 0;
      }
      waiting_ = std::move(kept);
    }
    remember(written);
    return written;
  }

  std::vector<std::string> problems() const {
    const std::lock_guard lock(writing_);
    std::vector<std::string> all;
    if (waiting_.lost > 0)
      all.push_back(std::to_string(waiting_.lost / reading_size) +
                    " readings could not be stored; the measurement itself has them, its trace in the store has a gap");
    if (!problem_.empty()) all.push_back(problem_);
    return all;
  }

  const std::vector<std::string> news;

 private:
  static constexpr std::size_t reading_size = 21;

  void write_on() {
    os::Instant next = clock_.now() + options_.period;
    while (!clock_.wait_until(next, stop_)) {
      (void)flush();  // told by problems(), tried again
      // From now, not from when it was due: a slow disk is not hurried.
      next = clock_.now() + options_.period;
    }
  }

  void collect() {
    std::vector<StoredReading> readings;
    {
      const std::lock_guard lock(taking_);
      readings = buffer_.drain();
      waiting_.spans.insert(waiting_.spans.end(), spans_.begin(), spans_.end());
      spans_.clear();
    }
    if (!readings.empty()) waiting_.add(batch_of(readings), options_.most_waiting);
  }

  // All that waits, and the record where there is one, in one transaction.
  Status write(const Entry* entry, const std::string& document) {
    if (waiting_.batches.empty() && waiting_.spans.empty() && entry == nullptr) return {};
    auto transaction = Transaction::begin(database_);
    if (!transaction) return forward(transaction);
    if (auto done = write_readings(); !done) return done;
    if (auto done = write_spans(); !done) return done;
    if (entry != nullptr) {
      if (auto done = update_row(database_, number_, *entry, State::ended, document); !done) return done;
    }
    if (auto done = transaction->commit(); !done) return done;
    waiting_.batches.clear();
    waiting_.bytes = 0;
    written_spans_ += static_cast<std::int64_t>(waiting_.spans.size());
    waiting_.spans.clear();
    return {};
  }

  Status write_readings() {
    auto statement =
        database_.prepare("INSERT INTO readings (measurement, first_ns, last_ns, bytes) VALUES (?, ?, ?, ?)");
    if (!statement) return forward(statement);
    for (const Batch& b : waiting_.batches) {
      statement->bind(1, number_).bind(2, b.first_ns).bind(3, b.last_ns).bind_bytes(4, b.bytes);
      if (auto done = statement->run(); !done) return done;
    }
    return {};
  }

  Status write_spans() {
    auto statement = database_.prepare("INSERT INTO span VALUES (?, ?, ?, ?, ?)");
    if (!statement) return forward(statement);
    std::int64_t position = written_spans_;
    for (const measure::Span& s : waiting_.spans) {
      statement->bind(1, number_).bind(2, position++).bind(3, s.name);
      statement->bind(4, s.begin.nanoseconds()).bind(5, s.end.nanoseconds());
      if (auto done = statement->run(); !done) return done;
    }
    return {};
  }

  // The first problem is told while it lasts; when all is written it is over, unless readings were lost.
  void remember(const Status& written) {
    if (!written && problem_.empty()) problem_ = written.error().message();
    if (written && waiting_.lost == 0) problem_.clear();
  }

  Database database_;
  Liveness alive_;
  std::int64_t number_;
  os::Clock& clock_;
  RecordingOptions options_;

  std::mutex taking_;  // held for the length of a push
  Buffer buffer_;
  std::vector<measure::Span> spans_;

  mutable std::mutex writing_;  // held while the disk works
  Waiting waiting_;
  std::int64_t written_spans_ = 0;
  std::string problem_;

  os::Alarm stop_;
  std::thread thread_;
};

Result<std::unique_ptr<Recording>> Recording::open(const std::string& path, const Entry& entry,
                                                   const std::vector<sensors::DeviceInfo>& devices, os::Clock& clock,
                                                   RecordingOptions options) {
  auto store = Store::open(path, options.patience);
  if (!store) return forward(store);
  auto database = Database::open(path, Database::Mode::read_write, options.patience);
  if (!database) return forward(database);
  if (auto set = database->execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"); !set) return forward(set);
  auto transaction = Transaction::begin(*database);
  if (!transaction) return forward(transaction);
  auto number = insert_row(*database, entry, State::running, {});
  if (!number) return forward(number);
  auto statement = database->prepare("INSERT INTO device VALUES (?, ?, ?)");
  if (!statement) return forward(statement);
  std::int64_t position = 0;
  for (const sensors::DeviceInfo& d : devices) {
    statement->bind(1, *number).bind(2, position++).bind(3, io::to_json_line(document_of(d)));
    if (auto done = statement->run(); !done) return forward(done);
  }
  // Before the row can be seen, so that nobody takes it for cut off.
  auto alive = Liveness::hold(path, *number);
  if (!alive) return forward(alive);
  if (auto done = transaction->commit(); !done) return forward(done);
  return std::unique_ptr<Recording>(new Recording(
      std::make_unique<Impl>(std::move(*store), std::move(*database), std::move(*alive), *number, clock, options)));
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::~Recording() {
  impl_->stop();
  (void)impl_->flush();
}
void Recording::take(const measure::Tick& tick) { impl_->take(tick); }
void Recording::add(const measure::Span& span) { impl_->add(span); }
Status Recording::flush() { return impl_->flush(); }

Status Recording::end(const Entry& entry, const io::Document& document) {
  impl_->stop();
  return impl_->end(entry, document);
}

const std::vector<std::string>& Recording::news() const { return impl_->news; }
std::vector<std::string> Recording::problems() const { return impl_->problems(); }

}  // namespace diffjoule::store
