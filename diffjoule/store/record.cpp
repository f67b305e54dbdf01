// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/record.h"

namespace diffjoule::store {

Entry entry_of(const measure::Measurement& m, const std::string& source) {
  Entry e;
  e.id = m.id;
  e.source = source;
  e.host = m.host;
  for (const std::string& word : m.command) e.command += (e.command.empty() ? "" : " ") + word;
  e.program = m.program;
  e.started = m.started;
  if (m.whole.elapsed > Duration()) e.elapsed = m.whole.elapsed;
  e.energy = measure::totals(m.whole).all;
  e.doubts = static_cast<std::int64_t>(m.verdict.size());
  for (const measure::PartEnergy& part : m.whole.parts) e.doubts += static_cast<std::int64_t>(part.verdict.size());
  for (const measure::Phase& phase : m.phases) {
    EntryPhase p{phase.name, static_cast<std::int64_t>(phase.count), std::nullopt, std::nullopt};
    if (phase.elapsed > Duration()) p.elapsed = phase.elapsed;
    if (const auto energy = measure::totals(phase).all) p.energy = energy->value;
    e.phases.push_back(std::move(p));
  }
  return e;
}

Entry entry_of(const Record& record, const std::string& source) {
  Entry e = entry_of(record.measurement, source);
  e.boundary = record.boundary;
  return e;
}

io::Document document_of(const Record& record, const std::string& source) {
  io::Document caveats = io::Document::Array{}, d = measure::to_document(record.measurement);
  for (const std::string& c : record.caveats) caveats.push(c);
  return std::move(d.set("source", source).set("boundary", record.boundary).set("caveats", std::move(caveats)));
}

}  // namespace diffjoule::store
