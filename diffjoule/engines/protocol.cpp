// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/protocol.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "diffjoule/io/json.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::engines::protocol {
namespace {

using io::Document;

constexpr std::size_t longest_name = 200, longest_text = 4000, most_notes = 100;
constexpr std::int64_t most_evaluations = 1'000'000'000;

Document extents(const Shape& shape) {
  Document all = Document::Array{};
  for (const std::int64_t extent : shape) all.push(extent);
  return all;
}

std::optional<std::int64_t> fits(const ElementCount& elements) {
  const WideInteger value = elements.exact();
  if (value > static_cast<WideInteger>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<Document> in_words(const Linear& op) {
  Document d;
  return d.set("kind", "linear").set("rows", op.rows).set("in", op.in).set("out", op.out);
}
std::optional<Document> in_words(const Convolution& op) {
  if (op.transposed) return std::nullopt;
  Document d;
  d.set("kind", "convolution").set("x", extents(op.x)).set("w", extents(op.w)).set("y", extents(op.y));
  return d.set("groups", op.groups);
}
std::optional<Document> in_words(const Attention& op) {
  if (op.kv_heads != op.heads || op.key_width != op.value_width || op.masked || op.causal) return std::nullopt;
  Document d;
  d.set("kind", "attention").set("batch", op.batch).set("heads", op.heads);
  return d.set("queries", op.queries).set("keys", op.keys).set("width", op.key_width);
}
std::optional<Document> in_words(const Elementwise& op) {
  const auto elements = fits(op.elements);
  if (op.kind != Elementwise::Kind::add || !elements) return std::nullopt;
  Document d;
  return d.set("kind", "add").set("elements", *elements);
}
template <class Other>
std::optional<Document> in_words(const Other&) {
  return std::nullopt;
}

// Text from a program, to be shown: short, and nothing that a terminal would obey.
std::string shown(std::string_view text) {
  constexpr std::size_t most = 200;
  std::string all;
  for (const char c : text.substr(0, most)) all += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  return text.size() > most ? all + "..." : all;
}

// Reads members of one event; the first that is not as it must be is the error.
class Reader {
 public:
  Reader(const Document& event, std::string name) : event_(event), name_(std::move(name)) {}

  std::string text(const char* member, std::size_t longest) {
    const Document* value = event_.find(member);
    if (value == nullptr || value->text() == nullptr) return wrong(member, value, "a text"), "";
    return checked(member, *value->text(), longest);
  }
  std::int64_t whole(const char* member, std::int64_t least, std::int64_t most) {
    const Document* value = event_.find(member);
    const std::int64_t* found = value == nullptr ? nullptr : value->integer();
    if (found != nullptr && *found >= least && *found <= most) return *found;
    wrong(member, value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
  }
  std::int64_t whole_or(std::int64_t standard, const char* member, std::int64_t least, std::int64_t most) {
    return event_.find(member) == nullptr ? standard : whole(member, least, most);
  }
  std::pair<os::Instant, os::Instant> times() {
    constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max() / 4;  // differences fit
    const std::int64_t begin = whole("begin_ns", 0, latest), end = whole("end_ns", 0, latest);
    if (end < begin) refuse("it ends (end_ns) before it begins (begin_ns)");
    return {os::Instant::at_nanoseconds(begin), os::Instant::at_nanoseconds(end)};
  }
  std::vector<std::string> texts(const char* member, std::size_t most) {
    std::vector<std::string> all;
    const Document* value = event_.find(member);
    if (value == nullptr || value->is_null()) return all;
    if (value->array() == nullptr || value->array()->size() > most)
      return wrong(member, value, "a list of " + std::to_string(most) + " texts at most"), all;
    for (const Document& one : *value->array()) {
      if (one.text() == nullptr) return wrong(member, &one, "a list of texts"), all;
      all.push_back(checked(member, *one.text(), longest_text));
    }
    return all;
  }
  // A text of digits or an integer: JSON numbers lose digits beyond 2^53 in some writers.
  std::optional<std::uint64_t> big(const char* member) {
    const Document* value = event_.find(member);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->integer() != nullptr && *value->integer() >= 0) return static_cast<std::uint64_t>(*value->integer());
    std::uint64_t number = 0;
    if (const std::string* digits = value->text()) {
      const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), number);
      if (error == std::errc() && end == digits->data() + digits->size()) return number;
    }
    wrong(member, value, "a whole number below 2^64, as a text of digits");
    return std::nullopt;
  }
  void refuse(const std::string& why) {
    if (!error_) error_ = Error(ErrorCode::invalid_data, "event \"" + name_ + "\": " + why);
  }
  void wrong(const char* member, const Document* found, const std::string& wanted) {
    const std::string what = found == nullptr ? "nothing" : shown(io::to_json_line(*found));
    refuse(std::string(member) + ": found " + what + ", " + wanted + " is meant");
  }
  Result<Event> give(Event event) {
    if (error_) return tl::unexpected<Error>(*error_);
    return event;
  }

 private:
  std::string checked(const char* member, const std::string& text, std::size_t longest) {
    const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) < ' ' && c != '\n') || c == '\x7f';
    });
    if (text.empty() || text.size() > longest || !printable) {
      const Document found(text);
      wrong(member, &found, "a text of 1 to " + std::to_string(longest) + " printable bytes");
    }
    return text;
  }

  const Document& event_;
  std::string name_;
  std::optional<Error> error_;
};

