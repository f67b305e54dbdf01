// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/scraped_files.h"

#include <algorithm>

#include "diffjoule/store/scrapes.h"

namespace diffjoule::store {

bool has_metric(const Input& input, std::string_view beginning) {
  const std::string_view text = input.text;
  return text.starts_with(beginning) || text.find("\n" + std::string(beginning)) != std::string_view::npos;
}

Result<Imported> read_scrapes(const std::string& format, std::span<const Input> inputs) {
  // In order of time, whatever the order of the arguments.
  std::vector<const Input*> files;
  for (const Input& input : inputs) files.push_back(&input);
  std::stable_sort(files.begin(), files.end(), [](const Input* a, const Input* b) {
    return a->modified.value_or(Duration()) < b->modified.value_or(Duration());
  });
  struct One {
    const io::MetricSample* sample;
    std::optional<Duration> time;
    const Input* file;
  };
  std::vector<io::Exposition> texts;
  for (const Input* file : files) texts.push_back(io::parse_openmetrics(file->text));
  std::vector<One> samples;
  bool from_files = false;
  std::string bytes;
  std::vector<Refused> skipped;
  for (std::size_t i = 0; i < files.size(); ++i) {
    bytes += files[i]->text;
    for (const io::Exposition::Skipped& s : texts[i].skipped)
      skipped.push_back({files[i]->name + " line " + std::to_string(s.line), s.reason});
    for (const io::MetricFamily& family : texts[i].families) {
      for (const io::MetricSample& sample : family.samples) {
        const auto own = sample.timestamp ? std::optional(*sample.timestamp * second) : std::nullopt;
        from_files = from_files || (!own && files[i]->modified && meaning_of(sample.name));
        samples.push_back({&sample, own ? own : files[i]->modified, files[i]});
      }
    }
  }
  std::stable_sort(samples.begin(), samples.end(), [](const One& a, const One& b) {
    return a.time.value_or(Duration()) < b.time.value_or(Duration());
  });
  Scrapes scrapes(format);
  for (const One& one : samples) scrapes.add(*one.sample, one.time, one.file->name);
  auto imported = scrapes.imported(bytes);
  if (!imported) return forward(imported, inputs.empty() ? format : inputs.front().name);
  for (Record& record : imported->records) {
    if (from_files)
      record.caveats.push_back("the times of the scrapes are those at which the files were written (assumed)");
  }
  imported->refused.insert(imported->refused.end(), skipped.begin(), skipped.end());
  return imported;
}

}  // namespace diffjoule::store