Result<Event> ready(Reader& r) {
  Ready event{r.text("engine", longest_name), {r.text("device", longest_name), r.text("kind", longest_name), {}}};
  if (event.device.kind != "cpu" && event.device.kind != "gpu")
    r.refuse("kind: found \"" + shown(event.device.kind) + "\", \"cpu\" or \"gpu\" is meant");
  constexpr std::size_t most_formats = 20;
  for (const std::string& format : r.texts("arithmetic", most_formats)) {
    const auto dtype = dtype_named(format);
    if (dtype)
      event.device.arithmetic.push_back(*dtype);
    else
      r.refuse("arithmetic: found \"" + shown(format) + "\", a number format such as \"bfloat16\" is meant");
  }
  return r.give(std::move(event));
}

Result<Event> phase(Reader& r) {
  const std::string name = r.text("name", longest_name);
  const auto [begin, end] = r.times();
  const std::int64_t evaluations = r.whole_or(1, "evaluations", 1, most_evaluations);
  const std::int64_t executed = r.whole_or(evaluations, "executed", 1, evaluations);
  return r.give(RanPhase{name, begin, end, evaluations, executed});
}

Result<Event> ran(Reader& r) {
  const auto [begin, end] = r.times();
  const auto flops = r.big("flops");
  return r.give(Done{begin, end, flops, r.texts("notes", most_notes)});
}

Result<Event> probed(Reader& r) {
  const auto [begin, end] = r.times();
  const std::int64_t calls = r.whole("calls", 1, std::numeric_limits<std::int64_t>::max());
  return r.give(Probed{begin, end, static_cast<std::uint64_t>(calls)});
}

Result<Event> failed(Reader& r) {
  const std::string kind = r.text("kind", longest_name), message = r.text("message", longest_text);
  if (kind != "out_of_memory" && kind != "unsupported" && kind != "failed")
    r.refuse("kind: found \"" + shown(kind) + "\", \"out_of_memory\", \"unsupported\" or \"failed\" is meant");
  const ErrorCode code = kind == "out_of_memory" ? ErrorCode::exhausted : ErrorCode::unavailable;
  return r.give(Failed{Error(code, kind == "unsupported" ? "this engine cannot: " + message : message)});
}

}  // namespace

io::Document hello_request() {
  Document d;
  return d.set("request", "hello").set("protocol", version);
}

io::Document task_request(const char* what, const Task& task) {
  Document d;
  d.set("request", what).set("workload", to_document(task.workload)).set("prompt", task.prompt);
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return d.set("seed", static_cast<std::int64_t>(task.seed & largest)).set("fraction", task.fraction);
}

Result<io::Document> probe_request(const Probe& probe) {
  auto op = std::visit([](const auto& one) { return in_words(one); }, probe.op);
  if (!op)
    return fail(ErrorCode::unavailable, "the engine protocol has no word for such an operator (" +
                                            std::string(aten_name(probe.op)) + ") as a probe");
  Document d;
  d.set("request", "probe").set("op", std::move(*op)).set("dtype", name(probe.dtype));
  return std::move(d.set("at_least_s", probe.at_least.in(second)));
}

const char* name(const Event& event) {
  return std::visit(overloaded{[](const Ready&) { return "ready"; }, [](const Prepared&) { return "prepared"; },
                               [](const RanPhase&) { return "phase"; }, [](const Done&) { return "ran"; },
                               [](const Probed&) { return "probed"; }, [](const Failed&) { return "failed"; }},
                    event);
}

Result<Event> event_from(std::string_view line) {
  auto document = io::parse_json(line);
  if (!document || document->object() == nullptr)
    return fail(ErrorCode::invalid_data,
                "found \"" + shown(line) + "\", a JSON object is meant (standard error is the place for logs)");
  const Document* event = document->find("event");
  if (event == nullptr || event->text() == nullptr)
    return fail(ErrorCode::invalid_data, "found \"" + shown(line) + "\", an object with a text \"event\" is meant");
  Reader reader(*document, shown(*event->text()));
  using Read = Result<Event> (*)(Reader&);
  static constexpr std::pair<const char*, Read> events[]{
      {"ready", ready}, {"phase", phase}, {"ran", ran}, {"probed", probed}, {"failed", failed}};
  for (const auto& [known, read] : events) {
    if (*event->text() == known) return read(reader);
  }
  if (*event->text() == "prepared") return Prepared{};
  reader.refuse("no such event; ready, prepared, phase, ran, probed and failed are known");
  return reader.give(Prepared{});
}

Result<Ran> ran_from(std::vector<RanPhase> phases, Done done) {
  os::Instant last = done.begin;
  for (const RanPhase& one : phases) {
    if (one.begin < last || one.end > done.end)
      return fail(ErrorCode::invalid_data, "phase \"" + shown(one.name) +
                                               "\": it lies outside the run or begins before " +
                                               "the one before it has ended");
    last = one.end;
  }
  return Ran{done.begin, done.end, std::move(phases), done.flops, std::move(done.notes)};
}

}  // namespace diffjoule::engines::protocol
